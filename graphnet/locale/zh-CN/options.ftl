# 任务的各项设置：NAME-label 名称，NAME-help 说明，NAME-VALUE 选项名称，NAME-methods 或
# NAME-VALUE-methods 为报告“方法”部分的句子；方括号中的键引用文献。

## 错误

not-accepted = { $name } 的值为 { $value }；应为{ $expected }。
grid-not-accepted = { $name } 不可用：{ $problem } 应为{ $expected }。
grid-unknown = { $names } 不是可以列出的设置。
grid-value = { $name } 含有 { $value }，但应为{ $expected }。
grid-repeated = { $name } 有重复的值。
grid-count = 共有 { $count } 种组合；至少 2 种、至多 { $most } 种。
sweep-nested = { $setting } 与 nested 不能同时使用：候选已在每一折内进行比较。请关闭 nested，并在 sweep 中列出学习率和权重衰减。
sweep-curve = { $setting } 与 learning_curve 不能同时使用：每个比例都需要单独比较候选。请关闭 learning_curve，并在采用所选设置的任务中使用它。
sweep-needs-folds = { $setting } 需要交叉验证，以说明最佳候选的乐观程度。请将 cv_folds 留空，或设为 2 及以上。
sweep-from-scratch = { $setting } 比较的是从头训练的模型；微调沿用其父模型的模型、图和脑区。请去掉 { $setting }，或从头训练。
atlases-count = sweep 的取值与全部图谱共有 { $count } 种组合；至多比较 { $most } 种。请减少取值或图谱。
sweep-candidate = 超参数搜索的第 { $number } 个候选（{ $settings }）不可行：{ $reason }
unknown = 未知的设置项：{ $names }。
unknown-model = model 的值为 { $name }；应为以下之一：{ $names }。
solved-score = { $model } 预测类别，不能预测临床评分；请选择 Linear，或将 label 设为 group。
solved-nested = { $model } 在每一折中已用训练受试者的内层折选择正则化强度；请关闭 nested。

accepted = 应为{ $expected }。
expected-whole-from = 介于 { $low } 与 { $high } 之间的整数
expected-whole-zero-or-from = 零，或介于 { $low } 与 { $high } 之间的整数
expected-number-from = 介于 { $low } 与 { $high } 之间的数
expected-number-above = 大于 { $low } 且不超过 { $high } 的数
expected-choice = 以下之一：{ $names }
expected-several = none，或以下若干项，用逗号分隔：{ $names }
expected-grid = 设置及其取值，例如 model=SGN,MLP; learning_rate=0.001,0.01，至多 { $most } 种组合，可用：{ $names }
expected-name-lists = 含有相同受试者的数据集：同一图谱的数据集以逗号分隔，不同图谱以分号分隔，至多 { $most } 个图谱，数据集不得重复
expected-flag = true 或 false
expected-names = 协变量名称，以逗号分隔，或 none

## 分组

group-usual = 设置
group-graph = 脑区图
group-training = 训练
group-evaluation = 评估
group-target = 预测目标与站点
group-fine-tuning = 微调
group-execution = 运行

## 训练

learning_rate-label = 学习率
learning_rate-help = 优化器的初始步长。
batch_size-label = 批大小
batch_size-help = 每次参数更新所用的受试者人数。
epochs-label = 训练轮数
epochs-help = 遍历全部训练受试者的次数。
lr_schedule-label = 学习率调度
lr_schedule-help = 学习率在训练过程中的下降方式。
lr_schedule-step = 阶梯式衰减
lr_schedule-cosine = 余弦衰减
lr_schedule-constant = 保持不变
lr_schedule-step-methods = 初始学习率为 { $learning_rate }，每 { $lr_step_size } 轮乘以 { $lr_decay }。
lr_schedule-cosine-methods = 初始学习率为 { $learning_rate }，按半余弦下降至零。
lr_schedule-constant-methods = 学习率始终为 { $learning_rate }。
lr_step_size-label = 衰减间隔
lr_step_size-help = 阶梯式衰减每隔这么多轮把学习率乘以衰减系数。
lr_decay-label = 衰减系数
lr_decay-help = 阶梯式衰减时学习率每次所乘的系数。
weight_decay-label = 权重衰减
weight_decay-help = 惩罚过大的权重（解耦式，AdamW）。
weight_decay-methods = { $weight_decay ->
    [0] 未使用权重衰减。
   *[other] 权重衰减系数为 { $weight_decay }。
}
early_stopping-label = 早停
early_stopping-help = 验证损失连续这么多轮没有下降就停止训练；0 表示跑完全部轮次。
early_stopping-methods = 若验证损失连续 { $early_stopping } 轮没有下降，则停止训练。
calibrate-label = 校准概率
calibrate-help = 依据未用其训练的模型对训练受试者的预测，修正概率的确信程度。受试者的排序不变。
seed-label = 随机种子
seed-help = 相同设备、相同种子得到相同的模型。
seeds-label = 种子个数
seeds-help = 每个种子训练一个模型，并对预测取平均。
seeds-methods = { $seeds ->
    [1] 随机种子为 { NUMBER($seed, useGrouping: 0) }。
   *[other] 以从 { NUMBER($seed, useGrouping: 0) } 开始的连续种子训练了 { $seeds } 个模型，并对其预测取平均。
}

## 图

graph-label = 图
graph-help = 哪些脑区之间有连边。
graph-covariance = 协方差（covariance）
graph-similarity = 形态相似性（similarity）
graph-connectome = 连接组（connectome）
graph-group_connectome = 组平均连接组（group_connectome）
graph-partial = 偏相关（partial）
graph-tangent = 切空间（tangent）
graph-knn = k 近邻（knn）
graph-mst = 最大生成树（mst）
graph-spatial = 空间近邻（spatial）
graph-full = 有向全连接（full）
graph-none = 无（none）
graph-covariance-methods = 所有受试者共用一张图，边权为脑区之间在{ $fitted_on }中的相关：每项指标计算 Pearson 相关系数，再对各指标取平均。
graph-similarity-methods = 每名受试者的图为其形态相似性网络，即两个脑区各项指标之间的相关[@seidlitz]。
graph-connectome-methods = 每名受试者的图为数据中给出的其本人的连接组。
graph-group_connectome-methods = 所有受试者共用一张图，即{ $fitted_on }的平均连接组。
graph-partial-methods = 每名受试者的图为其连接组的偏相关，向单位矩阵收缩 0.1 [@marrelec]。
graph-tangent-methods = 每名受试者的图为其连接组在{ $fitted_on }均值处切空间中的表示[@varoquaux]。
graph-knn-methods = 所有受试者共用一张图，每个脑区与{ $fitted_on }中各项指标最相似的 { $neighbours } 个脑区相连。
graph-mst-methods = 所有受试者共用一张图，即脑区之间在{ $fitted_on }中相关的最大生成树，并加入其余最强的连边，直至密度达到 { $percent } % [@tewarie]。
graph-spatial-methods = 所有受试者共用一张无权图，每个脑区与空间上最近的 { $neighbours } 个脑区相连。
graph-full-methods = 所有受试者共用一张有向无权图：每个脑区接收其自身以及数据中排在其前面的所有脑区的信息。
graph-none-methods = 未使用图。
density-label = 密度
density-help = 保留为连边的脑区对所占比例。
density-methods = 保留最强的 { $percent } % 脑区对作为连边。
threshold-label = 阈值
threshold-help = 保留权重不低于该值的连边，代替密度。
threshold-methods = 保留权重不低于 { $threshold } 的脑区对作为连边。
sign-label = 负权重
sign-help = 如何处理负的边权。
sign-positive = 置零
sign-absolute = 取绝对值
sign-signed = 保留
sign-positive-methods = 负的边权置零。
sign-absolute-methods = 边权取绝对值。
sign-signed-methods = 边权保留符号，按绝对值排序。
neighbours-label = 近邻数
neighbours-help = knn 图和 spatial 图中每个脑区的近邻个数。
series_connectivity-label = 时间序列的连接
series_connectivity-help = 每名受试者的时间序列的连接组是什么。
series_connectivity-correlation = 相关
series_connectivity-partial = 偏相关
series_connectivity-correlation-methods = 每名受试者的连接组为其各脑区时间序列之间相关系数的 Fisher z 值。
series_connectivity-partial-methods = 每名受试者的连接组为其各脑区标准化时间序列之间偏相关系数的 Fisher z 值，协方差按 Ledoit 和 Wolf 的方法收缩 [@ledoit]。
series_measures-label = 时间序列的指标
series_measures-help = 由每名受试者的时间序列为每个脑区计算：sd 为标准差，ar1 为滞后 1 的自相关，low_frequency 为 0.01–0.08 Hz 功率所占比例，degree 为该脑区各连接的平均强度。不选时，以连接组的各行作为指标。
series_measures-methods = 由每名受试者的时间序列为每个脑区计算了以下指标：{ $series_measures }。

## 预测目标与站点

label-label = 预测目标
label-help = 预测类别或临床评分（LABEL_SCORE）。
label-group = 类别
label-score = 临床评分
harmonise-label = 站点协调
harmonise-help = 用 ComBat 去除站点效应，只在训练受试者上拟合。
harmonise-methods = 用 ComBat 去除站点效应[@combat; @fortin]，在{ $fitted_on }上拟合，未将诊断作为协变量。
adjust-label = 校正协变量
adjust-help = 从指标中回归掉协变量，或在 ComBat 去除站点效应时保留协变量的效应；在每一折的训练受试者上拟合。
adjust-none = 不校正
adjust-regress = 回归，在全部训练受试者上拟合
adjust-regress_controls = 回归，在对照上拟合
adjust-combat = 去除站点效应时予以保留（ComBat）
adjust-none-methods = 未从指标中去除协变量。
adjust-regress-methods = 用在{ $fitted_on }上拟合的最小二乘法，从每个指标中回归掉{ $names }；缺失值按均值处理 [@snoek]。
adjust-regress_controls-methods = 用在{ $fitted_on }中的对照上拟合的最小二乘法，从每个指标中回归掉{ $names }；缺失值按均值处理 [@snoek; @dukart]。
adjust-combat-methods = 用 ComBat 去除站点效应[@combat; @fortin]，在{ $fitted_on }上拟合，将{ $names }作为保留其效应的协变量，未将诊断作为协变量；其缺失值按均值处理。
covariate_inputs-label = 作为输入的协变量
covariate_inputs-help = 模型同时看到这些协变量：仅按训练受试者标准化，类别编码为各自一列。留空则只看到指标。
covariate_inputs-methods = 除指标外，{ $names }也是模型的输入，作为类别得分的线性项：数值在{ $fitted_on }上标准化，类别各编码为一列；缺失值取其均值，若其中有人缺失则加以标记。简单方法使用相同的输入。

## 微调

fine_tune-label = 训练的参数
fine_tune-help = 微调可以改变哪些参数。
fine_tune-all = 全部
fine_tune-last_layers = 最后几层
fine_tune-readout = 仅读出层
fine_tune-all-methods = 该模型由任务 { $parent } 的模型微调而来，训练全部参数。
fine_tune-last_layers-methods = 该模型由任务 { $parent } 的模型微调而来，只训练最后几层。
fine_tune-readout-methods = 该模型由任务 { $parent } 的模型微调而来，只训练读出层。
compare_scratch-label = 与从头训练比较
compare_scratch-help = 还会用推荐设置在同样的新受试者上从头训练模型。
optimiser-label = 优化器状态
optimiser-help = 重新开始，或沿用父模型的优化器状态。
optimiser-fresh = 重新开始
optimiser-kept = 沿用父模型

## 评估

cv_folds-label = 交叉验证折数
cv_folds-help = 0 表示不做；留空时，若验证集和测试集中没有模型未见过的受试者则为 10 折，否则不做。
cv_repeats-label = 重复次数
cv_repeats-help = 以新的划分重复交叉验证的次数。
cv_balance-label = 折的均衡方式
cv_balance-help = 每一折在各类别内按比例均衡的因素。
cv_balance-class = 类别
cv_balance-site = 类别和站点
cv_balance-covariates = 类别、站点和协变量
nested-label = 嵌套选择
nested-help = 在每一折内部选择学习率、权重衰减和密度。
learning_curve-label = 随受试者数变化的学习曲线
learning_curve-help = 另外用四分之一、一半和四分之三的训练受试者训练，以判断更多受试者是否可能有帮助。
curve-nested = 学习曲线使用表单中的设置训练；嵌套选择会为每个比例选出不同的设置。请关闭其中之一。
sweep-label = 超参数搜索
sweep-help = 通过内层交叉验证比较所列取值的全部组合，训练其中最好的一个，并说明其指标有多乐观。
atlases-label = 其他图谱
atlases-help = 含有相同受试者的数据集，使用另一图谱或另一种测量。超参数搜索也在这些数据集上比较，仅用各图谱共有的受试者，并训练最佳图谱的模型。
leave_site_out-label = 留一站点验证
leave_site_out-help = 依次把每个训练站点留作测试。
covariates-label = 协变量
covariates-help = 检查这些协变量能否解释结果；留空则使用可识别的年龄、性别、头动等。
prevalence-label = 患病率
prevalence-help = 模型使用场合中类别 1 所占比例，用于给出该处的预测值；留空则只按这些受试者的比例给出。
permutations-label = 置换次数
permutations-help = 用于计算 AUC 的 p 值的标签置换次数；0 表示不做。留一站点验证时在站点内部置换。不重新拟合模型。少于 1,000 次时只给出上界。
baselines-label = 基线方法
baselines-help = 在同一批受试者上拟合简单方法作为比较。
explain-label = 解释
explain-help = 显示预测依据哪些脑区。

## 运行

fan_out-label = 工作进程数
fan_out-help = 可以分担各折和各种子的工作进程数。
device-label = 设备
device-help = 任务会等待具备该设备的工作进程。
device-any = 任意
device-cpu = CPU
device-cuda = GPU（CUDA）
save_model_state-label = 保存模型
save_model_state-help = 微调、预测和下载都需要保存的模型。
