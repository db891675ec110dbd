# 数据集与各划分的受试者、脑区和指标：不能使用的内容，以及结果的局限。$split 为 train、val 或 test；
# $where 为数据集、划分或以下五项之一。

the-data = 数据
the-training-data = 训练数据
the-model = 模型
the-stored-model = 已保存的模型
the-parent = 父模型
only-regions = 只有 { $where } 有脑区 { $names }。
only-measures = 只有 { $where } 有指标 { $names }。
layouts-differ = 数据集 { $first } 与 { $second } 不匹配。{ $difference }

# 连接矩阵

edges-z = Fisher z 值
edges-counts = 流线数
edges-other = 其他类型的值
edges-of-dataset = { $name } 中为 { $edges }
edges-differ = 连接矩阵不匹配：{ $datasets }。
other-edges = train_data 的连接矩阵为 { $train }，{ $split }_data 的为 { $edges }；两者必须相同。
connectome-missing = 未使用连接矩阵，因为 { $datasets } 没有连接矩阵。

# 单个数据集

no-dataset = 没有可读取的数据集。
no-class-column = 数据集 { $name } 没有类别，因为没有名为 LABEL_GROUP、LABEL、group、diagnosis 或类似名称的列。如果类别在其他列，请用 class=列名 指定。
no-score-column = 数据集 { $name } 没有含临床评分的 LABEL_SCORE 列。如果评分在其他列，请用 score=列名 指定。
no-class-no-score = 数据集 { $name } 既没有类别也没有临床评分。请用 class=列名 指定类别列，或用 score=列名 指定评分列。
nobody = 数据集 { $name } 中没有{ $target ->
    [group] 带类别的
    [score] 带评分的
   *[any] {""}
}受试者。
no-measurements = 数据集 { $name } 既没有指标也没有连接矩阵。
no-series = { $name } 中没有时间序列，而该模型的指标和连接组由时间序列计算。
no-repetition-time = { $name } 没有给出时间点之间相隔的秒数，指标 low_frequency 需要它。请给出 series.tr，例如 --map series.tr=2。
repetition-time-without-series = 数据集中没有时间序列，series.tr 不适用。
repetition-time-no-seconds = series.tr={ $answer } 不是重复时间：请给出大于 0 且不超过 100 的秒数，例如 2。
too-short-for-partial = { $name }：偏相关至少需要 { $least } 个所有脑区都有值的时间点；{ $subjects } 不足。
partial-from-series = 由时间序列在此计算的偏相关
no-id-column = { $name } 没有受试者 ID 列，因此无法发现同时在两个数据集中的受试者。
rows-without-id = { $name }：{ $count } 行没有 ID，因此不知道这些受试者是否也在其他数据集中。
rows-dropped = { $name }：{ $count } 行没有{ $target ->
    [score] 评分
   *[group] 类别
}，已略去。
not-used = { $name }：未使用 { $columns }。
ids-matched = { $datasets }：{ $detail }
ids-repeated = 出现在多行中的受试者 ID：{ $ids }。
findings-cut = 另有 { $count } 项发现未列出。

# 类别

word-in = { $where } 中为“{ $word }”
class-names-differ = 类别 { $label } 在 { $words }；这些受试者算作同一类别。
classes-crossed = “{ $word }”在 { $where } 中是类别 { $label }，在 { $there } 中是类别 { $other }。请统一编码。
classes-unknown = { $split }_data 含有{ $classes }，模型不认识（模型认识{ $known }）。

# 数据划分

train-val-overlap = train_data 与 val_data 有 { $count } 名共同的受试者（{ $subjects }），因此验证指标不能代表对新受试者的表现。
train-test-overlap = train_data 与 test_data 有 { $count } 名共同的受试者（{ $subjects }），因此测试指标不能代表对新受试者的表现。
val-test-overlap = val_data 与 test_data 有 { $count } 名共同的受试者（{ $subjects }），因此没有用验证受试者选择训练轮次。
splits-matched = { $left }_data 与 { $right }_data：{ $detail }
no-held-out-subjects = 没有验证受试者，也没有测试受试者：该模型本身未在任何新受试者上测试。它在自身训练受试者上的指标不能代表对新受试者的表现。
epoch-selected = 训练轮次是按验证受试者上的损失选择的，因此验证指标略偏乐观；测试指标不受影响。
several-scans = { $split }_data 有 { $subjects } 名受试者的 { $scans } 次扫描；其中 { $count } 名有多次扫描（{ $ids }）。指标按扫描计算；区间和检验按受试者计算。
# 旧版本的结果。
repeated-subjects = { $split }_data 中有 { $count } 个受试者 ID 出现在多行中（{ $ids }）；每行都计入，因此置信区间过窄。
one-class = { $split }_data 只有{ $name }，因此无法计算需要两个类别的指标（平衡准确率、AUC）。
few-subjects = { $split }_data 只有 { $count } 名受试者，其指标不确定；请查看置信区间。
few-of-class = { $split }_data 中{ $name } 只有 { $count } 名受试者。

# 质量规则在数据集中的发现

subjects = { $count } 名受试者（{ $names }）
regions = 脑区 { $names }
in-regions = （{ $regions }）
regions-without-edges = { $dataset }：{ $regions } 在 { $subjects }中没有边；处理方式见质量规则。
edges-missing = { $dataset }：{ $subjects }的 { $count } 条边{ $where }缺失；处理方式见质量规则。
values-unusable = { $dataset }：{ $subjects }的 { $count } 个 { $measures } 值{ $where }{ $rule ->
    [infinite] 为无穷大
    [absurd] 不合理
    [constant] 全部相同
    [broken] 来自失败的计算
   *[missing] 缺失
}；处理方式见质量规则。

# 以不同写法的 ID 在训练过模型的受试者中找到的受试者

id-there = { $id } 在其中写作 { $there }
spelled-differently = { $count } 名受试者与训练受试者匹配，尽管 ID 写法不同（{ $ids }）。

# 协调与评分

harmonise-one-site = harmonise 至少需要两个站点，而 train_data 只有站点 { $site }。
adjust-no-covariates = adjust 需要协变量，而训练数据中没有可识别的协变量；请在 covariates 中指定。
adjust-few-subjects = adjust 拟合 { $columns } 列协变量至少需要 { $least } 名受试者，但只有 { $count } 名。
covariate-input-unknown = covariate_inputs 指定了 { $names }，而训练数据中没有；训练数据有 { $known }。
covariate-input-levels = covariate_inputs 指定了 { $name }，它在训练受试者中有 { $count } 个不同的取值；最多 { $most } 个可作为输入。
covariate-input-adjusted = covariate_inputs 指定了 { $names }，而 adjust = '{ $adjust }' 也在其上拟合。一个协变量要么被校正，要么作为输入：请将其从 covariates 或 covariate_inputs 中去掉，或使用 adjust = 'none'。
site-has = { $site } 有 { $count } 名
harmonise-few-subjects = harmonise 要求每个站点至少有 { $least } 名训练受试者；{ $sites }。
score-constant = train_data 的所有受试者 LABEL_SCORE 相同。评分有差异才能学习。

# 图谱

atlas-unreadable = 图谱 { $file } 不是第一列为脑区、并有以毫米为单位的 x、y、z 列的表格。
atlas-region-twice = 图谱 { $file } 中这些脑区出现在多行：{ $regions }。请每个脑区只保留一行。
not-in-atlas = 图谱中没有脑区 { $regions }。
atlas-by-names = { $missing ->
    [0] 脑区名称与图谱 { $atlas } 一致。
   *[other] 脑区名称与图谱 { $atlas } 一致，缺少其中 { $missing } 个。
}
atlas-which = 脑区来自哪个图谱？图谱提供脑区的名称和位置；不回答也不影响其他功能。
atlas-unknown = atlas 为 { $atlas }，必须是 { $atlases } 之一。
atlas-as-answered = 根据回答，脑区来自图谱 { $atlas }。
atlas-numbered = { $atlas }，按图谱自身的顺序：第一个为 { $first }，最后一个为 { $last }
atlas-possible = { $atlas }
atlas-none = 都不是，或不清楚
atlas-does-not-fit = 这 { $count } 个脑区与图谱 { $atlas } 不符。
atlas-of-dataset = { $name } 使用 { $atlas }
atlases-differ = 脑区来自不同的图谱：{ $datasets }。只有同一图谱的数据才能一起使用。

# 已保存的数据集

folder-damaged = { $what ->
    [too-large] 数据集文件夹 { $folder } 的 dataset.json 超过 { $limit } MB
    [json] 数据集文件夹 { $folder } 没有可读取的 dataset.json
    [format] 数据集文件夹 { $folder } 的 dataset.json 是其他格式
    [changed] 数据集文件夹 { $folder } 的 dataset.json 被改动过（SHA-256）
    [array] 数据集文件夹 { $folder } 缺少 { $file }，或该文件被改动过
    [npy-version] 数据集文件夹 { $folder } 的 { $file } 是其他版本的 NumPy 格式
    [shape] 数据集文件夹 { $folder } 的 { $file } 的数据类型或形状与 dataset.json 不符
    [dimensions] 数据集文件夹 { $folder } 的 { $file } 与受试者和脑区的数量不符
    [series] 数据集文件夹 { $folder } 的时间序列与受试者和脑区的数量不符
   *[content] 数据集文件夹 { $folder } 与其 dataset.json 不符
}。请从数据集的文件重新保存。
folder-of-other-version = 数据集文件夹 { $folder } 的格式版本为 { $stored }；本程序读取版本 { $read }。
arrays-not-listed = 数据集的 dataset.json 没有列出其数组。
array-unknown = 数据集的 dataset.json 含有未知的数组“{ $name }”。
covariate-odd = { $name }：{ $covariate } 有 { $count } 个值为无穷或超过 1e12，按缺失处理。
covariate-codes = { $covariate } 在不同站点或数据集中编码不同（{ $codes }），因此未用作协变量；请统一编码。
covariate-units = { $covariate } 在不同站点或数据集中单位不同（典型值为 { $low } 和 { $high }），因此未用作协变量；请统一单位。
measure-units = { $measure } 在各数据集中单位不同：典型值为{ $datasets }。请在所有数据集中换算为同一单位；如果单位相同，请合并为一个文件，读取时会询问。
size-of-dataset = { $name } 中为 { $size }
covariate-kinds = { $covariate } 在一个数据集中是数字，在另一个中是文字，因此未用作协变量；请统一写法。
adjust-no-controls = adjust = 'regress_controls' 要求训练受试者中既有对照又有患者；请使用 'regress'。
combat-confounded = adjust = 'combat' 无法将 { $names } 与站点区分开：在每个站点内都没有变化。请将其从 covariates 中去掉，或使用 adjust = 'none' 和 harmonise。

# 同一批受试者的多个图谱

atlas-site = 站点
atlas-score = 评分
atlas-named-twice = { $names } 不能重复列出：各图谱的数据集必须不同，名称也不同。
atlas-without-ids = { $dataset } 没有受试者 ID 列，无法在其他图谱中找到其受试者。请上传带 ID 的文件，或去掉其他图谱；从不按行的顺序匹配。
atlas-ids-repeated = { $where } 中有 { $count } 个 ID 出现在多行（{ $ids }），无法确定哪一行对应其他图谱。请每名受试者只保留一行；不同图谱的数据集以分号分隔。
atlas-nobody = { $split }_data 的受试者均不在 { $atlas } 中：此处的 ID 如 { $here }，那里的如 { $there }。
atlas-nobody-on-all = { $split }_data 没有受试者同时在所有图谱中（{ $atlases }）。
atlas-class-of = { $subject } 在 { $own } 中为 { $here }，在 { $atlas } 中为 { $there }
atlas-classes = 有 { $count } 名受试者在两个图谱中的类别不同，例如：{ $subjects }。请更正数据，或在 { $own } 与 { $atlas } 中使用相同的编码。
atlas-value-of = { $subject } 在 { $own } 中为 { $here }，在 { $atlas } 中为 { $there }
atlas-values = { $what }：{ $count } 名受试者在各图谱之间不同，例如：{ $subjects }。请更正数据，或从其中之一去掉该列。
atlas-covariate-differs = { $covariate } 在 { $own } 与 { $atlas } 之间有 { $count } 名受试者不同，最多相差 { $most }；所有图谱均使用 { $own } 的值。
atlas-left-out = { $split }_data 的 { $total } 名受试者中有 { $count } 名不在 { $atlas } 中（{ $subjects }），在所有图谱中均已略去。
