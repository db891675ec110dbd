# 结果的局限。$split 为 train、val 或 test。

clipped = { $split }_data：{ $count } 个数值与训练集均值相差超过 { $limit } 个标准差，已截断至该范围。
