# 预测的警告：针对单个受试者，或针对全部受试者。

subject-seen = 模型用该受试者训练过，因此这一预测不能说明模型的性能。
new-site = 训练数据中没有来自站点 { $site } 的受试者。
out-of-range = 有 { $count } 个值超出训练数据的范围（通常不超过 { $usual } 个）。最极端的是 { $column } = { $value }（训练范围：{ $low } 至 { $high }）。
covariate-out-of-range = { $name } = { $value } 超出训练数据的范围（{ $low } 至 { $high }）。
far-from-training = 该受试者整体上与训练均值的距离（{ $distance } 个标准差）大于 { $percent } % 的训练受试者（{ $limit }）。
filled = { $values } 个值中有 { $count } 个缺失或不可用，已填补。

training-data-undescribed = 模型由旧版本或前代服务训练，未记录训练数据，因此无法标出超出训练范围的受试者。
without-site = { $count } 名受试者没有站点（SITE 列），因此不知道训练数据是否包含其站点。
unusual = { $subjects } 名受试者中有 { $count } 名与训练数据不同；请查看各受试者的警告。
first-explained = 只解释前 { $most } 名受试者。
not-harmonised = { $count } 名受试者来自{ $named ->
    [true] 站点 { $site }
   *[false] 未注明的站点
}，模型的协调未在该站点上拟合，因此未做协调。
covariate-missing = { $count } 名受试者缺少 { $name }，或与训练数据不一致；按训练受试者的均值处理。
measure-called = { $own } 被读作模型的 { $name }。
measures-unused = 模型没有以下指标，因此未使用：{ $names }。
