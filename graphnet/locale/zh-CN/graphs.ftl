# 图：由什么数据构建，以及何时没有边。

density-without-edges = density 为 { $density }，在 { $regions } 个脑区的 { $pairs } 对连接中不会留下任何边；请使用 { $least } 或更大的值，或将 graph 设为 'none'。
threshold-without-edges = threshold { $threshold } 与 sign '{ $sign }' 使图 '{ $graph }' 没有任何边：两个脑区之间的最大权重为 { $strongest }。
needs-connectomes = 图 '{ $graph }' 需要连接矩阵（FC_i_j 列），而数据中没有。
partial-needs-correlations = 图 'partial' 由脑区之间的相关系数计算，而这些连接矩阵的内容是 { $edges }。
spatial-needs-atlas = 图 'spatial' 需要脑区坐标，但图谱未知。请用 --map atlas=名称 指定图谱，或用 --atlas 提供坐标表。
atlas-of-other-size = 图 'spatial' 需要每个脑区的坐标：图谱有 { $atlas } 个脑区，数据有 { $regions } 个。
tangent-needs-series = 图 'tangent' 需要脑区的时间序列，而数据中没有（NEURO-LEARN 的表格不含时间序列）。
tangent-incomplete = 图 'tangent' 需要每个脑区的时间序列，而 { $subjects } 名受试者中有 { $count } 名至少缺少一个。请去掉这些受试者或脑区，或使用会填补缺失值的图 'connectome'。
similarity-measures = 图 'similarity' 要求每个脑区至少有 { $least } 个指标；数据中有 { $measures } 个。
stored-graph-damaged = 已保存的图与图类型 '{ $graph }' 不符。
not-adjusted = adjust 只从指标中去除协变量，不涉及图 '{ $graph }'，协变量会由此重新进入；请选择其他图，例如 'covariance'。
