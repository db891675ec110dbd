# 从之前的服务导入的模型。

imported = 该模型以 { $architecture } 结构从之前的服务导入，不是在这里训练的。
wrapped = { $count ->
    [0] 文件中的参数位于 '{ $key }' 之下。
   *[other] 文件中的参数位于 '{ $key }' 之下；{ $ignored } 已忽略。
}
data-parallel = 参数名的前缀 '{ $prefix }' 已去掉（模型用 DataParallel 训练）。
converted = { $kinds } 类型的参数已转换为 float32。
no-output-layer = 网络在求均值之后没有其他层：其 { $width } 个输出中前 { $classes } 个是类别，概率只在这些输出上计算。假定两个卷积层之间有 ReLU，与之前的服务所训练的网络（Net_191225）相同；更早的同宽度网络没有 ReLU。
unused-outputs = 网络的 { $outputs } 个输出中前 { $classes } 个是类别。概率只在这些输出上计算；之前的服务在全部输出上计算。
pooled-twice = pool3 仍为初始值，因此从未训练过。第三次池化使用 pool2 的参数，与之前的服务公开的代码（Net_210311）一致。
pooled-by-pool3 = pool3 的取值超出初始范围，因此训练过。第三次池化使用 pool3，尽管之前的服务公开的代码两次使用 pool2。
scaling-unknown = 不知道导入的模型如何缩放指标；这里不做缩放。
other-normalisation = PyTorch Geometric 的早期版本按出边归一化图，之后的版本和本服务按入边归一化。导入参数的名称属于早期版本，因此该模型的预测可能与之前的服务不同。微调可使模型适应。
training-data-unknown = 不知道模型的训练数据，因此也不知道模型是否用微调集或测试集中的受试者训练过。
training-data-assumed = 假定模型用其表单中的数据集（{ $datasets }）训练；是否还用过其他数据集未知。
fine-tuned = 模型本身由任务 { $parent } 微调而来，该任务的训练数据未知。
not-scaled = 指标按数据中的原值使用，不缩放也不截断。
scaled = 指标按 { $datasets } 中 { $subjects } 名受试者的均值和标准差缩放；假定与之前的服务一致。
filled-by-zero = 缺失值以 0 代替，因为训练数据的中位数未知。
graph-assumed = 图假定为 '{ $graph }'，因为文件中没有注明。
datasets-missing = 以下数据集在这里不存在：{ $datasets }。
dataset-unreadable = 无法读取数据集 { $dataset }。{ $reason }
