# 结果的局限。$split 为 train、val 或 test。

clipped = { $split }_data：{ $count } 个数值与训练集均值相差超过 { $limit } 个标准差，已截断至该范围。

# 微调：父模型用过哪些数据。
parent-saw-held-out = { $split }_data 中有 { $count } 名受试者曾用于训练父模型，在他们身上的指标不能代表对新受试者的表现。
parent-saw-train = train_data 中有 { $count } 名受试者曾用于训练父模型；因此交叉验证的每一折都从头训练。
parent-spelled-differently = { $split }_data 与父模型：{ $detail }
parent-incomplete = 父模型没有记录它训练时用过的全部受试者，因此本任务的受试者可能在其中。

# 某站点只有一个类别：扫描仪差异可能被当成疾病差异。
site-confounded = { $split }_data：站点与类别混杂，因为站点 { $sites } 只有一个类别。模型性能可能被高估。{ $unnamed ->
    [true] 没有 SITE 列的数据集自成一个站点。
   *[false] {""}
}
density-without-edges = { $density }各脑区之间没有连接。
graph-without-edges = 图 '{ $graph }' 没有边，因为任何两个脑区之间都没有可用的权重。各脑区之间没有连接。
subjects-without-edges = { $split }_data：{ $subjects } 名受试者中有 { $count } 名没有高于阈值 { $threshold } 的边；其脑区之间没有连接。
harmonised-one-column = 只对一个脑区的一个指标做了协调。ComBat 没有其他列可供估计，因此直接将各站点的均值和方差调整为一致。
not-harmonised = { $split }_data：{ $count } 名受试者来自训练数据中没有的站点 { $site }，未做协调。
constant-columns = 有 { $count } 列在训练受试者中几乎没有变化，已设为 0。
harmonised-classes = 站点 { $sites } 的训练受试者只有一个类别，因此协调也会去除一部分类别之间的差异。
covariate-missing = { $split }_data：{ $count } 名受试者缺少 { $name }，按训练受试者的均值处理。
subjects-erased = 任务结束后，已从中删除部分受试者。其预测不再列出；模型和各项指标仍是包含这些受试者时计算的结果。
missing-by-class = 各类别训练受试者中 { $name } 缺失的比例为 { $shares }：是否缺失本身即可区分类别，并计入协变量的预测能力。
measure-missing-by-class = { $split }_data：在{ $measure }的 { $values } 个值中，{ $classes }的受试者平均分别缺失 { $means } 个；仅凭缺失或不可用值的数量就能区分类别（AUC 为 { $auc }）。模型可能学到的是谁如何被测量，因此其指标可能偏高。
series-by-class = { $split }_data：{ $classes }的时间序列中位长度分别为 { $medians } 个时间点，仅凭长度就能区分类别（AUC 为 { $auc }）。时间点越少，相关系数波动越大，模型可能据此区分类别。请把所有序列截成同样长度。
not-explained = { $model } 只看每名受试者的图的权重，不看指标，因此无法计算各脑区和各指标对其结果的贡献。
