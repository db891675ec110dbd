# 数据文件的读取：需要确认的问题、采用的假设、拒绝的原因。
# $file 为文件或文件夹名，$key 为回答的键（“class”“missing.Age”等）。

answer-not-a-choice = { $key } 的值为 { $answer }，不在可选答案之内：{ $choices }。
answer-not-asked = 给出了 { $keys } 的回答，但 { $file } 并不需要；请删去。
correlated-here = 由时间序列在此计算得到
empty = { $file } 是空文件。
unreadable = 无法读取 { $file }：文件已损坏，或类型无法识别。详情见工作进程的日志。
too-little-memory = 读取 { $file } 所需的内存超过单个文件的上限 { NUMBER($megabytes, useGrouping: 0) } MB。请拆分文件，或请运维人员调高 SGN_READ_MEMORY_MB。
too-slow = 读取 { $file } 的时间超过单个文件的上限 { NUMBER($seconds, useGrouping: 0) } 秒。请拆分文件，或请运维人员调高 SGN_READ_SECONDS。
process-killed = 读取 { $file } 的进程被终止。最可能的原因是工作进程所在的机器或容器的内存少于读取单个文件允许使用的 { NUMBER($megabytes, useGrouping: 0) } MB（SGN_READ_MEMORY_MB）。请重新发送文件，或拆分文件。
process-ended = 读取 { $file } 的进程异常结束（状态 { NUMBER($status, useGrouping: 0) }）。文件已损坏，或所需内存超过可用内存；详情见工作进程的日志。
atlas-offered = { $file }：无法确定脑区来自哪个图谱。若要显示脑区名称和位置，请添加以下选项之一：
unknown-kind = 无法识别 { $file } 的类型。{ $advice }
zip-in-packed = { $file } 是压缩文件，其中又有 ZIP 文件；请先解压一次。

# 本机上的文件，用于 python -m graphnet。
map-malformed = --map { $pair } 不是 ID=选项 或 文件:ID=选项 的形式。
map-twice = --map 对 { $key } 回答了两次。
map-not-asked = --map 回答了 { $keys }，但没有文件询问；请将其删除。
nothing-answered = 没有给出回答，因此没有读取任何内容。
file-unusable = { $file }：{ $reason }。
question-open = { $question }请用 { $answers } 回答。
answer = --map { $answer }（{ $label }）
either-answer = { $first }或 { $second }
asks = { $file }：{ $question }
choice = 选择：
next-time = 下次可用：--map { $answer }
answered-as-before = { $file }：{ $answer }，与之前相同。
give-a-number = 请输入 1 至 { $most } 之间的数字。
same-measurements = { $subjects }
copied-subjects = { $file } 中有 { $count } 组受试者的测量值完全相同：{ $groups }。如果是误复制，请删除多余的数据。
scales-differ = { $file } 中 { $count } 名受试者（{ $subjects }）的 { $measure } 量级与其他人不同：典型值分别为 { $low } 和 { $high }。如果单位不同，请统一所有受试者的单位。
ask-units = { $file } 中 { $measure } 的量级不一致，单位似乎不同：典型值为{ $groups }。哪种情况正确？
size-of-group = { $subjects } { $size }
group-of-sites = 站点 { $sites }
group-of-subjects = { $count } 名受试者（{ $ids }）
convert-units = 单位不同：换算为同一单位，{ $groups }
converted = { $subjects }的值乘以 { $factor }
keep-units = 单位相同：按原值使用
