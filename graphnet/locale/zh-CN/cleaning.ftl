# `sgn clean` 删除和保留的内容及其原因。

remove = 删除
keep = 保留
what = 内容
checkpoints = 检查点
spool = 暂存文件
removed = 已删除 { $going } 项，保留 { $kept } 项。
planned = 将删除 { $going } 项，保留 { $kept } 项；加上 --yes 即可删除。

unknown-task = 本数据库中没有它的任务
task-deleted = 它的任务已被删除
no-age = 没有指定期限
changed = 它在此期间已改变
unfinished = 它的状态是“{ $status }”
unsettled = 工作进程尚待保存其检查点中的内容
has-child = { $child }（{ $status }）由它微调而来
will-have-child = { $child }（{ $status }）将由它微调
retried = { $task } 正在重试它
gone = 它在此期间已消失
left-on = 它于 { $day } 遗留
interrupted = 它已于 { $day } 决定删除，但删除过程中断
age-unknown = 它由前代服务训练，时间未知
ended-on = 它的任务于 { $day } 结束
no-worker-knows = 没有工作进程知道它的任务
workers-remove = 工作进程会自行删除，最迟在任务结束一周之后
