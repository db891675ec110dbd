# 文件中的受试者：ID、类别、协变量，以及文件夹中的受试者表。$file 为文件或文件夹名，$table 为
# 文件夹中表格的名称，$column 为列名。

of-file = { $file }：{ $detail }

# ID

same-id = { $file } 中的 ID { $ids } 去掉“sub-”后相同。请统一每名受试者的写法。
ids-differ-in-zeros = { $file } 中的 ID { $ids } 仅前导零不同，已按不同的受试者读取。
classes-coded-by-site = { $file } 的 { $column } 列在站点 { $one } 为 1 和 2，在站点 { $other } 为 0 和 1，同一数字在各站点的含义不同。请统一编码，最好使用文字。
ask-words-of-sites = { $column } 中每个站点对患者的写法各不相同：{ $names }。它们是同一类别吗？
one-class = 同一类别，仅写法不同
several-classes = { $count } 个类别：不同的组
classes-in-two-ways = { $file } 的 { $column } 列既有文字（{ $words }）又有数字（{ $numbers }），无法得知数字的含义。请在所有行中统一写法。
id-in-two-classes = { $file } 中有同一 ID 的多行属于不同类别：{ $ids }。请为每名受试者使用不同的 ID，或更正类别；诊断发生变化的受试者，请只保留其中一个类别的行。
id-with-classes = { $id }（{ $classes }）
repeated-ids = { $file } 中有 { $count } 个 ID 出现在多行（{ $ids }；最多 { $rows } 行）：这些行视为同一受试者的多次扫描，在交叉验证中归入同一折。
summary-rows = { $file } 中有汇总行（由 ID 判断）：{ $ids }。请将其删除。
shortened-ids = { $file } 中有 { $id } 这样的 ID，其部分数字已被电子表格软件舍去。请将该列的格式设为文本或整数，并重新保存文件。
without-point-zero = { $column }：整数已去掉末尾的 .0（{ $example }）。
one-spelling = { $column }：{ $spellings } 已读作 { $common }。
missing-word = { $column }：{ $code } 表示缺失值（{ $count } 行）。

# 类别

ask-missing-class = { $column } 中除{ $beside }外，有 { $count } 行为 { $code }。{ $code } 是否表示类别缺失？
other-words = 其他文字
other-class-numbers = 其他类别编号
code-is-missing-class = { $code } 表示类别缺失
code-is-class = { $code } 是单独的一个类别
missing-class = { $column }：{ $code } 表示类别缺失（{ $count } 行）。
coded-as-abide = { $column } 采用 ABIDE 的编码：1 为孤独症（类别 1），2 为对照（类别 0）。
ask-positive = { $column } 中有 { $first } 和 { $second }。哪一个是阳性类别（患者）？
positive-and-control = { $positive } 为类别 1，{ $control } 为类别 0
ask-control = { $column } 中有 { $values }。哪一个是对照类别（0）？如果 { $column } 不是类别，请改为给出 class=none。
is-class-0 = { $value } 为类别 0
is-class-1 = { $value } 为类别 1
is-control = { $value } 为对照类别 0
is-class = { $value } 为类别 { NUMBER($number, useGrouping: 0) }
ask-only-class = { $column } 中只有 { $value }。{ $value } 是阳性类别（患者）吗？
classes = { $column } 的类别：{ $classes }。
not-classes = { $column } 不是类别列：其中有 { $values }。类别应为整数（0 为对照，1 为患者），或至多 { $limit } 种文字；请用 class=列名 指定正确的列。

# 协变量

empty-column = 该列为空
class-again = 它的每个取值只出现在一个类别中：与类别重复
tells-the-class = { $column } 可确定每名受试者的类别：它的 { $count } 种取值各自只出现在一个类别中。它仍作为协变量；若它只是类别的另一种写法，请用 covariates 将其排除。
numbers-tell-the-class = { $kind ->
    [presence] { $column } 只在一个类别中有值，因此有无取值就能确定类别。
   *[range] { $column } 可确定每名受试者的类别：两个类别的取值范围互不重叠。
}它仍作为协变量；若只有患者才可能有此值，请用 covariates 将其排除。
years-of-dicom = { $column } 中是 DICOM 格式的年龄（{ $cell }），已读作岁数。
only-in-first-rows = { $file } 的 { $column } 中 { $values } 各只出现一次，其余 { $count } 行为空，像是合并单元格导出的结果。请在每一行填写。
ask-scans = { $file } 中的 { $ids } 可能是同一受试者的两次扫描（共 { $count } 组）。是这样吗？
scans-together = 是 { $id } 的多次扫描：同一受试者的各行使用同一个 ID（例如 { $id }），并归入同一折
scans-apart = 是不同的受试者，可能分别进入训练集和测试集
scans-read-together = { $file } 中的 { $ids } 作为 { $id } 的多次扫描读取（共 { $count } 名受试者）：各行使用同一个 ID，归入同一折。
ids-of-occasions = { $file } 中的 { $ids } 可能是同一受试者的两次访视或扫描（共 { $count } 组）：它们可能分别进入训练集和测试集。如果是，请为同一受试者的各行使用同一个 ID，例如 { $id }。
rows-lack-id = { $file } 有 { $count } 行没有 ID（{ $rows }）；每一行作为一名受试者读取。
not-alike-at-sites = 不同站点的编码或单位不同
nameless = 无法知道它表示什么；如需使用，请为它命名
constant-column = 每一行都是 { $value }
constant-where-given = { $rows } 行中有 { $count } 行是 { $value }，其余为缺失
dates = 其中是日期
free-text = 其中是文字，有 { $count } 种不同的值
not-in-mapping = 不在所指定的协变量之中
no-such-covariate = covariates 中的 { $columns } 不是 { $file } 中可作为协变量的列。
ask-words = { $column } 中有 { $rows } 行为 { $words }，其余为数字（{ $numbers }）。{ $words } 是否表示缺失值？
words-are-missing = { $words }：缺失值；{ $column } 为数值列
words-are-text = { $words }：普通取值；{ $column } 为文字列

# 文件夹中的受试者表

no-table = { $others ->
    [0] { $file } 中没有受试者表（CSV、TSV 或工作簿），即含有受试者 ID 列（ID 或 participant_id）和类别列（LABEL 或 group）的表格。请添加该表，或按类别把文件放入不同文件夹，例如 controls 和 patients。若要预测新的受试者，只含其 ID 的表格即可。
   *[other] { $file } 中没有受试者表（CSV、TSV 或工作簿），即含有受试者 ID 列（ID 或 participant_id）和类别列（LABEL 或 group）的表格。除受试者的文件外，其中有 { $kinds }。请添加该表，或按类别把文件放入不同文件夹，例如 controls 和 patients。若要预测新的受试者，只含其 ID 的表格即可。
}
classes-by-folders = { $file } 没有受试者表：文件夹 { $folders } 已作为类别、文件名已作为 { $count } 名受试者的 ID 读取，例如 { $id }。
classes-of-folders = 受试者表没有类别列；已将文件夹 { $folders } 作为类别读取。
folders-contradict = { $file } 的文件夹 { $folder } 中有 { $count } 名受试者的文件，其 { $column } 为 { $value }：文件夹与表格对谁是对照的说法相互矛盾。请更正其中之一。
id-in-two-folders = { $file } 在作为类别的文件夹 { $folders } 中都有 { $id } 的文件。请为每名受试者使用各自的 ID，或添加含有 ID 和 LABEL 列的表格。
folders-of-a-split = { $file } 没有受试者表，且含有数据划分的文件夹：{ $folders }。请将其中每个作为单独的数据集提供。
folders-not-used = 类别文件夹之上或之下的文件夹；如果是站点，请添加含有 ID、LABEL 和 SITE 列的表格
ask-table = { $file } 中有 { $count } 张受试者表。使用哪一张？
ask-table-differing = { $file } 中有 { $count } 张受试者表，其中部分受试者的类别不同：{ $differences }。使用哪一张？
ask-table-sharing = { $file } 中有 { $count } 张受试者表。列相同的表只有在每名受试者仅出现在一张表中时才会合并读取，但 { $shared }。使用哪一张？
subjects-of-both = { $table } 与 { $other } 都包含 { $count } 名受试者（{ $subjects }）
classes-of-tables = { $table } 与 { $other } 的 { $total } 名受试者中有 { $count } 名不同（{ $subjects }）
tables-differ = 在 { $table } 与 { $other } 共有的 { $total } 名受试者中，{ $count } 名的 { $column } 不同（{ $subjects }）；采用 { $table } 的取值。
column-of-table = { $column } 取自 { $table }。
class-of-another-table = 它也给出类别；已采用 { $table } 的类别
table-choice = { $table }，{ $count } 行
another-table-used = 已使用 { $table } 作为受试者表
names-say-nothing = 无法由文件名判断其内容
table-too-large = { $table } 超过 { $megabytes } MB。
no-such-table = { $table } 的内容不是其扩展名所示的表格（Stata、SPSS、Parquet 或 Arrow）。请重新保存，或另存为 CSV。
table-without-header = 表格 { $table } 没有表头：第一行的 { $cell } 是某个文件的 ID。请在其上方加一行列名，如 ID 和 LABEL。
rows-of-session = 已采用 { $column } 为 { $session } 的行，与文件的访视一致
first-rows = 每名受试者按访视（{ $column }）各有一行；文件未标明访视，采用第一行
differs-by-session = 在同一受试者的各次访视之间不同，而文件未标明访视
listed-twice = { $file } 的受试者表 { $table } 中，{ $subjects } 出现了不止一次。请每名受试者只保留一行；不同访视请放入各自的表或文件夹。
rows-without-id = { $table } 的 { $total } 行中有 { $count } 行在 { $column } 列没有 ID，已略去。
ask-id-column = { $table } 中有多列与受试者的文件名对应，但顺序各不相同。哪一列是 ID？
ask-numbers = { $file } 中有 { $names } 的文件，{ $table } 中有 { $subjects }：ID 写法不同，但数字一一对应。它们是否为相同的 { $count } 名受试者？
same-numbers = 是：{ $name } 即 { $subject }，其余类推
other-numbers = 否，是其他受试者
files-not-listed = { $file } 中有 { $subjects } 的文件，但受试者表 { $table } 中没有这些受试者（表中有 { $listed }）。
unlisted-files = { $file } 中的文件 { $files } 与受试者的文件命名相同，但受试者表 { $table } 中没有这些 ID。请补充这些受试者，或移除这些文件。
no-id-in-names = 文件名中没有 { $table } 里的任何 ID
no-file-for-subjects = { $wanted ->
    [any] { $file } 中没有 { $subjects } 的文件，但他们列在受试者表 { $table } 中。请从表中删去这些行，或补充文件。
   *[other] { $file } 中没有 { $subjects } 的 { $wanted } 文件，但他们列在受试者表 { $table } 中。请从表中删去这些行，或补充文件。
}
measures-of-other-regions = { $table } 中的指标有 { $count } 个脑区，而文件有 { $regions } 个
measures-read-too = { $table } 中有相同脑区的指标（{ $measures }），已一并读取。
measures-in-order = { $table } 中有 { $count } 个以编号表示的脑区的指标（{ $measures }），已按文件中脑区的顺序读取。
no-measurements = { $count ->
    [0] { $file } 中没有 { $table } 所列受试者（{ $column }：{ $ids }）的测量文件，也没有其他可用的文件。
   *[other] { $file } 中没有 { $table } 所列受试者（{ $column }：{ $ids }）的测量文件；其中另有 { $others }。
}
unpack-zip = 请解压其中的 ZIP 文件。
save-each-as-text = 不支持以 { $endings } 格式逐个受试者读取：请将每个文件以相同名称另存为 CSV 或 TSV（每行一个时间点，或为矩阵）、.npy 或 .mat。
left-alone = { $what }：{ $reason }。
known-files = 可识别的文件：{ $known }，或文件名中含受试者 ID 的任何数字表格。
several-tables = { $file } 中有多张表格，而没有每名受试者各自的文件。请一次只提供一张表格。
one-table = { $file } 中只有一张表格 { $table }，已读取。
unnamed-column = 没有名称的列
