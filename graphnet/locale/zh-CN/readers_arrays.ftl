# NumPy 和 MATLAB 文件的读取。$file 为文件名，$array 为数组名；fc、features、ids、labels 等为数组名。

# 数组的类型

array = 数组
structure = 结构体
object = 对象
sparse = 稀疏数组
function = 函数
opaque = 字符串数组、表格或其他对象
outside = 指向其他数据的链接，或存储在另一文件中的数据
complex-numbers = 复数数组
dates = 日期数组
time-spans = 时间间隔数组
records = 记录数组
objects = Python 对象数组，即 pickle，在此不予打开
of-type = 类型为 { $type } 的数组
odd-cells = 元胞数组，其中的元胞既不是文本也不是数字
large-cell = 元胞数组，其中一个元胞的形状为 { $shape }
name-and-kind = { $name }（{ $kind }）
in-file = { $file } 中的 { $array }

# 文件

damaged-numpy = { $array } 不是普通的 NumPy 数组，或者已损坏、不完整。
damaged-matlab = { $file } 是 MATLAB 文件，但已损坏或不完整。
too-many-numbers = { $array } 的数字过多，无法读取。
damaged-hdf5 = { $file } 是 HDF5 文件（MATLAB 7.3 的格式），但已损坏或不完整。请重新保存。
incomplete-hdf5 = { $array } 不完整：部分数值未写入。请重新保存。
expected = 请提供 fc（受试者, 脑区, 脑区），或 features（受试者, 脑区, 指标）及 measures，并提供每名受试者一个值的 ids 和 labels：{ $command }。
single-array = 形状为 { $shape } 的单个 NumPy 数组，没有 ID 和类别
lone-array = { $file } 是{ $what }。{ $expected }
give-full = { $array } 是{ $what }；请提供完整的实数数组。
no-features = { $count ->
    [0] { $file } 中没有名为 features 或 fc 的数组；其中没有任何数组。{ $expected }
   *[other] { $file } 中没有名为 features 或 fc 的数组；其中有 { $arrays }。{ $expected }
}
fields-read = { $file }：结构体 { $structure } 的字段已作为数组读取：{ $fields }。
cells-stacked = { $file }：{ $array } 中有 { $count } 个 { $shape } 的矩阵，已按顺序读作各受试者的矩阵。
structure-fields = { $file } 中没有名为 features 或 fc 的数组；其中有 { $arrays }。请将结构体的字段保存为数组：save('cohort.mat', '-struct', '{ $structure }', '-v7')。请提供 fc（受试者, 脑区, 脑区），或 features（受试者, 脑区, 指标）及 measures，并提供每名受试者一个值的 ids 和 labels。
no-subjects = { $file } 中没有受试者或没有数值：其中有 { $arrays }。
too-many-values = { $file } 中每名受试者的数值超过上限 { $limit } 个。
name-twice = { $file } 的 { $array } 中有重复的名称。
name-missing = { $file } 的 { $array } 中有空的名称。

# 软件

known-program = { $file } 看起来是{ $what }：其中有 { $arrays }。{ $advice }
conn = CONN 的全部受试者的连接数据（resultsROI）
conn-advice = 它没有 ID 和类别。请提供一个文件夹，内含该文件和按 CONN 项目中受试者顺序排列的受试者表，并打包为 ZIP 文件。
split = 已分成训练集和测试集的数组
split-advice = 请把全部受试者放在一个数组中，例如 X=numpy.concatenate([X_train, X_test])，类别同理：测试集和验证集由本服务划分，每个受试者恰好被测试一次，并且任何拟合都不使用测试集的受试者。
brainnettf = BrainNetTF 的数据集
brainnettf-advice = 请以普通数字数组提供 timeseires（受试者、脑区、时间点）、corr（受试者、脑区、脑区）和 label。
braingb = BrainGB 的数据集
braingb-advice = 请以普通数字数组提供 fmri 或 dti（脑区、脑区、受试者）和 label。
dpabi = DPABI 的单个受试者的时间序列
qsirecon = QSIRecon 的单个受试者的连接数据
dsi-studio = DSI Studio 的单个受试者的连接数据
one-subject = 单个受试者的连接数据

# 受试者

ask-target = { $file } 中的 { $array } 有 { $count } 个不同的整数。它们是类别还是评分？
target-classes = { $count } 个类别
target-scores = 评分
target-is-score = { $file } 中的 { $array } 的取值多于类别数，已作为评分读取。
scanner-is-site = { $file } 中的 { $array } 已作为站点读取。
no-axis-of-subjects = { $file } 中的 { $array } 形状为 { $shape }，但 { $counts }。{ $array } 必须有一个维度对应各受试者。
values-of = { $array } 有 { $count } 个值
no-ids = { $file } 中没有名为 ids 的数组；其中有 { $arrays }。
several-columns = { $file } 中 { $array } 的形状为 { $shape }，有 { $count } 列。请每名受试者提供一个值；如果类别分列表示，请给出值为 1 的列的编号：{ $array }.argmax(axis=1)。
wrong-length = { $file } 中 { $array } 有 { NUMBER($count, useGrouping: 0) } 个值，应为 { NUMBER($subjects, useGrouping: 0) } 个。
it-is = 它是{ $what }
save-as-text = { $file } 中的 { $array } 是{ $what }。请保存为文本或数字，例如 { $array }=numpy.array({ $array }, dtype=str)。
give-full-or-text = { $array } 是{ $what }；请提供完整的实数数组，或文本元胞数组（cellstr）。
of-either = 受试者有 { $count } 名，与脑区数或指标数相同，无法判断它属于哪一方
not-per-subject = 其形状为 { $shape }，不是每名受试者一个值

# 指标、时间序列和连接组

read-as = { $role ->
    [fc] { $file } 中的 { $array } { $shape } 已作为连接组（fc）读取。
    [series] { $file } 中的 { $array } { $shape } 已作为时间序列读取。
    [regions] { $file } 中的 { $array } { $shape } 已作为脑区名称读取。
    [measures] { $file } 中的 { $array } { $shape } 已作为 { NUMBER($count, useGrouping: 0) } 个脑区的一项指标读取。
   *[features] { $file } 中的 { $array } { $shape } 已作为 features 读取。
}
another-used = 已使用文件中的另一个数组
ask-which = { $file } 中有 { $arrays }。使用哪一个作为连接组？
ask-which-features = { $file } 中有 { $arrays }。使用哪一个作为指标或时间序列？
ask-which-regions = { $file } 中有 { $arrays }，内容不同。哪一个是脑区名称？
ask-flat = { $file } 中的 { $array } 为 { $subjects } 名受试者每人提供 { $count } 个数值。这是 { $count } 个脑区的一项指标，还是展平的连接组？
are-one-measure = { $count } 个脑区的一项指标
are-flat-edges = { $regions } 个脑区的连接组，展平为 { $count } 个数值
ask-orientation = { $file } 中 { $array } 的形状为 { $shape }。每名受试者的时间点在哪个轴上？
no-real-numbers = { $file } 中的 { $array } 不是实数。
one-unnamed-measure = { $file } 中没有名为 measures 的数组；其指标已命名为 { $measure }。
unnamed-measures = { $file } 中没有名为 measures 的数组；指标从 1 开始编号。
features-shape = { $file } 中 features 的形状为 { $shape }；必须依次为 { $expected }。
ask-points = { $named ->
    [true] { $file } 中的 features 有 { $subjects } 名受试者、{ $regions } 个脑区和 { $count } 个值（{ $first } 至 { $last }）。这些值是时间点，还是脑区的指标？
   *[false] { $file } 中的 features 有 { $subjects } 名受试者、{ $regions } 个脑区和 { $count } 个没有名称的值。这些值是时间点，还是脑区的指标？
}
are-points = { $count } 个时间点的时间序列：将计算相关
are-measures = 每个脑区的 { $count } 项指标
correlated-from-series = 连接组由时间序列计算得到
fc-shape = { $square ->
    [true] { $file } 中 fc 的形状为 { $shape }；请提供 { $expected }：{ $subjects } 名受试者的矩阵的行和列都应是相同的脑区。
   *[false] { $file } 中 fc 的形状为 { $shape }；请提供 { $expected }：{ $subjects } 名受试者每人一个矩阵。
}
subjects-axis = { $axis ->
    [last] { $file } 中 fc 的形状为 { $shape }：受试者在最后一个轴。
   *[second] { $file } 中 fc 的形状为 { $shape }：受试者在第二个轴。
}
fc-regions = { $file } 中的 fc 有 { $count } 个脑区，而其他数组有 { $regions } 个脑区。
