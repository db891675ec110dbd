# 受试者表格的读取：各列的含义。$file 为文件名，$column 为列名，$row 为行号（表头为第 1 行），
# $cell 为单元格内容。

# 单元格

not-a-number = { $others ->
    [0] { $column } 列第 { NUMBER($row, useGrouping: 0) } 行的 { $cell } 不是数字。
   *[other] { $column } 列第 { NUMBER($row, useGrouping: 0) } 行的 { $cell } 不是数字（该列另有 { $others } 个单元格不是数字）。
}
number-too-large = { $column } 列第 { NUMBER($row, useGrouping: 0) } 行的 { $cell } 过大，已按无穷值读取。
missing-code = { $column }：{ $code } 表示缺失值（{ $count } 个单元格）。
ask-missing-code = { $column } 列有 { $count } 个单元格为 { $code }，其余数值在 { $lowest } 与 { $highest } 之间。{ $code } 是否表示缺失值？
code-is-missing = { $code } 表示缺失值
code-is-value = { $code } 是普通数值

# 表格的形状

no-rows = { $file } 的表头下方没有数据行。
column-twice = { $file } 有两列同名：{ $columns }。请只保留一列，或重新命名。
names-repeated = 文件中有多列同名。
no-header = { $file } 没有表头：第一行是数字（{ $cells }）。请在其上方加一行列名：ID、LABEL，以及各列的“指标_脑区”（如 GMV_1）或 FC_i_j。
places-of-regions = { $file } 只有三行，其中左侧脑区的数值为负，右侧为正：这是图谱的坐标，而不是受试者。请提供每名受试者一行的表格。
rows-of-statistics = { $file } 的各行是统计量（{ $rows }），而不是受试者。请提供它们所描述的原始表格。
transposed = { $file } 行列颠倒：第一列是列名（{ $names }），每名受试者占一列。请转置为每名受试者一行，例如用 pandas：table.set_index(table.columns[0]).T。
long-format = { $file } 是长格式：每名受试者占多行，每个脑区一行。请改为宽格式，即每名受试者一行、每个脑区一列，例如用 pandas：table.pivot(index="ID", columns="region", values="GMV")。
ask-rows = { $count ->
    [1] { $file } 没有 ID 列或类别列，也没有其他描述受试者的列。其中的一行是一名受试者，还是一名受试者的一个时间点？
   *[other] { $file } 没有 ID 列或类别列，也没有其他描述受试者的列。其中的 { $count } 行是多名受试者，还是一名受试者的多个时间点？
}
rows-are-subjects = 受试者
rows-are-points = 一名受试者的时间点
series-of-one-subject = { $file } 是一名受试者的时间序列。请提供一个文件夹，其中每名受试者一个文件，并附一张含 ID 和类别的表格。

# 哪些列是脑区数据

uk-biobank-fields = { $file } 的列名是 UK Biobank 字段（{ $columns }）：末尾的数字是访视和数组序号，不是脑区。请将列名改为“指标_脑区”，例如 thickness_bankssts_left。
hemispheres-alone = { $file } 只有整个半球的指标（{ $columns }），没有脑区的列。请加入各脑区的列，例如 lh_bankssts_thickness。
no-brain-columns = { $count ->
    [0] { $file } 中没有以指标和脑区（GMV_1、thickness_bankssts）或以两个脑区（FC_1_2）命名的列，也没有数值列。
   *[other] { $file } 中没有以指标和脑区（GMV_1、thickness_bankssts）或以两个脑区（FC_1_2）命名的列。其数值列为 { $columns }。如果指标在另一个文件中，请把两个文件放进同一个 ZIP 文件：它们会按受试者 ID 合并。
}
columns-from-to = { $count ->
    [1] { $first } 列
   *[other] { $first } … { $last } 共 { $count } 列
}
columns-from = { $count ->
    [1] { $first } 列
   *[other] 以 { $first } 开头的 { $count } 列
}
read-as-measure = { $file } 的 { $columns } 已作为指标 { $measure } 读取，共 { $count } 个脑区。
read-as-covariates = { $file } 中有 { $columns }，少于 { $regions } 个脑区的一半：作为协变量读取，不作为指标。
ask-regions = { $file } 中有 { $columns }。它们是脑区，还是受试者的其他信息？
as-other = 其他信息：协变量、量表条目、访视
as-regions = 脑区；指标为 { $measure }
ask-edges = { $file } 中有 { $columns }。它们是什么？
as-edges = { $count } 个脑区的连接组的连边
as-edges-and-diagonal = { $count } 个脑区的连接组的连边及其对角线
as-edges-asked = 连接组的连边：{ $count } 个脑区，或 { $fewer } 个脑区（含对角线），接下来会询问
as-numbered-regions = { $count } 个脑区；指标为 { $measure }
as-no-brain = 与脑无关的其他信息
measure-unnamed = 列名中有脑区而没有指标；该指标已命名为 { $measure }。
like-regions = 列名像脑区，但没有任何指标覆盖所有脑区；如果这些列描述的是受试者，请以 covariates=列名,列名 的形式列出
ask-more-regions = { $file } 有 { $count } 列以脑区命名（{ $regions }），另有 { $others } 列的名称不同：{ $columns }。它们也是脑区吗？
parts-of-regions = { $file } 中的 { $columns } 等是 { $count } 个脑区：1.2 与 2.1 的数值不同，因此不是连接组。
ask-parts-or-visits = { $file } 中有 { $columns } 等列：它们各是一个脑区，还是第二个数字表示访视？
are-parts = { $count } 个脑区，例如 1.1
are-visits = 多次访视：文件将被拒绝，因为只读取一次访视
ask-odd-regions = { $file } 有 { $count } 列 { $measure }，其中 { $columns } 的名称类型不同。它们也是脑区吗？
ask-tissues = { $file } 有 { $regions } 个脑区，另有 { $count } 列为整个组织的数值：{ $columns }。它们也是图谱中的脑区吗？
strays = { $file } 的 { $columns } 含有指标名称，但不是其他列所属的脑区：作为协变量。
of-whole-brain = { $file } 的 { $columns } 是全脑或半球的数值：作为协变量，不作为脑区。
ask-atlas = { $file } 中有多个图谱的脑区：{ $atlases }。应读取哪些？
of-atlas = { $atlas } 的 { $count } 个脑区
of-all-atlases = 全部 { $count } 个
more-are-regions = 是脑区
more-are-covariates = 不是，是协变量

# 各脑区的指标

measure-lacks-regions = { $file } 缺少脑区 { $regions } 的 { $measure } 列。每项指标都必须覆盖所有脑区：请补上缺少的列，或去掉该指标或这些脑区。
more-measures-lack-regions = { $file } 另有 { $count } 项指标缺少脑区。
region-twice = { $file } 中的 { $columns } 两列都是脑区 { $region } 的 { $measure }。请只保留一列，或重新命名。
levels-of-json = { $file } 说明了 { $columns } 中编码的含义，已改用其文字。
damaged-levels = 不是 UTF-8 编码的 JSON，编码保持原样
rows-of-a-subject = { $file } 中每名受试者有多行，它们的 { $column } 不同（{ $values }）。请每名受试者一行，每个指标和脑区一列，例如 GMV_lh_insula。
notes-below = 跳过了 { $file } 表格下方的 { $count } 条注释：{ $cells }。
nameless-rows-left = { $file } 有 { $count } 行既没有 ID 也没有类别（第 { $rows } 行），未使用。
summary-rows-left = { $file } 有 { $count } 行没有 ID，是上方各行的均值、合计等汇总（第 { $rows } 行），未使用。
rows-in-parts = { $file } 中有 { $count } 名受试者（{ $ids }）既有含测量值的行，也有不含测量值的行。请把每名受试者的全部内容放在同一行，或删除多余的行。
leading-zeros-dropped = 已去掉脑区编号的前导零：{ $column } 是脑区 { $region } 的 { $measure }。
measure-at-visits = { $file } 中的 { $columns } 像是 { $measure } 在多次访视（{ $visits }）的数值。请每个文件只提供一次访视，或每名受试者的每次访视一行、使用同一个 ID。
measures-at-visits = { $file } 中的 { $columns } 像是同一指标在多次访视（{ $visits }）的数值。请每个文件只提供一次访视，或每名受试者的每次访视一行、使用同一个 ID。
renamed-columns = { $file } 中有 { $columns } 等列，像是 pandas 或 R 对同名列的自动改名。请用脑区命名每一列，例如 GMV_1 或 GMV_Precentral_L。
matrix-of-columns = { $file } 是矩阵：其第一列是各列的名称（{ $names }）。一个连接组描述一个大脑：请提供包含每名受试者一个此类文件和受试者表的文件夹的 ZIP 压缩包。各列之间的相关矩阵不是受试者表。
row-per-class = { $file } 中 { $column } 的每个类别只有一行，且没有 ID。如果是组均值，它们不是受试者：请每名受试者提供一行。
renamed-copy = { $file } 中有 { $column } 和 { $copy }：后者像是被 pandas 改名的重复列。请只保留其中一列。
merged-twice = { $file } 中有 { $columns }：两个含有相同列的表被合并了。请只保留其中一个表的数值，每个脑区一列。
both = { $columns }
units-differ = { $file } 中 { $measure } 的各列单位不同：{ $columns }。请换算为同一单位。
same-measure-and-region = { $file } 中有多列是同一脑区的同一指标：{ $pairs }。请各只保留一列，或为指标改名。
measures-differ-in-case = { $file } 中有仅大小写不同的指标名：{ $measures }。请统一写法，或将其中之一改名。

# 成对的脑区

ask-connectome = { $file } 中有多个连接组：{ $connectomes }。使用哪一个？
regions-with-and-without-zeros = { $file } 中的脑区 { $regions } 有的带前导零，有的不带。请统一每个脑区的写法。
unclear-pairs = { $file } 有 { $count } 列以 { $first } 开头，像是成对的脑区，但无法确定 { $columns } 是哪两个脑区。连接组的每对脑区需要一列，名为 { $prefix }_脑区_脑区。
pairs-missing = { $file } 缺少 { $columns } 列。{ $regions } 个脑区的连接组共有 { $pairs } 对脑区，每对需要一列。
regions-differ = { $file } 中的连接组有 { $connectome } 个脑区，而指标有 { $measures } 个脑区；两者的脑区必须相同。只在其中之一出现的有 { $regions }。
another-connectome-used = 已使用另一个连接组
regions-beside-freesurfer = { $file } 中除 FreeSurfer 的结构外还有其他脑区的列。请将不同类型的脑区分别放在不同的文件中。
freesurfer-transposed = { $file } 的受试者在各列中（FreeSurfer 的 --transpose），已转置。

# ID、类别、站点、评分

no-such-column = { $key } 的值为 { $column }，但 { $file } 中没有这一列。其各列为 { $columns }。
class-column-chosen = { $file } 有多个类别列（{ $columns }），已使用 { $column }。
same-classes = { $file } 有多列类别相同（{ $columns }），已使用 { $column }。
site-column-chosen = { $file } 有多个站点列（{ $columns }），已使用 { $column }。
subject-column-chosen = { $file } 同时有扫描 ID 和受试者 ID（{ $columns }），已使用 { $column }，使同一受试者的各行归入同一折。
without-apostrophes = { $file }：{ $columns } 的单元格已去掉仅用于标记文本的撇号。
column-is-id = 已将 { $column } 列读作受试者 ID：列名如此，且每行各不相同。
first-column-is-id = 第一列 { $column } 已作为受试者 ID 读取。
unnamed-numbers-are-no-ids = 第一列没有自己的名称，内容是数字，像是数据框的索引；没有作为 ID 读取。如果它们是 ID，请将该列命名为 ID。
unnamed-column-is-id = 没有名称的列已作为受试者 ID 读取。
ask-class-by-words = { $file } 中没有以类别命名的列，但 { $columns } 可能表示类别。哪一列是类别？
none-of-them = 都不是
ask-column = { $key ->
    [class] { $file } 有多列可能是类别：{ $columns }。使用哪一列？
    [site] { $file } 有多列可能是站点：{ $columns }。使用哪一列？
   *[id] { $file } 有多列可能是受试者 ID：{ $columns }。使用哪一列？
}
column-with-values = { $column }：{ $values }
column-of-scans = { $column }：{ $values }（{ $rows } 行中有 { $count } 名受试者；同一受试者的各行归入同一折）

# JSON 与 Stata

not-json = { $file } 不是 UTF-8 编码的 JSON。整张表格应为一个 JSON 文档，或每行一个对象。请另存为 CSV。
json-not-columns = { $file } 是 JSON，但不是表格。请给出由 DataFrame.to_json() 写出的各列，或由各行组成的列表（orient="records"）；也可另存为 CSV。
json-row-differs = { $file } 是由各行组成的列表，其中第 { $row } 行与第一行的列不同：{ $column }。请让每一行都有相同的列，缺失值写作 null。
json-column-without-rows = { $file } 是 JSON，但没有列：{ $column } 中没有数据行。
json-rows-differ = { $file } 中 { $column } 列的行与第一列不一致。
json-nested-cell = { $file } 的 { $column } 列有单元格是列表或对象。
json-rounded = { $file } 中的 { $measures } 只有十位小数（DataFrame.to_json() 的写法），如此小的数值已丢失大部分有效数字。请上传原始表格，或更换该指标的单位，例如用 µm²/ms 代替 m²/s。
dataset-not-json = 数据集 { $dataset } 不是 JSON 表格。
dataset-not-columns = 数据集 { $dataset } 不是由列组成的 JSON 表格。
damaged-stata = { $file } 是 Stata 文件，但已损坏或不完整。
stata-latin-1 = { $file } 标明为 UTF-8，但实际不是；已按 Latin-1 读取。
damaged-spss = { $file } 是 SPSS 文件，但已损坏或不完整。
spss-encoding = { $file } 是 SPSS 文件，但其文本与声明的编码不符。请在 SPSS 的 Unicode 模式下打开并重新保存。
spss-cut-letters = { $file } 中有 { $count } 个单元格在字符中间被 SPSS 截断；读取时去掉了该字符。
damaged-parquet = { $file } 是 Parquet 文件，但已损坏或不完整。
damaged-arrow = { $file } 是 Arrow 文件，但已损坏或不完整。
nested-column = { $file } 的列 { $column } 的单元格中含有列表或记录。请让每个值各占一列。
columns-of = { $prefix }（{ $count } 列）

# ADNI 的列
ask-adni-kind = { $file } 含有 ADNI 的多类脑区，其测量指标各不相同。使用哪一类？
adni-kind = { $kind ->
    [cortex] 皮层：{ $count } 个脑区，例如 { $columns }
    [subfields] 海马亚区：{ $count } 个脑区，例如 { $columns }
   *[structures] 皮层下结构：{ $count } 个脑区，例如 { $columns }
}
ask-adni-table = { $file } 含有来自多个 ADNI 表的列。使用哪一个表的列？
adni-table = 形如 { $columns } 的列：共 { $count } 列
