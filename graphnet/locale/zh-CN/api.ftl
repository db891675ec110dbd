# 服务为何没有执行请求。

first-of-errors = { $first }（另有 { $count } 处错误）
two-sentences = { $first }{ $second }
internal-error = 服务发生内部错误，详情见其日志。
no-address = { $path } 处没有任何内容。
method-not-allowed = { $path } 不接受 { $method } 方法。

# 谁可以做什么。
token-unknown = 令牌未知、已过期或已被撤销。
token-needed = 此处需要令牌：请以 'Authorization: Bearer …' 发送；用 'sgn token new' 可创建令牌。
role-needed = 该令牌的角色是 { $role }；此操作需要角色 { $needed }。
other-project = proj_id 为 { $value }，但该令牌属于另一个项目。
host-name = 没有令牌时，请用 localhost 或 SGN_HOST_NAMES 中的名称访问本服务，而不是 { $host }。
link-expired = 此链接已过期或已失效，请向发送者索取新的链接。
sharing-off = 此处不能用链接分享报告：运维人员未设置 SGN_SHARE_SECRET。
nothing-to-share = { $task } 尚未完成，没有可分享的报告。
operators-only = 此页面供运维人员使用，需要角色为 admin、适用于所有项目的令牌，可用 'sgn token new --project "*" --role admin' 创建。
other-site = 其他网站的页面不得使用本服务。

# 请求的正文。
tus-version = 请求使用 tus 协议的 { $version } 版本；本服务使用 { $right } 版本。
body-compressed = 正文的 Content-Encoding 为 { $encoding }；请不要压缩后发送。
body-too-slow = 正文传输过慢；每秒至少应有 { $kilobytes } kB。
body-cut-off = 正文在声明的结尾之前中断。
body-too-large = 正文超过 { $megabytes } MB，这是此处的上限。
quota-exceeded = 项目 { $project } 已占用 { $used } GB，上限为 { $quota } GB，无法再存入 { $size } GB 的文件；请删除不再需要的数据集，或请运维人员调高 SGN_PROJECT_QUOTA_GB。
body-empty = 正文为空；应包含任务表单。
body-not-html-form = 正文不是完整的 HTML 表单。
body-not-json = 正文无法作为 JSON 读取；应包含任务表单。
body-not-object = 正文是 JSON 的 { $kind }；应为由字段组成的对象。
form-too-large = 除文件外，表单超过 { $megabytes } MB 或 { $fields } 个字段。
read-as-latin-1 = 正文不是 UTF-8，因此按 Latin-1（ISO 8859-1）读取；请以 UTF-8 发送。
key-invalid = Idempotency-Key 必须是 1 至 { $most } 个可打印的 ASCII 字符。
key-reused = 该 Idempotency-Key 已用于另一份表单（任务 { $task }）；新表单请使用新的键。
key-in-use = 该 Idempotency-Key 此刻正在使用；请重试。
range-beyond = Range 起点在最后一个字节之后；共有 { $size } 字节。

# 地址中的查询。
project-id-invalid = proj_id 不是至多 32 个字符的项目编号。
tag-invalid = tag 最多为 { $most } 个可打印字符。
search-invalid = q 至多为 { $most } 个可打印字符。
flag-invalid = { $name } 为 { $value }；必须是 true 或 false。
limit-invalid = limit 为 { $value }；必须是 1 至 { $most } 的整数。
status-invalid = status 为 { $value }；必须是以下之一：{ $choices }。

# 上限。
too-many-tasks = 已有 { $count } 个任务在等待；请在 { $seconds } 秒后重试。
too-many-tasks-of-project = 项目 { $project } 已有 { $count } 个任务在等待；请在 { $seconds } 秒后重试。
too-many-streams = 已有 { $count } 个客户端在关注任务；请在 { $seconds } 秒后重试。
too-many-predictions = 已有 { $count } 个预测正在进行；请在 { $seconds } 秒后重试。
too-many-comparisons = 已有 { $count } 个比较正在进行；请在 { $seconds } 秒后重试。
too-many-uploads = 已有 { $count } 个文件正在上传；请在 { $seconds } 秒后重试。
not-ready = 尚未就绪：{ $dependencies }。

# 不存在，或与所存储的不符。
no-project = 没有项目 { $project }。
no-task = 没有任务 { $task }。
no-dataset = 没有数据集 { $name }。
no-file = 没有文件 { $file }。
object-lacking = 任务 { $task } 的状态是 { $status }，没有存储的{ $object }。
not-finished = 任务 { $task } 的状态是 { $status }；只有已完成的任务才有报告、预测和证据。
not-of-manifest = 存储的参数不是清单所指的参数。
not-of-result = 它与结果所指的内容不符（SHA-256）。
not-as-stored = 它与当初存储的内容不符（SHA-256）。
report-anew = 只有报告可以由其余存储内容重新生成：请加上 ?fresh=true。

# 其他服务的任务。
other-service = { $task } 是{ $kind }，不是训练任务。
kind-of-task = 另一个 NEURO-LEARN 服务的{ $type ->
    [ml_clf] 分类
    [ml_rgs] 回归
    [sa_da_ttest] t 检验
    [sa_da_anova] 方差分析
    [sa_ca_prson] 皮尔逊相关
   *[sa_ca_spman] 斯皮尔曼相关
}任务（{ $type }）
kind-unknown = 另一个 NEURO-LEARN 服务的 { $type } 类型任务
kind-absent = 另一个 NEURO-LEARN 服务的无类型任务
predecessor-model = { $task } 是前代服务的任务，其模型未存储在此；运维人员可用 'sgn model import' 导入该模型。
predecessor-object = { $task } 是前代服务的任务，其{ $object }未存储在此。
predecessor-methods-unknown = { $task } 是前代服务的任务，此处不知其训练方法，因此没有报告、预测和证据。其页面显示学习曲线。
predecessor-abandoned = { $task } 是前代服务的任务：已无人训练它；运维人员可用 'sgn tasks end-orphans' 结束这类任务。
predecessor-ended = { $task } 是前代服务的任务：其状态为 { $status }，不再改变。重新提交其表单即可在此训练。

# 任务并列比较。
comparison-count = task_ids 列出了 { $count } 个任务；应列出 { $least } 至 { $most } 个不同的任务，以逗号分隔。
comparison-no-task = task_ids 列出了 { $task }，但没有该编号的任务。
comparison-other-service = task_ids 列出了 { $task }，它是{ $kind }，不是训练任务。
comparison-predecessor = task_ids 列出了 { $task }，它是前代服务的任务；其方法未知，因此不作比较。
comparison-without-predictions = 其中一个任务没有保存预测结果（例如由旧版本训练）。
comparison-of-scores = 预测的是临床评分；只有分类预测才逐个受试者比较。
comparison-of-other-classes = 它们预测的类别不同。
comparison-of-few = 某一类别中两个模型都没有见过的受试者少于 { $least } 名。
comparison-other-labels = 某一类别中两个模型都没有见过、且在两个任务中类别相同的受试者少于 { $least } 名。另有 { $count } 名受试者在两个任务中的类别不同（{ $ids }）。请在两个数据集中使用相同的类别编码，并核对编号是否指同一批人。
comparison-other-sites = 某一类别中两个模型都没有见过的受试者少于 { $least } 名。有 { $count } 名受试者在两个任务中编号相同而站点不同（如 { $id }：一个任务中为{ $one }，另一个任务中为{ $other }）。受试者按编号和站点匹配；请为两个数据集提供相同的站点列。
at-site = 站点 { $site }
at-no-site = 无站点

# 两个任务相加的结果。
together = 两者相加
together-of = { $split }：{ $first } + { $second }
together-alone = 仅 { $name }
together-minus = 两者相加 − { $name }
together-everybody = 全部受试者（含只有一个任务的）
together-counts = 两个任务都预测了 { $n } 名受试者。{ $only_first ->
    [0] {""}
   *[other] 仅 { $first } 预测了的有 { $only_first } 名，保留其概率。
}{ $only_second ->
    [0] {""}
   *[other] 仅 { $second } 预测了的有 { $only_second } 名，保留其概率。
}{ $left_out ->
    [0] {""}
   *[other] 未计入 { $left_out } 名。
}
together-without-shares = 没有保存某个任务的各类别训练受试者人数，因此不知道其对数几率超出类别比例的部分。
together-same-measures = 两个任务用的是相同脑区的相同指标，二者给出的信息大体相同，被计算了两次：相加后的概率很可能过于极端，请参看 Brier 分数。
together-uncalibrated = 未经校准：{ $tasks }。过度自信的模型在总和中所占的分量会超过应有的份额。
together-other-class = { $count } 名受试者因在两个任务中的类别不同而未计入（{ $ids }）。
together-other-scans = { $count } 名受试者因在两个任务中的扫描次数不同而未计入（{ $ids }）。
together-other-sites = { $count } 名受试者在两个任务中编号相同而站点不同（如 { $id }：一个任务中为{ $one }，另一个任务中为{ $other }），未作相加。

# 被询问是否就绪的依赖。
dependency-silent = { $name } 没有响应：已询问 { $seconds } 秒。
no-centres = { $task } 的脑区没有中心坐标，因此无法在脑中显示。
