# 预测的警告：针对单个被试，或针对全部被试。

subject-seen = 模型用该被试训练过，因此这一预测不能说明模型的性能。
new-site = 训练数据中没有来自站点 { $site } 的被试。
out-of-range = 有 { $count } 个值超出训练数据的范围（通常不超过 { $usual } 个）。最极端的是 { $column } = { $value }（训练范围：{ $low } 至 { $high }）。
far-from-training = 该被试整体上与训练均值的距离（{ $distance } 个标准差）大于 { $percent } % 的训练被试（{ $limit }）。
filled = { $values } 个值中有 { $count } 个缺失或不可用，已填补。

training-data-undescribed = 模型由旧版本或之前的服务训练，未记录训练数据，因此无法标出超出训练范围的被试。
without-site = { $count } 名被试没有站点（SITE 列），因此不知道训练数据是否包含其站点。
unusual = { $subjects } 名被试中有 { $count } 名与训练数据不同；请查看各被试的警告。
first-explained = 只解释前 { $most } 名被试。
not-harmonised = { $count } 名被试来自{ $named ->
    [true] 站点 { $site }
   *[false] 未注明的站点
}，模型的协调未在该站点上拟合，因此未做协调。
