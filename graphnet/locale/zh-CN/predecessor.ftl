# 从前代服务导入的模型。

imported = 该模型以 { $architecture } 结构从前代服务导入，不是在这里训练的。
wrapped = { $count ->
    [0] 文件中的参数位于 '{ $key }' 之下。
   *[other] 文件中的参数位于 '{ $key }' 之下；{ $ignored } 已忽略。
}
data-parallel = 参数名的前缀 '{ $prefix }' 已去掉（模型用 DataParallel 训练）。
converted = { $kinds } 类型的参数已转换为 float32。
no-output-layer = 网络在求均值之后没有其他层：其 { $width } 个输出中前 { $classes } 个是类别，概率只在这些输出上计算。假定两个卷积层之间有 ReLU，与前代服务所训练的网络（Net_191225）相同；更早的同宽度网络没有 ReLU。
unused-outputs = 网络的 { $outputs } 个输出中前 { $classes } 个是类别。概率只在这些输出上计算；前代服务在全部输出上计算。
pooled-twice = pool3 仍为初始值，因此从未训练过。第三次池化使用 pool2 的参数，与前代服务公开的代码（Net_210311）一致。
pooled-by-pool3 = pool3 的取值超出初始范围，因此训练过。第三次池化使用 pool3，尽管前代服务公开的代码两次使用 pool2。
scaling-unknown = 不知道导入的模型如何缩放指标；这里不做缩放。
other-normalisation = PyTorch Geometric 的早期版本按出边归一化图，之后的版本和本服务按入边归一化。导入参数的名称属于早期版本，因此该模型的预测可能与前代服务不同。微调可使模型适应。
training-data-unknown = 不知道模型的训练数据，因此也不知道模型是否用微调集或测试集中的受试者训练过。
training-data-assumed = 假定模型用其表单中的数据集（{ $datasets }）训练；是否还用过其他数据集未知。
fine-tuned = 模型本身由任务 { $parent } 微调而来，该任务的训练数据未知。
not-scaled = 指标按数据中的原值使用，不缩放也不截断。
scaled = 指标按 { $datasets } 中 { $subjects } 名受试者的均值和标准差缩放；假定与前代服务一致。
filled-by-zero = 缺失值以 0 代替，因为训练数据的中位数未知。
graph-assumed = 图假定为 '{ $graph }'，因为文件中没有注明。
datasets-missing = 以下数据集在这里不存在：{ $datasets }。
dataset-unreadable = 无法读取数据集 { $dataset }。{ $reason }

# 为何不能为某任务导入模型。
not-a-training = { $task } 是{ $kind }，因此在这里不能有模型。
no-task = 没有任务 { $task }。
task-of-ours = 任务 { $task } 是由本服务自己训练的。
imported-before = 此前已为任务 { $task } 导入过模型；用 --replace 可将其替换。
task-failed = 任务 { $task } 已失败，因此没有模型。
imported-meanwhile = 其间已为任务 { $task } 导入了另一个模型。

# 为何不能把文件作为模型。
foreign-pickle = { $file } 是 pickle 文件，但不是由 torch.save 写成；由于 pickle 可以运行任何程序，因此不打开它。
not-torch = { $file } 不是由 torch.save 写成；请提供之前服务的 .pth 文件。
torchscript = { $file } 是 TorchScript 程序，而不是状态字典。
foreign-zip = { $file } 是 zip 归档，但不是由 torch.save 写成；请提供 .pth 文件本身。
unpacks-too-large = { $file } 解包后为 { $megabytes } MB；模型最多为 { $most } MB。
whole-object = { $file } 包含类 { $class } 的完整 Python 对象，而不只是状态字典；由于 pickle 可以运行任何程序，因此不打开它。
damaged = { $file } 不完整或已损坏；请从来源处重新复制。
unreadable = 无法读取 { $file }；工作进程的日志中有详情。
no-dictionary = { $file } 包含 '{ $kind }'，而不是状态字典（按名称存放的张量）。
no-tensors = { $file } 包含 { $names }，它们不是数值张量；状态字典按名称存放张量。
too-many-parameters = { $file } 有 { $count } 个参数；上限为 { $most }。
not-finite = { $file } 的 { $names } 中有非有限的值：那次训练已失败，因此无从继续。
export = 请在训练它的环境中只保存其参数：

# 为何其参数不是本服务网络的参数。
other-parameters = 文件中的参数不是 { $architecture } 的参数。
parameters-lacking = 缺少 { $names }。
parameters-left = 其中有 { $names }，而 { $architecture } 没有。
either-name = { $first } 或 { $second }
too-small = 文件中的网络有 { $measures } 个指标和 { $outputs } 个输出；分类器至少有两个类别。
other-widths = 文件中的 { $architecture } 与本服务的宽度不同，因此无法导入。
other-shape = { $name } 为 { $shape }，而不是 { $expected }。
one-number = 一个数

# 文件没有说明的内容，或选项与之不符。
architecture-invalid = --architecture 为 '{ $value }'；必须是 { $choices }。
scaler-missing = 文件没有说明指标如何缩放。请选择 --scaler none（不缩放，与之前服务公开的代码一致）、--scaler fit（按训练数据的均值和标准差）或 --scaler unknown。
scaler-needs-data = --scaler 为 fit，但这里没有训练数据；请用 --train-data 名称 指明，或选择 --scaler none。
scaler-needs-all-data = --scaler fit 需要表单中的所有数据集。
name-data-or-choose-none = 请用 --train-data 指明训练它的数据集，或选择 --scaler none。
graph-needs-data = --graph 为 '{ $graph }'，它由训练数据拟合，而这里没有训练数据；请用 --train-data 名称 指明。
regions-missing = 文件没有说明有哪些脑区，而这里没有训练数据。请给出 --regions aal90、脑区数，或每行一个名称的文件。
measures-missing = 文件没有说明网络使用哪 { $count } 个指标及其顺序。请按旧数据的顺序给出 --measures A,B,…（NEURO-LEARN 公开的代码使用 GMV,ReHo,ALFF,DC）。
measures-missing-but-in-data = 文件没有说明网络使用哪 { $count } 个指标及其顺序。训练数据有 { $names }。请按旧数据的顺序给出 --measures A,B,…（NEURO-LEARN 公开的代码使用 GMV,ReHo,ALFF,DC）。
regions-twice = --regions 重复列出了同一脑区：{ $names }。
measures-twice = --measures 重复列出了同一指标：{ $names }。
measures-count = 网络的每个脑区有 { $count } 个指标；--measures 列出了 { $named } 个（{ $names }）。
other-layout = 选项与训练数据不符。
classes-missing = 文件没有说明有多少个类别。请按编号顺序列出：--classes control,patient。
classes-too-many = 网络有 { $outputs } 个输出；--classes 列出了 { $count } 个（{ $names }）。
class-unknown = 训练数据中有类别 { $names }；网络的 { $count } 个类别为 0 至 { $last }。
file-too-large = { $file } 有 { $megabytes } MB；模型最多可有 { $most } MB。
workers-too-old = 工作进程的版本较旧，不能导入模型。
