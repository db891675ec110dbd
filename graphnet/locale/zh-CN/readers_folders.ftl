# 文件夹和压缩文件的读取。$file 为文件夹或压缩文件名，$example 为其中一个文件的名称，$subject 为
# 受试者 ID。

no-regions = 不是脑区的测量：混淆变量、头动、p 值或脑区列表

# 压缩文件

too-many-files = { $file } 中的文件超过 { $limit } 个。
empty-zip = { $file } 是空的 ZIP 文件。
path-twice = { $file } 中 { $path } 出现了两次。
too-large = { $file } 解压后超过上限 { $megabytes } MB。
damaged-gzip = { $file } 是 gzip 文件，但已损坏或不完整。
damaged-zip = { $file } 是 ZIP 文件，但已损坏或不完整。
unusable-name = { $file } 中有文件的名称无法使用：{ $path }。
leads-out = { $file } 中有文件指向文件夹之外：{ $path }。
link = { $file } 中有链接 { $path }；请放入文件本身。
password = { $file } 设有密码；请去掉密码。
unusual-zip = { $file } 的压缩方式不常见；请使用普通的 ZIP 文件。

# 文件夹的内容

files-by-column = { $file }：{ $count } 个文件按 { $table } 的 { $column } 列归属受试者。
regions-spelled = { $table } 的 { $count } 个脑区名称写法与 { $reference } 不同：{ $one } 已读作 { $other }，其余类推。
ask-files-by-column = { $table } 的 { $column } 列所给的 { $file } 的文件归属与文件名中的 ID 不一致：按该列，{ $example } 属于 { $listed }；按文件名，属于 { $named }。哪个正确？
files-of-column = { $column } 列
files-of-names = 文件名中的 ID
one-brain = { $file } 是 The Virtual Brain 格式的单个大脑的连接数据（weights、centres、tract_lengths），不是一组受试者。请为每名受试者提供一个连接组，并附受试者表。
nothing-measured = { $file } 中没有时间序列、矩阵或指标。
measures-differ = { $file } 中各指标的脑区不同：{ $measures } 与 { $first } 的 { $count } 个脑区不一致。
other-regions = 其脑区与连接组的 { $count } 个脑区不同
ask-series-or-matrices = { $file } 中有 { $series } 名受试者的时间序列和 { $matrices } 名受试者的连接矩阵。使用哪一种？
as-series = 时间序列（{ $example }）
as-matrices = 矩阵（{ $example }）
series-used = { $file } 中同时有相同受试者的时间序列和连接矩阵：已使用时间序列（{ $series }）计算相关；矩阵（{ $matrices }）未使用。
edge-lists = { $file } 中有类似边列表的文件（{ $example }：每行两个脑区和一个数值），但并非全部如此，或边数少于脑区数。请改为方阵，每个脑区一行一列。
symmetric-files = { $file } 的文件是对称的，已作为连接矩阵读取。
tables-as-series = { $file } 中每名受试者有一张数字表（{ $example }：{ $rows } 行、{ $columns } 列），已作为时间序列读取。
ask-kind = { $file } 中每名受试者有一个文件，但由文件名无法判断其内容（{ $example }：{ $rows } 行、{ $columns } 列数字）。它是什么？
is-series = 脑区的时间序列
is-matrix = 连接矩阵，每个脑区一行一列
is-no-brain = 与脑无关
is-triangle = { $count } 个脑区的连接组的一个三角
is-measure = { $count } 个脑区的一项指标
no-brain-files = { $file } 中没有脑部测量的文件。
connectomes-too-large = { $file } 的连接组超过 { $megabytes } MB。
values-differ = 由文件名判断，{ $file } 中各矩阵的数值类型不同：{ $subjects }。请为所有受试者提供同一种数值。
subject-hint = { $values ->
    [z] { $subject } 为 z
    [r] { $subject } 为 r
    [counts] { $subject } 为计数
    [nothing] { $subject } 未注明
   *[other] { $subject } 为 { $values }
}
not-square = { $file }：{ $subject } 的矩阵为 { $shape }；必须是方阵。
row-names-differ = { $file }：{ $subject } 的矩阵的行名与列名不同。
measure-rows = { $file }：{ $subject } 的指标文件有 { $rows } 行；应只有一行，每个脑区一列。
one-row-no-series = { $file } 中每名受试者只有一行 { $count } 个数值（{ $example }），不是时间序列。请每个时间点提供一行，每个脑区一列。
ask-kind-of-row = { $file } 中每名受试者有一行 { $count } 个数值（{ $example }）。它是什么？
rows-as-measure = { $file } 中每名受试者有一行数字（{ $example }），已作为一项指标 { $measure } 读取，每个脑区一列。

# 文件中的数组

no-matlab = { $file } 不是 MATLAB 文件，或已损坏；请用 -v7 保存。
no-table-in-file = { $file } 中没有数字表；其中有 { $arrays }。
array-used = 每个文件的数组中使用了 { $array }，未使用 { $others }。
ask-array = { $file } 中有 { $arrays }。每个文件使用哪一个数组？
array-choice = { $array }，{ $shape }
array-no-table = { $file } 中没有数字表，而是形状为 { $shape } 的{ $what }。

# 一名受试者的多个文件

same-files = { $file } 中 { $subject } 有 { $count } 个没有区别的文件：{ $files }。请只保留一个。
subject-has = { $subject } 为 { $value }
entity-differs = { $file } 中不同受试者的文件在“{ $entity }”上不同：{ $subjects }。请为所有受试者提供相同的文件。
files-differ = { $file } 中有受试者的文件在 { $key } 上不同：{ $subjects }。
z-used = { $file } 中有 Pearson r 和 Fisher z；已使用 z 的文件。
one-format = { $file } 中同样的文件有多种格式（{ $formats }）；仅格式不同的文件中使用了 { $format } 文件。
value-of-subjects = { $value }（{ $total } 名受试者中的 { $count } 名）
ask-file = { $file } 中每名受试者有多个文件，区别在于“{ $entity }”。使用哪一个？
entity = { $key ->
    [ses] 扫描时段（session）
    [dir] 相位编码方向
    [seg] 脑图谱
    [segmentation] 脑图谱
    [parcellation] 脑图谱
    [acq] 采集参数
    [den] 密度
    [rec] 重建
    [desc] 处理方式
    [stat] 统计量
    [meas] 指标
    [res] 分辨率
   *[other] { $key }
}
plain-measure = Pearson 相关，或文件名未注明的指标
without-entity = 没有 { $key }- 的文件
folder = 文件夹 { $folder }{ $is_global ->
    [true] ，已回归全局信号
   *[false] {""}
}{ $visit ->
    [none] {""}
   *[other] ，第 { $visit } 次访视
}

# 相同受试者的多张指标表

ask-parcellation = { $file } 中各表的脑区不同。使用哪些表？
parcellation-choice = { $atlas }（{ $tables }）
other-parcellation = 已使用 { $atlas } 的表
rows-appended = { $file }：{ $count } 张列相同、受试者不同的表已作为一张包含 { $subjects } 名受试者的表读取：{ $tables }。{ $sites ->
    [unknown] 没有列说明站点；如果每张表是一个站点，请回答 site=file。
   *[known] { "" }
}
partitions = 取自文件夹名称（分区存储的文件）：{ $columns }。
stats-read = { $file }：{ $count } 个 FreeSurfer 的 .stats 文件按面积、体积和厚度读取为表 { $tables }。其他指标（如曲率）请用 aparcstats2table。
other-stats = 其中没有脑区的面积、体积和厚度
damaged-stats = { $file } 不是 FreeSurfer 的 .stats 文件：缺少带有 StructName 的“# ColHeaders”行，或各脑区的行。请从受试者的 stats 文件夹重新复制。
stats-of-nobody = { $file } 没有说明属于哪名受试者。请保留 FreeSurfer 的文件夹结构：sub-01/stats/{ $file }。
stats-twice = { $subject } 有多个 { $file } 文件。每名受试者请只保留一个。
tables-joined = { $file }：已按受试者 ID 合并各表：{ $tables }。
other-subjects = { $kind ->
    [lacking] { $file }：{ $table } 中没有 { $listing } 的以下受试者：{ $lacking }。请让每名受试者在两张表中各有一行，或从两张表中删除。
    [more] { $file }：{ $table } 中有 { $listing } 没有的受试者：{ $more }。请让每名受试者在两张表中各有一行，或从两张表中删除。
   *[both] { $file }：{ $table } 中没有 { $listing } 的以下受试者：{ $lacking }；并且有 { $listing } 没有的受试者：{ $more }。请让每名受试者在两张表中各有一行，或从两张表中删除。
}
people-of-one-table = { $kind ->
    [lacking] { $table } 中没有 { $listing } 的 { $missing } 名受试者，其在该表中的信息视为缺失：{ $lacking }。
    [more] { $table } 中有 { $listing } 没有的 { $count } 人，未予采用：{ $more }。
   *[both] { $table } 中没有 { $listing } 的 { $missing } 名受试者，其在该表中的信息视为缺失：{ $lacking }；并且有 { $listing } 没有的 { $count } 人，未予采用：{ $more }。
}
ask-connectomes = { $file } 中有 { $count } 张相同脑区的连接组表。使用哪一张？
region-in-two-tables = { $file }：{ $table } 中 { $region } 的数值与同一指标的另一张表不同。请只保留一张。
measure-lacks-regions = { $file }：{ $measure } 缺少另一项指标所具有的脑区：{ $regions }。请补充相应的表（FreeSurfer 为每个半球、每项指标各写一张表），或去掉该指标。
no-common-id = 其中没有任何 ID 与其他表的受试者相同
sides-by-file = { $file }：脑区名没有说明半球，因此按文件名区分左右：{ $tables }。
measures-by-file = { $file }：各列只有脑区名，因此按文件名命名指标：{ $measures }。
rows-without-id = 有 { $count } 行没有 ID（第 { $rows } 行）。多张表按 ID 合并：请补全这些 ID，或删除这些行。
ids-twice = 其中 { $ids } 出现不止一次。请每名受试者只保留一行。
classes-by-files = 各表没有类别列；已将其文件名作为类别读取：{ $classes }。
table-without-ids = 没有受试者 ID，或同一 ID 占多行

# 包含所有受试者连接组的文件

ask-stack = { $file } 中有 { $count } 个包含所有受试者连接组的文件。使用哪一个？
stack-choice = { $name }
ask-order = { $file } 中有 { $count } 名没有 ID 的受试者，{ $table } 有同样多的行（{ $first } 至 { $last }）。{ $file } 的受试者是否与 { $table } 的行顺序相同？
same-order = 是：第一名受试者即 { $table } 的第一行
other-order = 否，或不清楚
give-order = { $file } 中受试者的顺序未知。请将表的行调整为相同顺序，或提供每行一个 ID 的 subjectIDs.txt 文件。
stack-count = { $file } 有 { $count } 名受试者，而 { $table } 有 { $rows } 行。请为每名受试者提供一行。
regions-by-lookup = { $file }：脑区已按 { $tables } 依次命名。
lookup-differs = 它没有给出该图谱的 { $count } 个脑区的名称
repetition-time = { $file }：根据时间序列旁的记录，时间点间隔为 { $seconds } 秒。
repetition-times-differ = { $file } 的时间序列旁所记录的重复时间不一致，因此视为未知。
