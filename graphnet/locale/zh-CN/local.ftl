# 一台机器上的服务（`sgn up`），以及按环境设置工作的命令。

folder-unusable = 无法使用文件夹 { $folder }：{ $reason }。
up-page = 页面   { $url }
up-data = 数据   { $folder }（数据库、模型、上传的文件；停止服务后复制此文件夹即可备份）
up-logs = 日志   { $folder }（worker.log、valkey.log）；服务本身的日志显示在此终端
up-next = 下一步 打开页面：可加载示例队列，或上传自己的表格。也可在另一个终端运行：SGN_URL={ $url } sgn data add FILE.csv --proj STUDY。按 Ctrl-C 停止服务；再次运行同一命令即可继续。
already-running = 另一个 sgn up 正在 { $folder } 上运行；请先结束它。
queue-not-started = 队列（Valkey）在 { $seconds } 秒内没有启动；请查看该文件夹中的 log/valkey.log。
worker-not-started = 工作进程没有启动；请查看该文件夹中的 log/worker.log。
cannot-listen = 服务无法监听 { $host }:{ $port }：{ $reason }；请选择其他端口，或结束占用它的程序。
lacks-right = SGN_DATABASE_URL 中的用户缺少权限：{ $said }。docs/neuro-learn.md 列出了 `sgn migrate` 所需的权限。
demo-task-ended = { $task } 的状态是 { $status }。{ $reason }
other-installation = 数据库不认识存储库中的 { $count } 个任务：SGN_DATABASE_URL 和 SGN_REGISTRY_URL 是否属于同一安装？
installation-id = 本安装的编号是 { $id }。

# sgn demo
demo-starting = 正在 { $folder } 中启动服务；演示约需一分钟。
demo-uploading = 1. 上传两个站点的合成受试者，共六个文件。
demo-uploaded = { $name }：{ $subjects } 名受试者，{ $values } 个不可用的数值
demo-training = 2. 在站点一上从头训练 SGN，并在站点二上测试。
demo-fine-tuning = 3. 用站点二的 48 名受试者微调，并再次测试。
demo-test-subjects = 站点二，{ $subjects } 名测试受试者
demo-trained = 在站点一上训练
demo-fine-tuned = 在站点二上微调
demo-model = { $task } 的模型：{ $path }
demo-lineage = 来源：{ $task } 由 { $parent } 微调而来
demo-report = 报告     { $file }；请用浏览器打开。
demo-page = 页面     { $page }
demo-next = 下一步   若要在页面上查看这两个任务，请运行
    {"  "}{ $command }
    届时第二个任务的结果见 { $page }。按 Ctrl-C 停止服务。
