# 文件读取方式中各部分的名称。

edges-z = Fisher z 值
edges-r = Pearson r 值，保存为 Fisher z 值
edges-counts = 计数
edges-other = 其他类型的权重，原样保存
triangle-full = 完整矩阵
triangle-upper = 上三角
triangle-lower = 下三角
triangle-pairs = 每对脑区一列
triangle-series = 由时间序列计算相关
tabs = 制表符
commas = 逗号
semicolons = 分号
blanks = 空格
bars = 竖线
numeric = 数值变量
categorical = 分类变量
points-by-regions = 时间点 × 脑区
regions-by-points = 脑区 × 时间点
header-row = 有表头行
index-column = 有索引列
