# 连接组和时间序列的读取。$file 为文件或文件夹名，$subject 为受试者 ID；$values 为 z、r、counts 或
# other。

# 脑区

region-twice = { $file }：{ $subject } 的文件中，脑区 { $regions } 出现了不止一次。请为每个脑区使用不同的名称。
subject-has = { $subject } 为 { NUMBER($count, useGrouping: 0) }
different-counts = { $file } 中受试者的脑区数不一致：{ $subjects }，其余受试者为 { $usual }。没有脑区名称，无法判断缺少的是哪一个；请为所有受试者提供相同的脑区。
unnamed-regions = { $subject } 有 { $count } 个没有名称的脑区
other-regions = { $file } 中有受试者的脑区与多数受试者（{ $usual } 个脑区）不同：{ $subjects }。请为所有受试者提供相同的脑区。
regions-of-subject = { $kind ->
    [both] { $subject } 有 { $count } 个，缺少 { $lacking }，另有 { $more }
    [lacking] { $subject } 有 { $count } 个，缺少 { $lacking }
   *[more] { $subject } 有 { $count } 个，另有 { $more }
}
regions-in-order = { $file }：{ $subjects } 的文件没有脑区名称，已按其他文件中的顺序读取。
subject-lacks = { $subject } 缺少 { $regions }
matched-by-name = { $file }：{ $subjects } 的文件中脑区顺序不同，已按名称对应。
regions-missing = { $file }：部分文件缺少脑区，这些受试者的相应脑区按缺失处理：{ $subjects }。
several-statistics = { $file } 的文件中每个脑区有多列（{ $columns }），例如均值和去零后的均值。请每个脑区只保存其中一列。
confounds = { $file } 中是混淆变量的文件（{ $columns }），而不是脑区的文件。请提供基于脑图谱的时间序列。
no-brain-region = 不是脑区

# 成对的脑区与矩阵

pair = { $one } 与 { $other }
pairs-differ = { $file } 中的连接组不对称：{ $pairs } 两个方向的数值不同。请为每对脑区提供一个数值。
pairs-absent = { $file } 缺少脑区对 { $pairs } 的列；连接组的每对脑区需要一列。
all-empty = { $file } 中的连接组全部为零或为空。
empty-connectomes = { $file } 中 { $subjects } 的连接组为空。请去掉这些受试者，或修正其数据。
mixed-diagonals = { $file } 中连接组的数值类型不一致：{ $of_r } 的对角线为 1（Pearson r），而 { $of_z } 的对角线为无穷（Fisher z）。请为所有受试者提供同一种数值。
silent-regions = { $file } 中有 { $count } 名受试者存在相关系数全为 0 的脑区（{ $regions }）：这些脑区没有信号，按缺失处理。
perfect-correlations = { $file } 中有 { $count } 个脑区间相关系数恰为 1 或 -1，其 Fisher z 为无穷，已设为 { $limit }。
no-square = { $file } 中每名受试者有 { $count } 个数值；N 个脑区的连接组应有 N x N 个，或一个三角的 N x (N - 1) / 2 个。
ask-axes = { $array } 的形状为 { $shape }，受试者数与脑区数相同。哪一个轴是受试者？
first-axis = 第一个轴
last-axis = 最后一个轴
ask-triangle = { $file } 中每名受试者有 { $count } 个数值，即 { $regions } x { $regions } 矩阵的一个三角。按什么顺序排列？
upper-triangle = 按行排列的上三角（与 numpy.triu_indices 一致）
lower-triangle = 按行排列的下三角（与 nilearn 和 numpy.tril_indices 一致）
upper-diagonal-triangle = 按行排列的上三角，含对角线，共 { $regions } 个脑区
lower-diagonal-triangle = 按行排列的下三角，含对角线（nilearn 的默认形式），共 { $regions } 个脑区
rounded-apart = { $file } 中有 { $count } 名受试者的对称单元格相差末位小数的一个单位（舍入所致），已采用上三角的数值。
asymmetric = { $others ->
    [0] { $file } 中的连接组不对称：{ $subject } 的第 { $one } 行第 { $other } 列为 { $upper }，而第 { $other } 行第 { $one } 列为 { $lower }。请提供无向连接组，例如取两个方向的均值。
   *[other] { $file } 中的连接组不对称：{ $subject } 的第 { $one } 行第 { $other } 列为 { $upper }，而第 { $other } 行第 { $one } 列为 { $lower }；另有 { $others } 名受试者也是如此。请提供无向连接组，例如取两个方向的均值。
}

# 数值的类型

kept-z = Fisher z：保持不变
r-becomes-z = Pearson r：转换为 Fisher z
kept-counts = 计数，例如纤维束条数：保持不变
kept-other = 其他权重：保持不变
by-mapping = 由所给的设置指定
as-answered = 由回答指定
by-format = 该格式的文档如此规定
diagonal-one = 对角线为 1
diagonal-infinite = 对角线为无穷或为空
diagonal-varies = 各脑区的对角线数值不同，与协方差一样
whole-numbers = 所有数值均为整数
names-say = { $values ->
    [z] 文件名或数组名表明是 Fisher z
    [r] 文件名或数组名表明是 Pearson r
    [counts] 文件名或数组名表明是计数
   *[other] 文件名表明是其他权重
}
negative-values = 有负值，且不是相关系数
no-correlations = 最大值为 { $most }，不是相关系数
negative-and-over-one = 有负值，且有大于 1 的数值
documented-z = { $file } 中的连接组已按该格式文档所述作为 Fisher z 读取；如果不是，请给出 connectome.values=r、counts 或 other。
too-large-for-r = { $file } 中连接组的数值在 { $least } 与 { $most } 之间，超出 Pearson r 的范围，因此按 Fisher z 读取。
large-values = { $values ->
    [counts] { $file } 中连接组的数值最大为 { $most }，已按计数读取。
   *[other] { $file } 中连接组的数值最大为 { $most }，已按其他权重读取。
}
names-overruled = { $named ->
    [z] 文件名或数组名表明是 Fisher z，
    [r] 文件名或数组名表明是 Pearson r，
    [counts] 文件名或数组名表明是计数，
   *[other] 文件名表明是其他权重，
}但 { $file } 中连接组的数值最大为 { $most }，已按{ $values ->
    [z] Fisher z
    [r] Pearson r
    [counts] 计数
   *[other] 其他权重
}读取。
ask-values = { $count ->
    [0] { $file } 中连接组的数值在 { $least } 与 { $most } 之间。它们是什么数值？
   *[other] { $file } 中连接组的数值在 { $least } 与 { $most } 之间。它们是什么数值？依据：{ $evidence }。
}
not-r = { $key } 的值为 r，但 { $file } 中的数值最大为 { $most }，而 Pearson r 不超过 1。

# 时间序列

rows-are-regions = { $file } 的文件每行是一个脑区，已转置。
rows-are-points = { $file } 的文件各行已作为时间点读取：{ $points } 个时间点，{ $regions } 个脑区。
ask-orientation = { $file } 的文件有 { $rows } 行、{ $columns } 列。哪一个是时间点？
points-are-columns = 列：{ $regions } 个脑区，{ $points } 个时间点
points-are-rows = 行：{ $regions } 个脑区，{ $points } 个时间点
from-to = { $low } 至 { $high }
short-series = { $file } 中有时间序列少于 { $least } 个时间点：{ $subjects }。请去掉这些受试者。
no-signal = { $file } 中 { $subjects } 的时间序列没有任何信号（恒定或为空）。请去掉这些受试者，或修正其数据。
series-too-large = { $file } 的时间序列和连接组超过 { $megabytes } MB。
ask-times = { $file } 的时间序列中，{ $columns } 列在每名受试者中都等间隔递增（{ $numbers } …）：它是行号或时间，还是一个脑区？
times-among-regions = { $file } 的时间序列中，{ $columns } 列在每名受试者中都等间隔递增，像是时间或行号，而不是信号。请去掉后重新保存。
global-signal = { $file } 中的最后一列（{ $column }）在每名受试者中都是其他各列的均值，像是全局信号；已作为脑区读取。如果它不是脑区，请将其删除。
region-in-subjects = { $region }（{ $total } 名中的 { $count } 名）
regions-without-signal = { $file } 中有脑区在部分受试者中没有信号（恒定或为空），按缺失处理：{ $regions }。
gaps-in-series = { $file } 的时间序列中有 { $count } 个缺失值；两个脑区的相关系数由两者都有的时间点计算。
pair-in-subjects = { $one } 与 { $other }（{ $total } 名受试者中的 { $count } 名）
same-series = { $file } 中有脑区的时间序列完全相同：{ $pairs }。其 Fisher z 为无穷，已设为 { $limit }。
