# 工作进程无法读取文件或预测时的回答，以及任务因缺少数据而结束的原因。

late = 文件等待工作进程的时间过长；请重新发送。
internal-error = 工作进程发生内部错误；其日志中按本请求的 ID 记有详情。
upload-became = 这次上传已成为数据集 { $dataset }；如需再次保存，请重新发送文件。
datasets-gone = 数据集 { $datasets } 已不存在。
dataset-from-file = 数据集 { $dataset } 是从文件读取的，数据库只保存了读出的内容。请连同这些回答重新发送文件。
no-model = 任务 { $task } 没有已保存的模型。
no-model-to-fine-tune = 任务 { $task } 没有可供微调的已保存模型。
too-many-subjects = 文件有 { $count } 行；每次最多发送 { $most } 名受试者。

# 存储库不接受训练好的模型时，模型的去向。
kept-in-spool = 训练好的模型保存在 { $folder } 中。
spool-full-too = 暂存文件夹 { $spool } 也已满，因此没有保存训练好的模型。
spool-not-written = 无法写入暂存文件夹 { $spool }，因此没有保存训练好的模型。

# 工作进程的磁盘和数据库。
disk-full = { $use ->
    [spool] 工作进程暂存文件夹 { $folder } 所在的磁盘已满。
    [cache] 工作进程缓存 { $folder } 所在的磁盘已满。
    [temporary] 临时文件夹 { $folder } 所在的磁盘已满。
   *[output] 文件夹 { $folder } 所在的磁盘已满。
}请在那里释放空间，或使用另一个磁盘。
disk-full-for-file = 工作进程暂存文件夹 { $folder } 所在的磁盘已满，因此无法读取 { $file }。请在那里释放空间，或将 SGN_SPOOL 设为另一磁盘上的文件夹。
database-not-seen = 自本进程启动以来，数据库一直没有响应。
task-not-written = 未能写入任务；请重试。

# 进程是否存活，见其指标端口。
loop-silent = 该工作进程的事件循环没有响应。
no-heartbeat = 该工作进程已有 { $seconds } 秒没有发送心跳。
service-loop-silent = 该服务的事件循环没有响应。
listener-paths = 此端口提供 /metrics 和 /healthz。
see-log = 详情见日志。
