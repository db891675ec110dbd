# 任务在工作进程中的情况：失败、等待或退回的原因，各阶段，以及日志。

# 任务结束或等待的原因。
cancelled = 任务已取消。
given-up = 训练该任务时工作进程意外中止了 { $count } 次，任务已被放弃。可能的原因是内存不足（请减小 batch_size 或减少受试者）或机器掉线；服务运维人员可在工作进程的日志中查明原因。
submission-deleted = 任务在训练之前，其提交记录已被删除。
form-unreadable = 该提交的 task_config 无法作为表单读取，请重新提交任务。
shard-released = 任务的这一分片尚未完成，任务就已结束。
internal-error = 训练因内部错误中止。错误记录在工作进程的日志中，任务编号为 { $task_id }；服务运维人员可据此查明原因。
last-sound-epoch = 最后一个正常轮次的参数保存在 { $path }。

# 已取消任务的结果说明。
best-kept = 已保留到取消时为止的最佳参数；共训练了 { $epochs } 轮。
some-seeds = 这些参数来自 { $seeds } 个随机种子中的 { $trained } 个。

# 前代服务遗留的任务在 NEURO-LEARN 记录中的说明。
orphan-ended = 前代服务留下了该任务（状态 { $status }），不再训练它；运维人员已将其结束。重新提交表单即可训练。
