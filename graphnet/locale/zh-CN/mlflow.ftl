# 将任务导出到 MLflow，以及随之导出的模型卡。

no-address = MLflow 在哪里？请给出跟踪服务器的地址，例如 --mlflow http://127.0.0.1:5000，或设置 MLFLOW_TRACKING_URI。
not-a-server = { $uri } 不是 MLflow 跟踪服务器的地址：地址必须以 http:// 或 https:// 开头。若为文件夹或数据库，请用 'mlflow server' 启动服务器。
silent = 位于 { $url } 的 MLflow 没有响应（{ $reason }）：请检查地址，并确认那里正在运行 'mlflow server'。
too-late = 位于 { $url } 的 MLflow 没有及时响应；请再次导出该任务。
other-server = 位于 { $url } 的服务器（状态 { $status }）不是 MLflow 跟踪服务器，或其前面的代理不允许该请求通过。
signed-out = 位于 { $url } 的 MLflow 不知道您是谁：请设置 MLFLOW_TRACKING_USERNAME 和 MLFLOW_TRACKING_PASSWORD，或 MLFLOW_TRACKING_TOKEN。
forbidden = 位于 { $url } 的 MLflow 不允许此操作（{ $reason }）：请申请编辑该实验的权限；如果被拒绝的是主机名，请用 --allowed-hosts 启动 'mlflow server'。
refused = 位于 { $url } 的 MLflow 以 { $code } 拒绝了请求：{ $reason }
certificate-unreadable = 无法使用 MLFLOW_TRACKING_SERVER_CERT_PATH 指定的文件：{ $file }（{ $reason }）。
experiment-deleted = 实验 { $name } 已在 MLflow 中删除：请在那里恢复它，或用 --experiment 给出另一个名称。
artifacts-elsewhere = 该服务器把文件存放在 { $place }，只有具有访问权限的客户端才能写入；请用 --artifacts-destination 启动 'mlflow server' 并使用新的实验，或用 --no-artifacts 导出。
not-ended = { $task } 尚未结束；请在其结束后导出。
predecessor = { $task } 是以前的服务留下的，没有可以导出的内容。
file-absent = 未导出 { $file }，因为服务没有该文件：{ $reason }
file-not-taken = 无法存储 { $file }；运行 { $run } 在再次导出该任务之前保持未完成状态。{ $reason }
no-datasets = 该 MLflow 的版本低于 2.4，不支持数据集；数据集记录在标签中。
created = 已将 { $task } 导出为实验 { $experiment } 的运行 { $run }。
updated = { $task } 已在实验 { $experiment } 中；其运行 { $run } 已更新。
not-computed = { $count ->
   *[other] 有 { $count } 个指标无法计算，未发送：{ $names }。
}

card-headline = 在模型未见过的 { $n } 名受试者（{ $split }）上，{ $metric }为 { $value }。
card-headline-interval = 在模型未见过的 { $n } 名受试者（{ $split }）上，{ $metric }为 { $value }（95 % 区间 { $low } 至 { $high }）。
card-untested = 尚未在模型未见过的受试者上测试。
card-use = 预期用途
card-research-only = 仅供研究使用。它对受试者群体进行分类，这不是对个人的诊断。对于训练数据中没有的扫描仪、站点或年龄的受试者，预测可能是错误的。
card-value = 值
card-parent = 微调自
card-epoch = 轮次
card-parameters = 参数的 SHA-256
card-versions = 版本
card-data = 数据
card-split = 用途
card-performance = 性能
card-metric = 指标
card-seen = 模型用其中部分或全部受试者训练过；这些数值偏于乐观。
card-unseen = 预测这些受试者的模型在训练时没有用过其中任何一名。
card-perhaps-seen = 不知道模型是否用这些受试者训练过。
