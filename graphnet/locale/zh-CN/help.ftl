# `sgn` 与 `python -m graphnet` 的 `--help`，以及 argparse 对命令行的说明。

# 标题与注记。
usage = 用法
options = 选项
arguments = 参数
commands = 命令
example = 示例
options-metavar = [选项]
command-metavar = 命令 [参数]...
optional-command-metavar = [命令] [参数]...
variable = 环境变量：{ $name }
default = 默认值：{ $value }
range = { $least } 至 { $most }
at-least = 最小为 { $least }
required = 必填
exit-status =
    退出状态：
      0    成功
      1    失败，原因见标准错误输出
      2    命令行有误
      130  被中断
section-start = 入门
section-data = 数据
section-tasks = 任务
section-results = 结果
section-models = 模型
section-operators = 供运维人员使用
section-command = 命令本身

# `sgn` 的各个命令。
command-sgn = 训练脑网络分类器，评估并下载它们。
command-up = 在本机启动整个服务；按 Ctrl-C 停止。
command-demo = 演示一次训练，从数据到结果。
command-data = 上传、列出、显示、更改和删除数据集。
command-data-add = 上传受试者数据；显示文件如何被读取以及数据有哪些问题。

    FILE 可以是 docs/data.md 所列的任何一种文件，也可以是每名受试者一个文件的文件夹；它按原样发送。如果有多种读法，在终端上命令会提问；否则命令结束，并列出用来回答的选项。
command-data-answer = 说明如何读取一个有多种读法的已存储数据集。
command-data-show = 显示一个数据集：它的内容、读取方式以及有哪些问题。
command-data-list = 列出数据集及其受试者和指标。
command-data-edit = 对数据集进行重命名、说明、加标签或归档。
command-data-delete = 删除一个数据集；用它训练的模型会保留。
command-data-erase = 从数据集中清除受试者，并列出用这些受试者训练过的模型。

    模型不会改变：请在去除这些受试者后重新训练，或用 'sgn delete' 删除模型。
command-submit = 提交任务表单；输出任务编号。

    如果 FORM.json 为 -，则从标准输入读取表单。
command-tasks = 列出任务，最新的在前；加上 --refused 则列出被拒绝的表单。
command-tasks-end-orphans = 结束前代服务遗留的、永远处于 Submitted 或 Running 状态的任务。

    本服务没有它们的运行记录，因此永远不会训练它们。命令先列出这些任务；确认之后，每个任务都标记为 Failed，并写明原因。使用 --json 时不会提问，因此不加 --yes 就不结束任何任务。其他服务的行绝不更改。
command-show = 显示一个任务：它的表单、进度和结果。
command-watch = 跟踪一个任务直到结束；任务失败时退出状态为 1。

    如果服务在此期间重启，命令会等待。
command-log = 显示一个任务的日志。
command-cancel = 取消一个任务；保留目前为止最好的参数。
command-retry = 重试失败或已取消的任务；输出新任务的编号。

    新任务从旧任务的最后一个检查点继续。
command-edit = 对任务进行重命名、说明、加标签或归档。
command-delete = 删除一个已结束的任务，连同它的模型、结果和日志。
command-report = 写出任务的报告，即一个自包含的 HTML 页面。

    报告由已存储的结果重新生成。
command-predictions = 以 CSV 格式写出任务对其自身受试者的预测。
command-compare = 并列显示多个任务的指标。
command-export = 将已结束的任务显示为 MLflow 中的运行。

    参数、指标、数据集、模型及其清单、模型卡、报告和预测会发送到跟踪服务器。再次导出任务会更新其运行。
command-lineage = 列出一个任务，以及它由哪些任务微调而来。
command-models = 列出可以训练的模型及其推荐设置。
command-model = 下载任务训练出的模型，或导入旧模型。

    默认命令为 'get'。
command-model-get = 下载任务训练出的模型。
command-model-import = 导入前代服务某个任务的模型，以便在这里微调。

    FILE 是 torch.save 写出的状态字典。由工作进程读取，其中的内容不会被反序列化（unpickle）。
command-predict = 用任务的模型预测新的受试者。

    FILE 可以是 'sgn data add' 接受的任何一种文件，也可以是文件夹；它不需要标签，也不会被保存。
command-serve = 运行 HTTP 进程，由 SGN_ 变量配置。
command-worker = 运行工作进程，由 SGN_ 变量配置。
command-migrate = 将数据库迁移到本版本。
command-token = 创建、列出和撤销访问令牌。
command-token-new = 创建一个令牌并输出；它不会再次显示。

    一旦有了第一个令牌，每个请求都需要令牌。
command-token-list = 列出令牌，不含其密文。
command-token-revoke = 立即撤销一个令牌；TOKEN 是 'sgn token list' 显示的编号。
command-doctor = 检查这里有哪些问题，并说明如何解决。

    命令按照 SGN_ 变量检查服务或工作进程所需的一切。没有故障时退出状态为 0。
command-clean = 删除旧模型，以及不属于任何任务的已存储对象。
command-audit = 列出谁更改、删除或清除了什么，最新的在前。
command-completion = 输出在 shell 中补全 'sgn' 的脚本。

    如果服务立即应答，任务编号和数据集名称由服务提供。
command-version = 显示版本。

# `sgn` 的各个选项。
option-help = 显示此帮助并退出。
option-lang = 输出的语言，可写在命令之前或之后。  [默认值：由环境决定]
option-json = 输出一个 JSON 文档，供程序使用。
option-url = 服务的地址，可写在命令之前或之后。
option-address = 服务的地址。
option-version = 显示版本并退出。
option-port = 监听的端口；0 表示任取一个空闲端口。
option-host = 监听的地址。
option-open = 在浏览器中打开页面。
option-until-stdin-ends = 标准输入结束时也停止。
option-up-home = 存放所有数据的文件夹；不存在时创建。
option-demo-home = 存放演示数据的文件夹。  [默认值：demo-home]
option-home = 'sgn up' 的文件夹；未给出时由 SGN_DATABASE_URL 指定数据库。
option-doctor-home = 要检查的 'sgn up' 的文件夹。
option-proj = 仅限此项目。
option-data-add-proj = 它所属的项目。
option-project = 项目；'*' 表示所有项目。
option-limit = 列出的数量。
option-name = 数据集的名称。  [默认值：不带扩展名的文件名]
option-user = 拥有它的 NEURO-LEARN 用户。  [默认值：项目中其他数据集的用户]
option-preview = 显示文件将如何被读取；不保存任何内容。
option-map = 回答关于文件的一个问题，例如 class.positive=SZ；可重复使用。
option-mapping = 文件中的回答，由 --save-map 写出。
option-save-map = 保存所作的回答，供下一个同样格式的文件使用。
option-upload = 服务为 FILE 保存的编号，这样就不必重新发送。
option-archived = 也包括已归档的。
option-rename = 新名称。
option-description = 需要记录的说明。
option-tag = 用它代替现有标签。
option-tag-only = 仅限带有此标签的。
option-no-tags = 去掉所有标签。
option-archive = 在列表中隐藏。
option-yes = 不询问直接执行，供脚本使用。
option-subjects = 每行一个编号的文件；- 表示标准输入。
option-evidence = 也从任务的预测和报告中清除。
option-wait = 等待任务结束；任务失败时退出状态为 1。
option-status = 仅限这些状态，例如 Running 或 Failed。
option-search = 仅限编号或名称包含它的任务。
option-refused = 列出被拒绝的表单及其原因。
option-older-than = 仅限至少在这么多天以前提交的任务，以编号中的时间为准。
option-dry-run = 只列出，不结束。
option-end-orphans-yes = 不询问直接结束，供脚本使用。
option-follow = 跟踪日志直到任务结束。
option-report-output = 要写入的文件，会替换旧文件；- 表示标准输出。
option-report-stored = 原样输出存储的报告，不重新生成。
option-predictions-output = 要写入的文件，会替换旧文件。  [默认值：标准输出]
option-mlflow = MLflow 跟踪服务器的地址；用户和密码取自 MLFLOW_TRACKING_USERNAME 和 MLFLOW_TRACKING_PASSWORD，令牌取自 MLFLOW_TRACKING_TOKEN。
option-experiment = MLflow 中的实验，不存在时会创建。  [默认值：任务的项目]
option-no-artifacts = 不发送文件：报告、预测、清单和模型卡会提到受试者或其编号的哈希值。
option-split = 仅限此划分。
option-model-get-output = 存放 model.safetensors 和 manifest.json 的文件夹；不存在时创建。
option-task = 前代服务中训练它的任务。
option-architecture = GCN 为参考网络，TopK 为带池化的变体。
option-scaler = 指标进入网络之前如何缩放：none（不缩放）、fit（按训练数据的均值和标准差）或 unknown（未知）。
option-measures = 指标，按旧数据中的顺序。
option-regions = 脑区：aal90、脑区数，或每行一个名称的文件；默认为训练数据的脑区。
option-classes = 类别 0、1、… 的名称。
option-graph = 'sgn models' 列出的图之一。
option-train-data = 训练该模型所用的数据集；可重复使用。未给出时，假定为任务表单中的数据集。
option-replace = 替换此前导入的模型。
option-predict-output = 写入一个 CSV 文件，会替换旧文件；- 表示标准输出。
option-explain = 显示每个脑区的贡献。
option-to = 迁移到此编号，例如 0002；向回迁移会丢失之后各次迁移的数据。
option-new-installation = 为复制的数据库设置新的编号，使两者可以使用同一个 Redis。
option-installation-id = 设置本安装的编号，它是 Redis 上各名称的一部分；默认为随机。
option-role = 持有者的权限：读取、另可提交，或另可管理（admin）。
option-days = 到期前的天数。
option-doctor-stored = 改为检查每个已存储的模型是否仍在存储库中。
option-deep = 与 --stored 一起使用：读取每个对象并核对其 SHA-256。
option-models-older-than = 也删除任务在这么多天以前结束的模型，除非有内容引用它们。
option-unknown = 也删除任务不在本数据库中的模型；其他数据库可能需要它们。
option-clean-yes = 执行删除；未给出时只列出。

# `python -m graphnet` 的各个选项。
train = 由文件和文件夹训练脑网络分类器，无需任何服务。
train-train = 训练集受试者。
train-val = 验证集受试者。
train-test = 测试集受试者。
train-out = 存放 model.safetensors、manifest.json、result.json、evidence.json 和 report.html 的文件夹。
train-parent = 微调此文件夹中的模型。
train-parent-train = 该模型训练所用的文件：简单方法也会在这些受试者上拟合。
train-model = 以下之一：{ $models }。
train-device = auto、cpu、cuda 或 cuda:0。
train-threads = CPU 上的线程数。不同线程数的舍入不同；默认值 1 与工作进程的计算一致。
train-atlas = 图谱，例如 aal90，或包含 region、x、y、z（毫米）的表格；默认为脑区名称所表明的图谱。
train-atlases = 相同受试者、使用另一图谱或另一种测量的文件；每个图谱给出一次。按 ID 匹配受试者，并与 --sweep 一样通过内层交叉验证选出最佳图谱。
train-map = 回答文件提出的一个问题，例如 class.positive=SZ；可重复使用。
train-lang = 输出和报告的语言；默认由环境决定。

# `python -m graphnet.readers` 和 `python -m graphnet.predecessor`。
read = 把一个受试者文件读入数组文件夹。
read-old-model = 读取前代服务所存模型的参数。
read-file = 要读取的文件。
read-out = 存放结果的空文件夹。
read-name = 消息中对文件的称呼；默认为其自身的名称。
read-mapping = 存放问题答案的文件，形如 { "{" }"id": "choice"{ "}" }。
read-most = 从文件中最多解压的字节数。
read-without-class = 忽略类别和协变量，用于新的受试者。
read-covariates = 与 --without-class 同用时仍读取协变量。
read-profile = 同时描述其内容。
read-content = 如果不超过此字节数，同时写出 NEURO-LEARN 的文本。
read-memory-mb = 进程最多可用的内存；默认不限。
read-lang = 帮助和错误的语言；默认由环境决定。

# argparse 对命令行的说明；英文为其自身的语句。
error = { $program }: 错误：{ $sentence }
of-argument = { $argument }：{ $sentence }
missing = 缺少必需的参数：{ $names }
unrecognised = 无法识别的参数：{ $names }
one-value = 需要一个值
some-values = 需要至少一个值
no-value = 不接受值，但给出了 { $value }
not-a-choice = { $value } 不是以下之一：{ $choices }
not-a-number = { $value } 不是数字
not-accepted = { $value } 无效；应为{ $expected }
not-accepted-default = { $value } 无效；应为{ $expected }（默认值：{ $default }）
ambiguous = { $given } 可能是以下任意一个：{ $names }
positive = 必须不小于 1
