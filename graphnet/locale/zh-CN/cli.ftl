# 命令 `sgn` 运行时输出的内容。

# 列名与各项名称。
task = 任务
name = 名称
project = 项目
status = 状态
done = 进度
result = 结果
type = 类型
model = 模型
best-of-sweep = { $model }（超参数搜索中的最佳者）
best-of-atlases = { $atlas }（{ $count } 个图谱中的最佳者）
chosen-atlas = 图谱
days = 天数
dataset = 数据集
holds = 内容
id = 编号
user = 用户
of-subjects = 受试者
classes = 类别
of-regions = 脑区
measures = 指标
note = 说明
kind = 文件类型
id-column = 编号列
class-column = 类别列
site-column = 站点列
score-column = 评分列
covariates = 协变量
of-connectome = 连接组
series = 时间序列
files = 所用文件
missing-code = 缺失值编码
atlas = 图谱
not-answered = 尚未回答
offered = { $question } { $answers }
answers = 已给出的回答
assumed = 所作的假定
not-used = 未使用
rule = 规则
subject = 受试者
measure = 指标
site = 站点
predicted = 预测
trained-by = 训练者
imported = 导入时间
error = 错误
parent = 父任务
retry-of = 重试自
train-data = 训练集
val-data = 验证集
test-data = 测试集
settings = 设置
not-known = 未知
parameters = 参数
what-it-is = 简介
recommended-settings = 推荐设置
refused-at = 拒绝时间（UTC）
request = 请求
why = 原因
token = 令牌
role = 角色
created = 创建
expires = 到期
revoked = 撤销
split-cv-short = 交叉验证
seen-in-training = 曾用于训练
this-model = 本模型

# 标题。
first-rows = 前几行
how-it-was-read = 读取方式
questions = 问题
quality = 数据质量
warnings = 警告
verdict = 结论
train-instead = 用同一批受试者训练更简单的方法：echo { $form } | sgn submit - --wait
graphs = 图
metrics = 指标，附 95 % 置信区间
metrics-of-split = { $split }，附 95 % 置信区间
compared-with-baselines = 与简单方法比较（{ $split }）
regions-that-contributed = 贡献最大的脑区
done-and-assumed = 所作的处理与假定

# 命令行。
see-help = { $sentence }。请参阅 '{ $command } --help'。
value-invalid = { $option } 的取值无效：{ $reason }
parameter-missing = 缺少 { $option }
no-such-option = 没有选项 { $option }
no-such-command = 没有命令 { $command }
option-without-value = { $option } 需要一个值
too-many-arguments = 多余的参数：{ $arguments }
must-be-one-of = 必须是以下之一：{ $choices }
must-be-whole-number = 必须是整数{ $least ->
    [none] {""}
   *[other] ，最小为 { $least }
}{ $most ->
    [none] {""}
   *[other] ，最大为 { $most }
}
file-unusable = { $file } 不存在或无法使用
map-malformed = { $pair } 不是 ID=选项 的形式
map-twice = { $key } 回答了两次
regions-count = 脑区数应为 1 至 { $most }，而不是 { $text }
regions-unknown = { $text } 既不是 aal90，也不是数字，也不是可读取的文本文件
regions-in-file = { $file } 列出了 { $count } 个脑区；应为 1 至 { $most } 个
project-id-invalid = 项目编号应为 1 至 32 个可打印字符
refused-alone = --refused 只能与 --proj 和 --limit 一起使用
stored-report-is-english = 存储的报告是英文的：请去掉 --stored 或 --lang

# 文件。
unreadable = 无法读取 { $file }：{ $reason }。
unwritable = 无法写入 { $file }：{ $reason }。
system = 操作系统拒绝了操作：{ $reason }。
system-file = { $file }：{ $reason }。
not-json = { $file } 不是 JSON。
not-json-at = { $file } 不是 JSON：见第 { $line } 行第 { $column } 列。
not-a-form = { $file } 必须是一个 JSON 对象，包含表单的各字段。
not-a-mapping = { $file } 必须是一个值为文本的 JSON 对象，如 --save-map 所写。

# 数据集。
no-datasets-tagged = 没有带标签 { $tag } 的数据集。
no-datasets = 还没有数据集：请用 'sgn data add' 上传。
no-open-questions = { $dataset } 没有待回答的问题；如需换一种读法，请使用 --map。
user-is = 用户为 { $user }，与该项目的其他数据集相同。
user-needed = 该数据集需要一个用户：在 NEURO-LEARN 中，只有数据集的用户才能下载和删除它。请用 --user ID 或 SGN_USER_ID 指定用户；--user '' 表示没有用户。
which-user = 拥有它的 NEURO-LEARN 用户
which-user-of = 拥有它的 NEURO-LEARN 用户（{ $users }）
nothing-stored = 没有保存任何内容。
dataset-unread = 尚无工作进程读取它。
dataset-asks = 对它还有未回答的问题；请用 'sgn data answer { $name }' 回答。
dataset-refused = 无法读取；如需指定各列，请使用 'sgn data answer { $name } --map'。
subjects = { $count } 名受试者
subjects-of-classes = { $count } 名受试者（{ $classes }）
regions = { $count } 个脑区
connectome = 连接组
no-findings = 没有缺失或不可用的数值。
more-in-json = 另有 { $count } 项，用 --json 列出
and-more = { $names } 及另外 { $count } 个
none = 无
separator = 以{ $separator }分隔
decimal = 小数点为 { $mark }
missing = 缺失 { $count } 个
points = { $count } 个时间点
points-from-to = { $least } 至 { $most } 个时间点
code-in-column = { $code }（{ $column } 列），{ $count } 次

# 对文件的提问。
question-open = { $question }请加上 { $options }。
or = 或
more-choices = 另外 { $count } 个选项
read-before-with = 此前同样格式的文件以 { $options } 读取。
answered-before-with = 此前对同样格式的文件回答的是 { $number }。
upload-kept = 一小时内加上 --upload { $upload } 可避免重新发送文件。
choice = 选择
waiting-for-worker = 正在等待工作进程读取文件…

# 任务。
no-tasks = 没有符合条件的任务：请用 'sgn submit' 提交。
task-is = { $task } 的状态是“{ $status }”。
of-predecessor = 前代服务的结果
trained-by-predecessor = 前代服务；其模型未存储在此
epoch-of = 第 { $epoch }/{ $epochs } 轮
time-left = 剩余 { $time }
continues-show = { $task } 仍在继续；'sgn show { $task }' 可查看进度。
continues-watch = { $task } 仍在继续；'sgn watch { $task }' 可再次跟踪。
nothing-refused = 最近 30 天没有表单被拒绝。
nothing-to-compare = 这些任务都没有可比较的指标。
together-how = 对每名受试者，将两个任务各自超出其训练受试者类别比例的对数几率相加，权重相等且事先固定。提高的置信区间包含 0 时，不能说明两者相加更好。Brier 分数越低越好。
together-who = 预测
different-datasets = { $split }：这些任务在不同的数据集上评估，差异可能来自数据而非模型。
leakage-unknown = { $split }：不知道 { $task } 是否用这些受试者训练过。
leakage = { $split }：{ $task } 训练时用过其中 { $count } 名受试者；其结果偏乐观。
mark-failed = 是否将这 { $count } 个任务标记为失败？
orphans-ended = 已结束 { $ended } 个，{ $unchanged } 个未变。
no-orphans = 前代服务没有留下未完成的任务。

# 模型、令牌及其他。
how-to-fine-tune = 如需微调，请提交类型为 dl_ft、trained_task_id 为 { $task } 的表单。
parameters-changed = { $task } 的参数与其清单中的 SHA-256 不符；没有写入任何内容。请重试。
keep-token = 请妥善保存：它不会再次显示。{ $token } 于 { $day } 到期。
no-tokens = 没有令牌：请用 'sgn token new' 创建。
no-such-token = 没有有效的令牌 { $token }。
sign-in = 请将 SGN_TOKEN 设为令牌，或将 SGN_TOKEN_FILE 设为包含令牌的文件。
not-a-home = { $folder } 不是 'sgn up' 的文件夹。
package-missing = 此命令需要 { $package }，但它尚未安装：请运行 pip install 'nld-sgn[all]'。
version-unknown = 版本未知：{ $distribution } 从文件夹运行，并未安装。
too-narrow = 终端太窄，未显示：{ $columns }。

# 行中的各部分。
comma = ，
in-detail = { $name }（{ $details }）
because = { $what }：{ $reason }
status-and-position = { $status }：{ $position }
description = 说明
tags = 标签
archived = 归档时间
former-names = 曾用名
deleted = { $name } 已删除。
rows-erased = 已删除 { $count } 行，剩余 { $left } 行。
not-in-dataset = 数据集中没有：{ $ids }。
by = 操作者
nothing-to-change = 请指定要修改的内容：--rename、--description、--tag、--no-tags、--archive 或 --restore。
add-yes = 如确认执行，请加上 --yes。
go-on = 继续吗？
trained-on = 用于训练
was-predicted = 已预测
tasks-of-others = 其他项目中还有 { $count } 个任务使用过它。
time = 时间（UTC）
action = 操作
kind-of-object = 类型
