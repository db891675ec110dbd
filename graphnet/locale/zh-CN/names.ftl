# 数据划分、指标、方法、质量规则和类别的名称。

split-train = 训练集
split-val = 验证集
split-test = 测试集
split-cv = 交叉验证
split-leave_site_out = 留出站点
split-across = 测试集与各折合计

subjects-with-scans = { $subjects }（{ $scans } 次扫描）
metric-n = 受试者人数
metric-accuracy = 准确率
metric-balanced_accuracy = 平衡准确率
metric-sensitivity = 灵敏度
metric-specificity = 特异度
metric-auc_within_sites = 站点内 AUC
metric-auc = AUC
metric-brier = Brier 分数
metric-brier_base = 基准率的 Brier 分数
metric-brier_scaled = 缩放 Brier 分数
metric-calibration_slope = 校准斜率
metric-calibration_intercept = 校准截距
metric-calibration_error = 期望校准误差
metric-ppv = 阳性预测值（按此比例）
metric-npv = 阴性预测值（按此比例）
metric-mae = 平均绝对误差
metric-rmse = 均方根误差
metric-r2 = R²
metric-pearson = Pearson 相关系数
metric-spearman = Spearman 相关系数

status-Submitted = 排队中
status-Running = 训练中
status-Finished = 已完成
status-Failed = 失败
status-Cancelled = 已取消
status-Success = 成功

method-majority = 多数类
method-logistic_regression = 逻辑回归
method-svm_linear = 线性 SVM
method-svm_rbf = RBF SVM
method-mean = 平均分
method-ridge = 岭回归
method-no_edge = 去掉图的同一网络
method-covariates = 仅协变量
method-site = 仅站点
method-parent = 父模型
method-parent_moved = 父模型（移动阈值）
method-tuned = 微调后的模型
method-scratch = 从头训练
method-pooled = { $method }（含父模型数据）

rule-missing = 缺失值
rule-infinite = 无穷值
rule-absurd = 异常值
rule-constant = 恒定的指标
rule-broken = 计算失败
rule-missing-edge = 缺失的连边
rule-missing-region = 缺失的脑区
rule-near-constant = 几乎不变的列
rule-clipped = 被截断的数值

rule-missing-help = 缺失值以训练受试者该列的中位数代替。
rule-infinite-help = 无穷值按缺失处理。
rule-absurd-help = 超过该受试者同一指标中位数 1,000 倍或超出 1e9 的数值按缺失处理。
rule-constant-help = 某受试者的一项指标在所有脑区取同一数值，不含信息；对该受试者按缺失处理。
rule-broken-help = 某受试者的一项指标若有超过 10 % 的无穷值或异常值，则整项按缺失处理，因为其余数值来自同一次失败的计算。
rule-missing-region-help = 某受试者的连接组中没有任何连边的脑区视为未测量；其连边以训练受试者的中位数代替，在图中以均值代替。
rule-missing-edge-help = 连接组中缺失或无穷的连边以训练受试者的中位数代替，在图中以均值代替。
rule-near-constant-help = 在训练受试者中几乎不变的列不含信息，置为 0。
rule-clipped-help = 与训练受试者均值相差超过 5 个标准差的数值截断至该范围。

# 预览的前几列
preview-subject = 受试者编号
preview-class = 类别
preview-score = 评分
preview-site = 站点名称

class-named = { $name }（类别 { $number }）
class-numbered = 类别 { $number }
title-class-named = { $name }（{ $number }）
title-class-numbered = 类别 { $number }

atlas-aal90 = AAL（90 个脑区）
atlas-aal116 = AAL（116 个脑区）
atlas-aal2 = AAL2（120 个脑区）
atlas-aal3 = AAL3（166 个脑区）
atlas-desikan68 = Desikan-Killiany（68 个皮层脑区）
atlas-desikan82 = Desikan-Killiany（68 个皮层脑区、14 个皮层下脑区）
atlas-desikan83 = Desikan-Killiany（68 个皮层脑区、14 个皮层下脑区和脑干）
atlas-desikan84 = Desikan-Killiany（68 个皮层脑区、14 个皮层下脑区和 2 个小脑脑区）
atlas-destrieux148 = Destrieux（148 个皮层脑区）
atlas-schaefer100x7 = Schaefer（100 个脑区、7 个网络）
atlas-schaefer100x17 = Schaefer（100 个脑区、17 个网络）
atlas-schaefer200x7 = Schaefer（200 个脑区、7 个网络）
atlas-schaefer200x17 = Schaefer（200 个脑区、17 个网络）
atlas-schaefer300x7 = Schaefer（300 个脑区、7 个网络）
atlas-schaefer300x17 = Schaefer（300 个脑区、17 个网络）
atlas-schaefer400x7 = Schaefer（400 个脑区、7 个网络）
atlas-schaefer400x17 = Schaefer（400 个脑区、17 个网络）
atlas-harvard_oxford96 = Harvard-Oxford（96 个皮层脑区）
atlas-harvard_oxford111 = Harvard-Oxford（96 个皮层脑区、15 个皮层下脑区）
atlas-power264 = Power（264 个脑区）
atlas-dosenbach160 = Dosenbach（160 个脑区）
atlas-brainnetome246 = Brainnetome（246 个脑区）
atlas-cc200 = CC200（Craddock，200 个脑区）
