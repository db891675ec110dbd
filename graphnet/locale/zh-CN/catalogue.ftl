# 模型与图：表单中的说明，以及报告“方法”部分的句子。

model-SGN = Schizo Graph Net：保留脑区身份的图卷积，并联一条线性通路。默认模型。
model-GCN = 前代服务的参考网络：两层图卷积，再对脑区取平均。仅保留用于比较；它不区分各个脑区。
model-TopK = 较深的网络，逐步舍去信息量最少的脑区，并汇总其余脑区。
model-GAT = 每个脑区学习对各个邻居的注意力。
model-GIN = 对邻居求和，从而能够区分不同形状的图。
model-BrainNetCNN = 对每名受试者的连接组逐边卷积；不使用其他指标。
model-BNT = Brain Network Transformer：在所有脑区之间计算注意力，再聚类。
model-Linear = 基于所有脑区全部指标的线性分类器，不使用图。
model-LogisticRegression = 基于所有脑区全部指标的 L2 正则化逻辑回归，不使用图；直接求得最优解，正则化强度由内层折选择。其他模型应当胜过的简单方法。
model-LinearSVM = 基于所有脑区全部指标的线性支持向量机，不使用图，多于两个类别时每类一个；直接求得最优解，C 由内层折选择。只保存权重，不保存受试者。
model-MLP = 基于所有脑区全部指标的单隐层神经网络，不使用图。
model-NoEdge = 去掉图的 SGN，用于检验图的作用。

model-SGN-methods = 模型为 SGN，使用保留脑区身份的图卷积[@kipf]，并联一条线性通路。
model-GCN-methods = 模型为 GCN，使用两层图卷积[@kipf]，再对脑区取平均。
model-TopK-methods = 模型为 TopK，使用图卷积[@morris]，逐步舍去信息量最少的脑区[@gao]，并汇总其余脑区。
model-GAT-methods = 模型为 GAT，以学习到的注意力对每个脑区的邻居加权[@velickovic]。
model-GIN-methods = 模型为 GIN，对每个脑区的邻居求和，从而能够区分不同形状的图[@xu]。
model-BrainNetCNN-methods = 模型为 BrainNetCNN，对每名受试者的图逐边卷积[@kawahara]。
model-BNT-methods = 模型为 Brain Network Transformer，在所有脑区之间计算注意力，再将其聚类[@kan]。
model-Linear-methods = 模型为基于所有脑区全部指标的线性模型[@cox]。
model-LogisticRegression-methods = 模型为基于所有脑区全部指标的逻辑回归[@cox]。
model-LinearSVM-methods = 模型为基于所有脑区全部指标的线性支持向量机[@cortes]。
model-MLP-methods = 模型为基于所有脑区全部指标的单隐层神经网络[@rumelhart]。
model-NoEdge-methods = 模型为去掉图的 SGN [@errica]。

graph-covariance = 脑区之间在训练受试者中的相关；所有受试者共用一张图。
graph-similarity = 指标模式相似的脑区相连；每名受试者一张图。
graph-connectome = 每名受试者本人的连接组（数据中的 FC_i_j 列）。
graph-group_connectome = 训练受试者的平均连接组；所有受试者共用一张图。
graph-partial = 由每名受试者的连接组计算的偏相关。
graph-tangent = 每个连接组相对于训练受试者均值的偏离；需要时间序列。
graph-knn = 在全部训练受试者和指标上最相似的 k 个脑区；所有受试者共用一张图。
graph-mst = 最大生成树，加上其余最强的连边；所有受试者共用一张图。
graph-spatial = 空间上最近的 k 个脑区，无权重；需要坐标。
graph-full = 每个脑区 i 接收所有脑区 j ≤ i 的信息，有向、无权重：参考网络所用的图。
graph-none = 没有连边；各脑区互不相连。
