# 一台机器上的服务（`sgn up`），以及按环境设置工作的命令。

folder-unusable = 无法使用文件夹 { $folder }：{ $reason }。
already-running = 另一个 sgn up 正在 { $folder } 上运行；请先结束它。
queue-not-started = 队列（Valkey）在 { $seconds } 秒内没有启动；请查看该文件夹中的 log/valkey.log。
worker-not-started = 工作进程没有启动；请查看该文件夹中的 log/worker.log。
cannot-listen = 服务无法监听 { $host }:{ $port }：{ $reason }；请选择其他端口，或结束占用它的程序。
lacks-right = SGN_DATABASE_URL 中的用户缺少权限：{ $said }。docs/neuro-learn.md 列出了 `sgn migrate` 所需的权限。
demo-task-ended = { $task } 的状态是 { $status }。{ $reason }
other-installation = 数据库不认识存储库中的 { $count } 个任务：SGN_DATABASE_URL 和 SGN_REGISTRY_URL 是否属于同一安装？
