# 任务报告：页面、表格和结论。

## 框架

title = { $task }：报告
kind = 训练报告
finished = 完成于 { $time } UTC
summary = 摘要
contents = 目录
limits = 局限与警告
no-limits = 本服务的检查未发现问题。
research-only = 对人群的分类不是对个人的诊断；本报告仅供研究使用。
methods = 方法
subjects = 受试者
lineage = 该模型所源自的任务
lineage-caption = 从最早的任务到本任务。
how-read = 数据的读取方式
reading-caption = 各类别在文件中的取值，以及在此处的编号和名称。
data-quality = 缺失数据与数据质量
nothing-found = 没有缺失、无穷、异常、恒定或超出范围的数值。
quality-not-stored = 没有保存质量检查的结果。
learning-curves = 学习曲线
curves-caption = 各轮的损失和准确率；竖直虚线为采用其参数的轮次。
no-curves = 没有保存各轮的指标。
performance = 模型表现
metrics-caption = { $target ->
    [score] 方括号内为 95 % 区间；— 表示无法计算。
    [two-classes] 方括号内为 95 % 区间；— 表示无法计算，例如只有一个类别时的 AUC。阳性预测值和阴性预测值按各列受试者的类别比例给出。
   *[classes] 方括号内为 95 % 区间；— 表示无法计算，例如多于两个类别时的灵敏度。
}训练受试者用于训练模型，其指标不能说明对新受试者的表现。{ $sites ->
    [yes] 留出站点的 AUC 由全部站点合在一起计算。
   *[no] {""}
}
scatter-caption = 预测评分与真实评分；虚线上两者相等。
by-site = 按站点：{ $split }
comparison = 与简单方法比较
comparison-caption = { $target ->
    [score] 模型（菱形）和其他方法在同一批受试者上的表现，附 95 % 区间；虚线为平均分的表现。
   *[classes] 模型（菱形）和其他方法在同一批受试者上的表现，附 95 % 区间；虚线为随机水平。
}{ $pooled ->
    [yes] 若一种方法对同一折的全部受试者给出相同概率，其合并各折的 AUC 会略低于 0.5，因为待测患者较多的折，训练患者较少。
   *[no] {""}
}
reason = { $method }：{ $reason }
no-baselines = 没有在同一批受试者上拟合其他方法。
roc-and-calibration = ROC 与校准
roc-caption = { $target ->
    [two-classes] 各数据划分的 ROC 曲线。
   *[classes] 各类别对其余类别的 ROC 曲线。
}{ $repeated ->
    [yes] 重复交叉验证时，为每名受试者平均预测的曲线。
   *[no] {""}
}{ $sites ->
    [yes] 留出站点的曲线由全部站点合在一起得到，各站点的模型不同。
   *[no] {""}
}
calibration-caption = 实际频率与预测概率；分箱与期望校准误差相同。
confusion-caption = { $repeated ->
    [yes] { $split }：各次重复的人次之和。每名受试者归入最可能的类别；颜色深浅表示在该行中的比例。
   *[no] { $split }：人数。每名受试者归入最可能的类别；颜色深浅表示在该行中的比例。
}
no-roc = 绘制 ROC 曲线和校准曲线需要两个类别的受试者的预测结果。
explanation = 解释
brain-caption = { $kind ->
    [two-classes] 各脑区对两类得分之差的贡献（颜色和大小）：红色拉开两类，蓝色相反，白色为符号不稳定的脑区。
    [score] 各脑区对预测随真实评分变化的斜率的贡献（颜色和大小）：红色与评分同向，蓝色相反，白色为符号不稳定的脑区。
    [classes] 各脑区对最可能类别得分的贡献（颜色和大小）：红色支持，蓝色不支持，白色为符号不稳定的脑区。
   *[old] 各脑区在归因中所占比例（大小）及其受试者均值（颜色）：红色支持{ $positive }，蓝色不支持。该均值随各类别人数之比以及扫描仪之间的偏移而变化。
}
importance-caption = { $kind ->
    [two-classes] 所占比例最大的脑区。条的长度和方向为该脑区的贡献：{ $positive }受试者的平均归因减去其余受试者的平均归因。横线为对受试者的 95 % 区间；带 ± 的浅色条表示符号不稳定，即区间包含 0，或超过十分之一的折内模型符号相反。
    [score] 所占比例最大的脑区。条的长度和方向为该脑区的贡献：其归因对真实评分的斜率（每个标准差）。横线为对受试者的 95 % 区间；带 ± 的浅色条表示符号不稳定，即区间包含 0，或超过十分之一的折内模型符号相反。
    [classes] 所占比例最大的脑区。条的长度和方向为该脑区的贡献：对最可能类别的平均归因。横线为对受试者的 95 % 区间；带 ± 的浅色条表示符号不稳定，即区间包含 0，或超过十分之一的折内模型符号相反。
   *[old] 在支持或不支持{ $positive }的归因中所占比例最大的脑区。比例没有符号；该结果没有保存附区间的贡献。
}
regions-caption = { $kind ->
    [old] 比例：占全部归因的比例，没有符号。遮挡：去掉该脑区后得分变化的平均绝对值。
   *[other] 比例：占全部归因的比例，没有符号。贡献：同图。同号的折：各折的模型中同号者所占比例，这些模型的训练受试者大部分相同。数值升高：该指标升高是支持（+）还是不支持（−）{ $positive }；超过十分之一的折内模型不一致时为 ±。遮挡：去掉该脑区后得分变化的平均绝对值。
}
agreement = 积分梯度与遮挡法在脑区排序上的秩相关系数：{ $value }。
stability = 在各折的 { $models } 个模型之间，脑区排序的相关系数为 { $spearman }，排名前 { $top } 的脑区一致程度为 { $overlap }（1 为完全一致，0 为偶然水平）。
no-stability = 没有各折的模型，因此未计算排序的稳定性。
measures = 指标
explained-chance = 该模型的表现可能出于偶然（见报告开头），其脑区也是如此。
no-cause = 归因说明的是该模型使用了什么，而不是疾病的原因。
explanation-not-stored = 没有保存解释结果。
explanation-off = 未要求做解释。
settings = 设置
chosen-within-folds = 在各折内选择的设置
versions-and-hashes = 版本与哈希值
attempt = 第 { $number } 次尝试
parent-task = 父任务
software = 软件
device = 设备
parameters = 参数
predictions = 预测结果
dataset-hash = { $name }，{ $count } 名受试者，SHA-256
reproduce = 复现方法
bit-for-bit = 相同的数据、设置、版本和同类处理器可逐位得到相同的参数。
with-service = 若服务中已有这些数据集，将以下表单保存为 { $file }，然后运行其下方的命令：
without-service = 不使用服务，直接从文件训练：
references = 参考文献
more-rows = 另有 { $count } 行未显示。

## 结论

headline = { $metric } { $figure }，{ $where }（{ $subjects }）
n-subjects = { $known ->
    [yes] { $count } 名受试者
   *[no] 未保存受试者人数
}
n-scans = { $subjects } 名受试者的 { $scans } 次扫描
n-scans-by-class = { $subjects } 名受试者的 { $scans } 次扫描：{ $classes }
n-by-class = { $count } 名受试者：{ $classes }
n-of-named = { $name } { $count } 名
n-of-numbered = 类别 { $label } { $count } 名
sees-covariates = 模型除脑指标外还看到{ $names }。
no-metrics = 没有指标。
on-test = 测试集受试者
in-cross-validation = 训练集受试者的交叉验证
at-left-out-sites = 留出的站点
on-validation = 验证集受试者
on-validation-that-selected = 验证集受试者（用于选择轮次）
on-training = 训练集受试者本身，不能说明对新受试者的表现
could-be-chance = { $target ->
    [score] R² 的置信区间包含 0：没有证据表明模型优于平均分。
   *[class] AUC 的置信区间包含 0.5：没有证据表明模型能够区分各类别。
}
worse-than-chance = { $target ->
    [score] 整个置信区间都不如平均分。
   *[class] 整个置信区间都低于随机水平。
}
new-sites = 在模型未训练过的站点：{ $metric } { $figure }（n = { $count }）。{ $chance ->
    [yes] { $target ->
        [score] 区间包含 0：没有证据表明模型在新站点优于平均分。
       *[class] 区间包含 0.5：没有证据表明模型在新站点能够区分各类别。
    }
   *[no] {""}
}
within-sites = 站点内 AUC：{ $sites } 个留出站点各自 AUC 的平均值，按受试者人数加权；每个站点有各自的模型。{ $alone ->
    [0] {""}
   *[other] 有 { $alone } 个站点只有一类受试者，未计入：{ $names }。
}全部站点合在一起的 AUC 为 { $pooled }，其中也包含这些模型之间的偏移。
sites-differ = 在这些站点，模型区分类别的能力高于机遇水平，但各站点差异很大，区间（也适用于其他站点）包含 0.5。
pooled-sites = 留出站点的 AUC 为 { $figure }，由全部站点合在一起计算：其中也包含各站点模型之间的偏移。
decisions-by-chance = { $classes ->
    [two] 以 0.5 为阈值时，没有证据表明对受试者的归类优于随机：平衡准确率 { $figure }（灵敏度 { $sensitivity }，特异度 { $specificity }）。
   *[more] 没有证据表明对受试者的归类优于随机：平衡准确率 { $figure }。
}
wrong-calibration-intercept = 在这些受试者上，{ $positive }的预测概率{ $high ->
    [yes] 偏低
   *[no] 偏高
}：校准截距 { $figure }，理想值为 0。
wrong-calibration-slope = 在这些受试者上，预测概率{ $high ->
    [yes] 过于保守
   *[no] 过于极端
}：校准斜率 { $figure }，理想值为 1。
no-covariates = 未检查年龄、性别、头动等任何协变量：不知道其中某一项能否解释该结果。
seen-in-training = { $split ->
    [val] { $subjects } 名验证集受试者中有 { $count } 名参与过训练，因此该结果偏乐观。
    [test] { $subjects } 名测试集受试者中有 { $count } 名参与过训练，因此该结果偏乐观。
   *[other] { $subjects } 名留出受试者中有 { $count } 名参与过训练，因此该结果偏乐观。
}
better-methods = 在同一批受试者上按 AUC 更好的方法（模型 − 方法）：{ $methods }。
simple-offer = { $better ->
    [yes] 在同一批受试者上，{ $method }优于 { $model }（AUC，{ $model } − { $method }：{ $difference }）。它可以像其他模型一样训练、保存并用于预测：请选择 { $kept }。
   *[no] 没有证据表明 { $model } 优于{ $method }（AUC，{ $model } − { $method }：{ $difference }）。这一更简单的方法可以像其他模型一样训练、保存并用于预测：请选择 { $kept }。
}
simple-not-kept = 在这些受试者上，{ $method } 的 { $metric } 在简单方法中最高，为 { $figure }（{ $model } − { $method }：{ $difference }），但只作比较：保存它就必须保存其训练受试者的指标。{ $offered ->
    [yes] 因此改为提供次优的方法。
   *[no] {""}
}
method-difference = { $method }（{ $difference }）
metric-of-split = { $metric } · { $split }
higher-score = 更高的评分
likeliest-class = 最可能的类别
no-predictions = 没有保存预测结果（任务由旧版本训练），因此不显示分站点指标、ROC 曲线和校准曲线。
no-model = 模型没有保存或已不存在：不显示数据和参数的哈希值，设置以表单为准。

## 表格

listed = { $items }
split = 数据划分
site = 站点
metric = 指标
of-these-seen = 其中参与过训练的人数
p-value = AUC 的 p 值（置换标签，不重新拟合模型）
ppv-at = 患病率 { $prevalence } 时的阳性预测值
npv-at = 患病率 { $prevalence } 时的阴性预测值
mean-probability = 平均概率
observed-share = 实际比例
reliability-caption = 各站点的校准，{ $split }：阳性类别的平均预测概率与实际比例。
decision-caption = 决策曲线：净收益（每名受试者的真阳性数，减去按阈值几率加权的假阳性数）随采取行动所需概率的变化。模型曲线高于“全部处理”和“全不处理”之处，按模型行动才有价值；类别比例为这些受试者的比例。
benefit-caption = { $split }：各阈值的净收益，附模型在各阈值处对受试者的 95 % 区间（类别比例固定）；全不处理为 0。
interval-low = 95 % 区间下限
interval-high = 95 % 区间上限
sd-over-repeats = 各次重复的 AUC 标准差
method = 方法
auc-difference = { $metric }：模型 − 方法
task = 任务
trained = 训练方式
datasets-with-subjects = 数据集（受试者人数）
dataset-with-subjects = { $name }（{ $count }）
another-project = 其他项目的数据集
fine-tuned = 微调
from-scratch = 从头训练
not-stored = 未保存
dataset = 数据集
measure = 指标
rule = 规则
values = 数值个数
rank = 排名
region = 脑区
share = 比例
occlusion = 遮挡
setting = 设置项
value = 取值
source = 来源
yes = 是
no = 否
from-parent = 父模型
from-form = 表单
recommended = 推荐值
folds = 折
chosen = 所选取值（折数）
why-no-metrics = 没有指标的原因
file = 文件
subject-id = 受试者编号
classes = 类别
other-columns = 其他列
connectome = 连接组
time-series = 时间序列
files-chosen = 选用的文件
missing-codes = 缺失值代码
not-used = 未使用
assumed = 假定
site-column = 站点：{ $column }。
score-column = 评分：{ $column }。
covariates = 协变量：{ $columns }。
with-reason = { $what }（{ $reason }）
series = { $same ->
    [yes] { $least } 个时间点，{ $orientation }
   *[no] { $least } 至 { $most } 个时间点，{ $orientation }
}
missing-code = { $column } 中的 { $code }（{ $count } 个）
covariate = 协变量
standardised-difference = 标准化差异
p = p
test = 检验
test-welch = Welch t 检验
test-anova = 方差分析
test-fisher = Fisher 精确检验
test-chi2 = 卡方检验
within-class = 类别内
spearman = Spearman ρ
level = 水平
matched = 匹配配对
largest-difference = 剩余最大差异 { $value }
of-subjects = { $all } 名中的 { $count } 名
all-subjects = 全部受试者
covariates-caption = 均值 ± 标准差，或按所列顺序的人数（占有该协变量者的比例）。NA：缺失。两类的标准化差异：类别 1 减类别 0，数值变量以合并标准差为单位，两个类目按第二个类目的比例。p 值未作多重比较校正。
associations-caption = 在同一类别的受试者中，预测与各协变量的秩相关及 95 % 区间。两个类目中，后列者视为较高。若模型读取了某协变量，会在此显现。
strata-caption = 协变量固定时的性能：按倾向评分匹配的配对以及各分层：至多六个类目中的每一个，数值变量分为不高于和高于中位数两层。少于十人的分层不计算 AUC。数据划分：{ $split }。
between = 比较
groups-compared = 比较的组数
cochran-q = Cochran Q
degrees-of-freedom = df
not-compared = 未比较
heterogeneity-caption = AUC 在各分层之间或各站点之间是否不同？Cochran Q 检验（卡方，自由度 df = 组数 − 1），只比较每类至少有 { $least } 名受试者的组，其余未比较。p 值未作多重比较校正；p 值大并不说明各组相同，受试者少时尤其如此。数据划分：{ $split }。
covariates-title = 协变量

tuning-title = 微调有帮助吗？
growth-title = 随训练受试者数变化的学习曲线
growth-caption = { $split }，{ $subjects } 名受试者；校准前的概率。每个模型均用其训练受试者的一部分（按类别抽取）重新训练；较大的比例包含较小的比例。竖线为受测受试者的 95 % 区间，不包括某一比例恰好抽到哪些受试者的影响。
growth-share = 训练受试者比例
growth-subjects = 每个模型的训练受试者数
sweep-title = 候选的比较
sweep-caption = 全部训练受试者的 { $inner } 个内层折上的平均 { $metric }（据此选出第一名），以及 { $folds } 个外层折内同一指标的平均值。“入选”：在多少个外层折中为最佳。这些数值都不代表新受试者。
sweep-rank = 名次
sweep-figure = 内层折
sweep-in-folds = 外层折内
sweep-chosen = 入选
sweep-failed = 不可行：{ $reason }
sweep-told = 共比较了 { $tried } 个候选。最佳候选在用于选择的内层折上的 { $metric } 为 { $figure }；在未参与选择的受试者上，入选者各折的平均值为 { $nested }。主要结果将所有折合并计算。
sweep-optimism = 在外层折内，用于选择的数值偏乐观 { $optimism }：扣除后，最佳候选为 { $corrected }。
sweep-no-optimism = 未测得乐观偏差（{ $optimism }）；仍应以交叉验证的主要结果为准。
sweep-not-nested = 共比较了 { $tried } 个候选。最佳候选在用于选择的内层折上的 { $metric } 为 { $figure }，该值偏乐观；无法计算未参与选择的受试者的指标。
sweep-atlas = 在 { $count } 个图谱中选用了 { $atlas }。所有图谱均在相同的受试者（按 ID 匹配）和相同的折上比较；未参与选择的受试者的指标已包含对图谱的选择。
sweep-atlas-title = 图谱
tuning-caption = { $split }：{ $subjects } 名未用于训练微调后的模型及其父模型的受试者。差值为微调后的模型减去另一模型，附 95 % 区间；Brier 分数越低越好。“移动阈值”指平移父模型的概率，使其均值等于微调所用受试者中患者的比例；排序不变。
tuned-less = 微调后的模型减去该模型

## 审稿人所问

by-site-and-stratum = 各站点和分层的表现
by-stratum = 各分层及匹配配对
flow-caption = 从文件到分析的受试者流程。
flow-table-caption = 各文件中读取、排除和分析的行数。文件生成之前排除了哪些人，本软件无从得知。
rows-read = 读取的行数
rows-left-out = 排除
why = 原因
analysed = 纳入分析
no-target = { $target ->
    [score] 没有评分
   *[group] 没有类别
}
split-count = { $split }：{ $count } 名
class-count = { $label }：{ $count } 名
site-count = { $count } 个站点
fold-count = { $kind }：{ $count } 折
seen-count = 其中 { $count } 名参与过训练
effects = 各脑区和指标的效应量
effects-caption = { $kind ->
    [hedges_g] 仅限训练受试者，数值取自文件：类别 1 减类别 0 的 Hedges g 及 95 % 区间。共 { $tests } 次检验，其中 { $count } 次的 q 低于 0.05（Benjamini-Hochberg）。未按站点或协变量校正。效应量只描述数据，未用于任何选择。文件 effects.csv 中有更多行。
    [pearson_r] 仅限训练受试者，数值取自文件：与评分的 Pearson r 及 95 % 区间。共 { $tests } 次检验，其中 { $count } 次的 q 低于 0.05（Benjamini-Hochberg）。未按站点或协变量校正。效应量只描述数据，未用于任何选择。文件 effects.csv 中有更多行。
   *[eta_squared] 仅限训练受试者，数值取自文件：各类别之间的 η²。共 { $tests } 次检验，其中 { $count } 次的 q 低于 0.05（Benjamini-Hochberg）。未按站点或协变量校正。效应量只描述数据，未用于任何选择。文件 effects.csv 中有更多行。
}
hedges-g = Hedges g
eta-squared = η²
pearson-r = Pearson r
q = q
contribution = 贡献
same-sign = 同号的折
measure-signs = 数值升高
randomised = { $depends ->
    [yes] 随机权重检验：脑区排序与 { $models } 个打乱权重的网络副本的排序的平均秩相关为 { $value }，因此排序取决于所学内容。
   *[no] 随机权重检验：脑区排序与 { $models } 个打乱权重的网络副本的排序的平均秩相关为 { $value }。排序在很大程度上反映数据和网络结构，而不是所学内容；不应据此解读单个脑区。
}
no-randomised = 未与打乱权重的网络比较（结果来自较早的版本，或排序没有差别）。
checklist = 审稿清单
of-column = { $column }：{ $values }
with-values = { $name }（{ $values }）
