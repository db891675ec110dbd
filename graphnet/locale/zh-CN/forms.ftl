# 任务表单或上传有何错误，以及哪些内容没有使用。

# 一个字段，以及它应为什么。
missing = 缺少 { $field }；必须是{ $should }。
invalid = { $field } 为 { $value }；必须是{ $should }。
value-cut = { $start }…（{ $length } 个字符）
should-boolean = true 或 false
should-text = 至多 { $most } 个字符且不含控制字符的文本
should-characters = { $least ->
    [0] 至多 { $most } 个可打印字符
   *[other] { $least } 至 { $most } 个可打印字符
}
should-task-type = dl_ts（从头训练）或 dl_ft（微调）
should-project = 1 至 32 个字符的项目编号
should-names = 至多 { $most } 个数据集名称的列表，每个至多 64 个字符
should-some-names = 1 至 { $most } 个数据集名称的列表，每个至多 64 个字符
should-model = GET /api/v0/models 所列的一个模型名称
should-settings = 包含训练设置的对象
should-finished-task = 一个已完成任务的编号
should-device = any、cpu 或 cuda：用于训练的设备类型
should-seeds = 1 至 100 的整数，且 seed + seeds 不超过 2147483648
config-too-long = 表单各字段共 { $length } 个字符，而数据库只能容纳 { $most } 个；请减少数据集或缩短 proj_name。

# 数据集。
dataset-renamed = { $field } 中的 { $name } 已改名，现名为 { $new }。
no-dataset = { $field } 列出了 { $name }，但没有该名称的数据集。
no-dataset-but = { $field } 列出了 { $name }，但没有该名称的数据集。您指的可能是 { $others }。
dataset-asks = { $field } 列出了 { $name }，它有不止一种读法：{ $question }请在其页面上回答，或将答案 POST 到 /api/v0/datasets/{ $name }/mapping。
dataset-unusable = { $field } 列出了 { $name }，该数据集无法使用：{ $reason }
dataset-unread = 尚无工作进程读取过数据集 { $name }；训练前会检查。
name-replaced = 没有名为 { $name } 的数据集；已使用 { $other }。
layouts-differ = { $name } 与 { $first } 不匹配。{ $reason }
one-class = train_data 只有类别 { $classes }；从头训练需要至少两个类别的受试者。
class-unknown = { $field } 含有模型不认识的类别 { $classes }；模型认识的是 { $learned }。
score-missing = param_set.label 为 'score'，但 { $name } 中没有任何受试者带有 LABEL_SCORE。
score-missing-of-parent = 任务 { $task } 训练的是临床评分模型，但 { $name } 中没有任何受试者带有 LABEL_SCORE。
folds-over-class = { $count ->
    [1] param_set.cv_folds 为 { $folds }，但 train_data 的类别 { $label } 只有 1 名受试者；请设为 0。
   *[other] param_set.cv_folds 为 { $folds }，但 train_data 的类别 { $label } 只有 { $count } 名受试者；请至多用 { $count } 折，或设为 0 不做交叉验证。
}
folds-over-subjects = { $count ->
    [1] param_set.cv_folds 为 { $folds }，但 train_data 只有 1 名受试者；请设为 0。
   *[other] param_set.cv_folds 为 { $folds }，但 train_data 只有 { $count } 名受试者；请至多用 { $count } 折，或设为 0 不做交叉验证。
}
one-site = { $field } 至少需要两个站点；train_data 只有站点 { $sites }。
site-of-class = 无法使用 param_set.leave_site_out：去掉 { $sites } 后，所有训练受试者都属于同一类。请加入包含两类的站点，或使用 cv_folds。
harmonise-few = { $field } 要求每个站点至少有 { $least } 名训练受试者；{ $sites }。请去掉这些站点，或不做站点协调。
harmonise-few-in-folds = { $field } 要求在 { $folds } 折的每一折中，每个站点至少有 { $least } 名训练受试者；{ $sites }。请去掉这些站点，或不做站点协调。
harmonise-two-sites = 同时使用 param_set.leave_site_out 和站点协调至少需要三个站点：{ $sites } 中只剩一个用于训练，没有可校正的差异。请使用 cv_folds，或关闭其中之一。
nested-few = { $named ->
    [yes] param_set.{ $setting } 要求每一折内每类至少有 { $least } 名训练受试者；类别 { $label } 有 { $count } 名，{ $folds } 折时只剩 { $left } 名。请关闭它，或增加受试者。
   *[no] param_set.{ $setting } 要求每一折内至少有 { $least } 名训练受试者；共有 { $count } 名，{ $folds } 折时只剩 { $left } 名。请关闭它，或增加受试者。
}
nested-few-without-site = param_set.{ $setting } 要求每类至少有 { $least } 名训练受试者；去掉 { $sites } 后人数不足。请关闭它，或关闭 leave_site_out。
sweep-cost = 超参数搜索最多比较 { $candidates } 个候选，约需训练 { $fits } 次：{ $folds } 折以及全部训练受试者，各有 { $inner } 个内层折。
atlas-layouts-differ = 数据集 { $first } 与 { $name } 被列为同一图谱，但不匹配。{ $reason } 不同图谱请以分号分隔；在 JSON 中各用一个列表。
adjust-few-in-folds = param_set.adjust 至少需要 { $least } 名受试者来拟合 { $columns } 列协变量；共有 { $count } 名，{ $folds } 折时只剩 { $left } 名。请减少协变量、增加折数，或将 adjust 设为 'none'。
graph-without-coordinates = param_set.graph 为 'spatial'，需要脑区坐标；{ $names } 的图谱未知。请回答该数据集的问题 'atlas'。
graph-without-series = param_set.graph 为 'tangent'，需要脑区的时间序列；{ $names } 中没有。
without-series = param_set.{ $field } 需要脑区的时间序列；{ $names } 中没有。
without-repetition-time = 指标 low_frequency 需要以秒为单位的重复时间（TR），{ $names } 的重复时间未知。请给出 series.tr，例如 'sgn data answer 名称 --map series.tr=2'。
graph-without-connectome = param_set.graph 为 '{ $graph }'，需要连接组（FC_i_j 列）；{ $names } 中没有。
graph-with-few-measures = param_set.graph 为 'similarity'，每个脑区至少需要 { $least } 个指标；数据只有 { $count } 个（{ $measures }）。

# 微调的父任务。
parent-missing = 缺少 trained_task_id；微调（dl_ft）需要一个已完成任务的编号。
no-parent = trained_task_id 为 { $task }，但没有该编号的任务。
parent-of-other-service = trained_task_id 为 { $task }，它是{ $kind }，不是训练任务。
parent-of-predecessor = trained_task_id 为 { $task }，它是前代服务的任务；运维人员可用 'sgn model import' 导入该模型。
parent-not-finished = trained_task_id 为 { $task }，其状态为 { $status }；微调需要已完成的任务。
parent-removed = trained_task_id 为 { $task }。{ $reason }请另选一个，或重新训练。
parent-kept-nothing = 它没有保留参数。
parent-unusable = trained_task_id 为 { $task }。{ $reason }
other-model = model 为 { $model }，但任务 { $task } 训练的是 { $trained }；请将 model 留空，或填写 { $trained }。

# 未使用的内容。
fields-unknown = 以下字段未知，未被使用：{ $names }。
field-moved = { $name } 已按 { $place } 使用：这才是该字段的名称和位置。
field-misspelt = 字段 { $name } 未知，未被使用。是否想写 { $meant }？{ $model ->
    [parent] 模型为被微调任务的模型。
   *[other] 所训练的模型为 { $model }。
}
given-twice = { $place } 给出了两次且值不同：{ $values }。请只给出一次，写作 { $place }。
given-as = { $name } 为 { $value }
nothing-tested = enable_test 为 true，但 test_data 为空，因此不做测试。
test-data-unused = enable_test 为 false，因此不在 { $names } 上测试。如需测试，请将 enable_test 设为 true。
settings-without-effect = { $model } 直接求解，不按轮次训练；以下设置不起作用：{ $names }。
learning-curve-nobody = param_set.learning_curve 需要交叉验证（cv_folds）或测试数据。
parent-not-used = trained_task_id 只用于 dl_ft；本任务从头训练。
no-cpu-worker = 目前没有用 CPU 训练的工作进程；任务将等待。
no-cuda-worker = 目前没有配备 CUDA 设备的工作进程；任务将等待。

# 重试任务。
not-retriable = 任务 { $task } 的状态是 { $status }；只有失败或已取消的任务可以重试。
stored-form-unreadable = 任务 { $task } 的表单无法读取；请重新提交。

# 上传。
file-missing = 缺少 datafile；其中应为文件。
file-empty = 文件为空。
file-twice = datafile 出现了两次；请一次发送一个文件。
file-and-upload = 同时收到了文件和上传编号；请只发送其中之一。
upload-kept = 文件将作为上传 { $upload } 保留一小时，无需再次发送。
upload-too-long = 该分块超过所缺部分：{ $size } 字节中还缺 { $missing } 字节。
upload-no-body = 开始上传的请求不应有正文；文件以 PATCH 分块发送。
upload-offset = 该分块的起点与上传进度不符：已收到 { $received } 字节。
upload-content-type = 分块的 Content-Type 必须为 { $right }。
upload-number = { $name } 为 { $value }；必须是字节数。
upload-md5 = md5 必须是一个分段的 MD5（32 位十六进制数字），或其列表。
upload-md5-count = md5 有 { $given } 项；该上传有 { $count } 个分段。
upload-part = part 必须是从 1 开始的分段编号。
upload-part-number = part 为 { $part }；该上传有第 1 至第 { $count } 个分段。
upload-parts-missing = 在 { $count } 个分段中，以下分段尚未收到，或其大小、MD5 不符：{ $parts }。请重新发送。
upload-is-direct = 该上传以 direct=true 开始：其分段应直接写入存储桶，而不是发送到这里。
upload-not-direct = 该上传不直接写入存储桶：请用 PATCH 把各分段发送到这里。
upload-metadata = Upload-Metadata 必须由名称组成，每个名称后接一个空格及其 base64 文本，各项以逗号分隔，且最多 4,000 个字符。
try-again = 请稍后重试。
no-owner = user_id 为空，因此在 NEURO-LEARN 中没有人能下载或删除该数据集；请填写那里的一位用户。
name-unusable = data_name 为 { $name }，此处不能使用；请换一个。
name-unusable-other = data_name 为 { $name }，此处不能使用；请换一个，例如 { $other }。
questions-open = { $question }请用 mapping 回答：{ $choices }。
several-questions = 该文件有不止一种读法。

# 文件的含义。
mapping-right = 请对每个问题给出 map=id=choice，或给出 mapping={"{"}"id": "choice"{"}"}
mapping-missing = 缺少 mapping；它必须按编号回答各个问题。
mapping-body = 正文无法作为 JSON 读取；应包含 mapping。
mapping-not-object = mapping 必须是至多含 { $most } 个回答的 JSON 对象；{ $right }。
mapping-twice = { $id } 有两个回答：{ $first } 和 { $second }。
mapping-not-json = mapping 无法作为 JSON 读取；{ $right }。
map-not-pair = map 为 { $value }；{ $right }。
mapping-not-text = mapping 对 { $id } 的回答不是文本；{ $right }。
mapping-too-long = mapping 中的文本超过 { $most } 个字符；{ $right }。

# 工作进程的应答。
no-answer = { $seconds } 秒内没有工作进程应答。
no-worker = 没有工作进程在运行。请用 `sgn worker` 启动；`sgn up` 会自动启动一个。
queue-silent = 队列没有响应。
