# 报告“方法”部分的句子。方括号中的键引用 graphnet/report/references.toml 中的文献。

heading-subjects = 受试者与指标
heading-preprocessing = 预处理
heading-model = 模型
heading-training = 训练
heading-evaluation = 评估
heading-comparison = 比较与混杂
heading-effects = 效应量
heading-explanation = 解释
heading-software = 软件

## 受试者与指标

cohort-train = 模型在 { $count } 名受试者{ $by_class ->
    [yes] （{ $classes }）
   *[no] {""}
}上训练{ $sites ->
    [0] {""}
    [1] {""}
   *[other] ，来自 { $sites } 个站点
}。
cohort-val = 在 { $count } 名受试者{ $by_class ->
    [yes] （{ $classes }）
   *[no] {""}
}上验证{ $sites ->
    [0] {""}
    [1] {""}
   *[other] ，来自 { $sites } 个站点
}。
cohort-test = 在 { $count } 名受试者{ $by_class ->
    [yes] （{ $classes }）
   *[no] {""}
}上测试{ $sites ->
    [0] {""}
    [1] {""}
   *[other] ，来自 { $sites } 个站点
}。
scans = 这些{ $split ->
    [train] 训练
    [val] 验证
   *[test] 测试
}受试者共有 { $scans } 次扫描。
cohort-ancestors = 在此之前，父模型{ $ancestors ->
    [one] {""}
   *[several] 及其父模型
}已用 { $count } 名受试者训练。
count-of-class = { $label }：{ $count } 名
measures = { $count ->
    [0] 每名受试者的数据为 { $regions } 个脑区的连接组。
   *[other] 每名受试者的数据为 { $regions } 个脑区的 { $count } 项指标（{ $measures }）。
}
atlas = 脑区来自图谱 { $atlas }，出处：{ $citation }。
target-score = 预测目标为临床评分（LABEL_SCORE）。
controls-and-patients = 类别 0 为对照，类别 1 为患者（阳性类）。
positive-class = 阳性类为{ $positive }，阴性类为{ $negative }。
subjects-of-own = 训练受试者
subjects-of-parent = 父模型最初训练所用的受试者

## 预处理

quality-rules = 按固定规则识别无穷、异常和恒定的数值，并按缺失处理。
scaled = 缺失值以{ $fitted_on }的中位数代替；随后每个脑区的每项指标按其均值和标准差标准化，并截断至 5 个标准差以内。
scaled-per-subject = 缺失值以{ $fitted_on }的中位数代替；每条连接减去其均值，全部连接除以同一个标准差并截断至 5 个标准差以内，再除以该受试者自身全部连接的均方根。
not-scaled = 指标既未缩放也未截断，与本模型所源自的导入模型一致。
inherited = 缩放、图和类别均沿用父模型。
not-harmonised-sites = { $where ->
    [folds] 被留出站点的受试者未做协调，因为没有训练受试者的站点的效应无从得知。
   *[split] 没有训练受试者的站点的受试者未做协调，因为这些站点的效应无从得知。
}
no-subject-twice = 没有任何验证或测试受试者与训练受试者的编号相同。
not-fitted-on-others = 所有预处理步骤均未在验证集或测试集受试者上拟合。

## 模型与训练

model-size = { $networks ->
    [one] 模型有
   *[other] 模型为 { $networks } 个网络的平均，每个网络有
} { $parameters } 个可训练参数{ $all ->
    [yes] {""}
   *[no] （本次训练其中 { $trained } 个）
}，{ $inputs } 个输入（在训练受试者之间有变化的数值）{ $connections ->
    [0] {""}
   *[other] ；此外还把每名受试者的 { $connections } 条连接作为边
}。
from-scratch = 模型从头训练。
optimiser = { $target ->
    [score] 使用 AdamW [@adamw] 最小化均方误差，批大小为 { $batch_size }。
   *[class] 使用 AdamW [@adamw] 最小化交叉熵，批大小为 { $batch_size }。
}
epochs = 共训练 { $count } 轮。
epochs-of-most = 共训练 { $count } 轮（最多 { $most } 轮）。
last-epoch = 采用最后一轮的参数。
best-epoch = 采用验证损失最低的第 { $epoch } 轮的参数。
best-epoch-of-first = 采用验证损失最低一轮的参数（第一个模型为第 { $epoch } 轮）。

## 评估

cross-validation = { $repeats ->
    [1] 以受试者为单位做 { $folds } 折交叉验证，估计模型在训练受试者上的表现。
   *[other] 以受试者为单位做 { $folds } 折交叉验证，重复 { $repeats } 次，估计模型在训练受试者上的表现。
}
balanced-folds = { $by ->
    [covariates] 各折在每个类别内按站点和{ $names }（数值按三分位）用最小化法均衡 [@taves]。
   *[site] 各折在每个类别内按站点用最小化法均衡 [@taves]。
}
leave-site-out = 依次留出 { $sites } 个站点中的每一个，估计模型在新站点上的表现。
refitted-folds = 每一折的全部预处理都在该折的训练受试者上重新拟合。
fine-tuned-folds = { $known ->
    [yes] 每一折的模型由父模型微调而来；父模型训练时未用过各折的任何受试者。
    [partly] 每一折的模型由父模型微调而来；据父模型所作的记录，其训练时未用过各折的任何受试者。
   *[unknown] 每一折的模型由父模型微调而来；若父模型训练时用过其中任何受试者，则所有折改为从头训练。
}
folds-from-scratch = 由于父模型训练时用过各折的部分受试者，每一折的模型改为从头训练，未经微调。
within-sites = 每个留出站点有各自的模型，因此 ROC 曲线下面积在每个包含两类受试者的站点内分别计算；取平均时，两类各有 m 名和 n 名受试者的站点的权重为 m · n / (m + n)[@kawaguchi]。其区间由各站点的 Newcombe 区间[@newcombe; @zou]与超出机遇的站点间方差[@dersimonian]合并而成。与其他方法的差异，在每个站点的每一类内部抽取受试者。
pooled-folds = { $other ->
    [yes] 其他指标由所有折的预测合并计算。
   *[no] 所有折的预测合并评估。
}
last-epoch-of-folds = 各折的模型采用最后一轮的参数。
mean-of-repeats = 重复交叉验证时评估每名受试者的平均预测，其表现可能优于单个模型。
nested = { $density ->
    [yes] 在每一折内部通过其训练受试者的内层交叉验证选择学习率、权重衰减和密度[@cawley]。
   *[no] 在每一折内部通过其训练受试者的内层交叉验证选择学习率和权重衰减[@cawley]。
}
intervals-of-scores = 区间为对受试者做自助法得到的 95 % 百分位区间[@efron]。
intervals-of-two-classes = 区间为 95 % 置信区间：比例采用 Wilson 区间[@wilson]，平衡准确率由各比例的区间合并得到[@zou]，ROC 曲线下面积采用 Newcombe 方法 5 [@newcombe]，Brier 分数采用 Student t 分布[@brier]。
intervals-of-classes = 区间为 95 % 置信区间：比例采用 Wilson 区间[@wilson]，平衡准确率由各比例的区间合并得到[@zou]，Brier 分数采用 Student t 分布[@brier]。
auc-of-classes = ROC 曲线下面积为各类别对其余类别的平均值，不给出区间。
intervals-of-repeats = 重复交叉验证时，指标为各次重复的均值；准确率、平衡准确率和 ROC 曲线下面积的区间由对受试者的自助法得到[@efron]，其余区间为第一次重复的区间平移至均值。
scans-by-subject = 受试者有多次扫描时，其全部扫描位于同一折中，每次扫描都计入指标。统计推断以受试者为单位：公式中的扫描次数除以设计效应[@rao]，即按受试者计算的方差与假定扫描相互独立时方差之比，对 ROC 曲线下面积即为聚类数据的方差[@obuchowski]；自助法连同全部扫描抽取受试者；置换检验交换受试者的标签。协变量按每名受试者的首次扫描比较，效应量和脑区贡献按受试者各次扫描的平均值计算。
scans-as-subjects = 同一受试者的多次扫描被当作不同受试者计入，因此区间过窄，p 值过小。
meaning-of-intervals = 区间反映被评估受试者的抽样，不反映训练受试者的抽样。
calibration-error = 期望校准误差是预测概率与实际比例之差在十个等人数分箱上的平均值；若分箱不足五人则减少分箱[@nixon]；它没有区间，受试者较少时即使概率正确也会因偶然而大于 0。
calibration-of-two-classes = 校准斜率取自以预测概率的对数几率对类别作的逻辑回归，校准截距则将斜率固定为 1[@cox; @calster]，两者均采用 Wald 区间。Brier 分数与按类别比例给出概率的分数相比较[@steyerberg]；缩放分数的区间由 Brier 分数的区间得到。
calibrated = 以一个系数将对数概率向训练受试者的类别比例收缩（以基准率为中心的温度缩放[@guo]）：{ $source ->
    [parent] { $slope }，沿用父模型
    [inner] { $slope }，依据内层折中未用其训练的模型对 { $subjects } 名训练受试者的预测拟合
   *[folds] { $slope }，依据训练受试者的 { $subjects } 个折外预测拟合
}。预测类别为概率最大者。
calibrated-folds = 每一折有各自的系数，依据对该折训练受试者的预测拟合；给出预测的模型既未用这些受试者，也未用该折的测试受试者训练。计算 ROC 曲线下面积时，各折受试者按校准前的概率排序。
not-calibrated = 模型的概率未经校准。
predictive-values = 预测值按被评估受试者的类别比例给出。
predictive-values-at = 预测值按被评估受试者的类别比例给出，并按贝叶斯定理给出患病率为 { $prevalence } 时的值，其区间在对数几率尺度上计算[@mercaldo]。
decision-curve = 决策曲线给出各概率阈值下的净收益[@vickers]{ $interval ->
    [yes] ，并在各阈值处分别给出在类别内对受试者自助抽样的 95 % 百分位区间[@efron]。
   *[no] 。
}净收益按被评估受试者的类别比例计算，该比例不一定等于模型使用场合的比例。
baselines = 作为比较，在同一批训练受试者上拟合了{ $methods }[@sklearn]。
baselines-of-tuned = 作为比较，使用微调后模型的输入，在微调所用的受试者上（不含父模型的受试者）拟合了{ $methods } [@sklearn]。
baselines-pooled = 另在微调所用的受试者与父模型{ $ancestors ->
    [one] {""}
   *[several] 及其父模型
}的 { $subjects } 名训练受试者的合并数据上拟合了{ $same ->
    [yes] 同样的方法
   *[no] { $methods }
}（“含父模型数据”）；微调后的模型也从这些受试者中学习过。
pooled-inputs = 其输入的预处理（{ $steps }）在同一批受试者上重新拟合{ $folds ->
    [yes] ；在各折中，微调所用的受试者为该折的训练受试者。
   *[no] 。
}
pooled-scaling = 插补与缩放
pooled-harmonising = 站点协调
pooled-adjusting = 协变量校正
pooled-left-out = 父模型的训练受试者中，{ $held_out } 名是本任务的验证或测试受试者，未纳入此拟合；{ $in_training } 名是本任务的训练受试者，只计一次。
majority = 多数类
logistic-regression = 逻辑回归
svm-linear = 线性支持向量机
svm-rbf = 径向基核支持向量机
mean = 平均分
ridge = 岭回归
baselines-strength = { $kind ->
    [score] 其惩罚强度由依次留出一名训练受试者选定。
   *[class] 其惩罚强度由拟合所用受试者的至多五个内层折选定。
}
no-edge = 同一网络另在去掉图的情况下训练。
no-edge-on-folds = 在各折上，同一网络另在去掉图的情况下训练。
parent-evaluated = 父模型在同一批受试者上评估（微调之前的状态）。
tuning-compared = 在 { $subjects } 名未用于训练微调后的模型及其父模型的受试者上比较了二者（{ $split ->
    [test] 测试受试者
    [cv] 使用微调后模型的折外预测
   *[other] 使用微调后模型对每个被留出站点的预测
}）。
tuning-moved = 为区分更好的排序与不同的阈值，还平移了父模型的对数几率，使其平均概率等于微调所用受试者中患者的比例。
tuning-scratch = 还用推荐设置在微调所用的受试者上从头训练了同一网络。
tuning-intervals = { $kind ->
    [score] 绝对误差配对差值的区间为 Student t 区间。
   *[classes] 这些模型之间的配对差值的区间：比例用 Newcombe 区间 [@newcombe_paired]，ROC 曲线下面积用两者的 Newcombe 区间按其相关性合并 [@delong; @zou]，Brier 分数用 Student t 区间。
}
tuning-widened = 由于各折共享训练受试者，这些差值的区间按 k 折放宽为 1 + k / (k - 1) 的平方根倍 [@nadeau]。
differences = 模型与其他方法的差异按受试者配对，区间为自助法百分位区间[@efron]。{ $folds ->
    [yes] 由于各折共享训练受试者，交叉验证的区间按 k 折放宽为 1 + k / (k - 1) 的平方根倍[@nadeau]。
   *[no] {""}
}
permutations-bound = 若 p 值为该置换次数所能给出的最小值，或置换少于 { $enough } 次，则以上界（≤）给出。
permutations = { $within_sites ->
    [yes] ROC 曲线下面积的 p 值基于对标签的 { $count } 次置换（留出站点时在每个站点内部置换，并采用站点内面积的平均值），与折外预测比较，不重新拟合模型[@phipson]。
   *[no] ROC 曲线下面积的 p 值基于对标签的 { $count } 次置换，与折外预测比较，不重新拟合模型[@phipson]。
}

## 解释与软件

attribution = { $split ->
    [test] 对 { $count } 名测试集受试者，以{ $fitted_on }的均值为基线，用积分梯度[@ig]把{ $explained }归因到各脑区和指标；另将单个脑区替换为该均值（遮挡法[@occlusion]）。
    [val] 对 { $count } 名验证集受试者，以{ $fitted_on }的均值为基线，用积分梯度[@ig]把{ $explained }归因到各脑区和指标；另将单个脑区替换为该均值（遮挡法[@occlusion]）。
   *[train] 对 { $count } 名训练集受试者，以{ $fitted_on }的均值为基线，用积分梯度[@ig]把{ $explained }归因到各脑区和指标；另将单个脑区替换为该均值（遮挡法[@occlusion]）。
}
integral-exact = 积分按闭式精确计算。
integral-in-steps = 积分分 { $steps } 步近似计算[@captum]。
explained-score = 预测评分
explained-class = { $positive } 相对于{ $negative } 的得分
explained-likeliest-class = 最可能类别的得分相对于所有类别均值的差
stability = 多个模型之间排名靠前脑区的一致程度已对偶然一致做校正[@kuncheva]。
glass-brain = 脑区用 Nilearn 绘制[@nilearn]。
software = 模型用 nld-sgn { $version } 和 { $library } [@torch] 在 { $device } 上训练。
unknown-version = （版本未知）
unknown-device = 未知设备
covariates = 仅由{ $names }能预测到什么程度，用逻辑回归（L2，强度由内部折选择）在相同的训练受试者上评估；缺失值以训练均值代替并加以标记。
score-covariates = 仅由{ $names }能预测到什么程度，用岭回归在相同的训练受试者上评估；缺失值以训练均值代替并加以标记。
site-alone = 仅由站点能预测到什么程度，以同样方式评估。
confounds = { $target ->
    [two] 类别间差异：数值变量用 Welch t 检验或方差分析，分类变量用卡方检验或 Fisher 精确检验，未作多重比较校正。两类之间的标准化差异：数值变量为均值之差除以两组方差均值的平方根，分类变量为比例之差除以相应的标准差。预测与各协变量在每一类别内的关联为 Spearman 秩相关；还在各协变量的分层中以及按倾向评分匹配的配对中（logit 标准差 0.2 倍以内的最近邻）计算了性能 [@austin]。
    [more] 类别间差异：数值变量用方差分析，分类变量用卡方检验，未作多重比较校正。还在各协变量的分层中计算了性能。
   *[score] 预测与各协变量的关联为 Spearman 秩相关。
}
heterogeneity = 用 Cochran Q 检验[@cochran]比较 ROC 曲线下面积在协变量各分层之间或各站点之间是否不同，方差采用平均面积处的 Hanley-McNeil 方差[@hanley]，只比较每类至少有 { $least } 名受试者的组，未作多重比较校正。

## 审稿人所问

threshold = { $classes ->
    [two] 预测概率高于 0.5 的受试者归入{ $positive }；该阈值事先固定，未在任何受试者上选取。
   *[more] 每名受试者归入最可能的类别；未在任何受试者上选取阈值。
}
unweighted = 未对类别加权或重采样。
learning-curve = 为绘制学习曲线，分别用按类别抽取的四分之一、一半和四分之三的训练受试者从头重复同样的训练，并在同一批受试者上评估[@figueroa]。
solved =
    其权重为带 L2 惩罚的对数损失的最优解，由 L-BFGS 求得。{ $chosen ->
        [yes] 正则化强度（C = { $strength }）
       *[no] 正则化强度
    }由训练受试者的至多五个内层折上的对数损失在 0.001、0.01、0.1 和 1 中选出；交叉验证的每一折中均重新选择。
solved-svm =
    其权重为带 L2 惩罚的合页损失的最优解，由 LIBSVM 求得。{ $chosen ->
        [yes] 损失相对于惩罚的强度 C（{ $strength }）
       *[no] 损失相对于惩罚的强度 C
    }由训练受试者的至多五个内层折上的准确率在 0.001、0.01、0.1 和 1 中选出；交叉验证的每一折中均重新选择；用在这些折的决策值上拟合的逻辑曲线将其决策值转化为概率[@platt]。
machine-for-each-class = 每个类别各有一个这样的支持向量机，把该类与其余各类分开。
machines-for-each-class = 支持向量机把每个类别与其余各类分开。
settings-given = { $count ->
    [0] 全部设置均为推荐值。
   *[other] 有 { $count } 项设置由用户给定，其余为推荐值；本次运行无法说明这些设置如何选定。
}
no-tuning = 本次运行没有在其受试者上调节任何设置。
nested-for-folds-only = 最终模型采用下文所列设置，而不是各折内选出的设置。
sweep = 以 { $inner } 个内层折上的平均 { $metric } 比较了 { $tried } 个候选（{ $settings }）；其余设置为各模型的推荐值或给定值。在每个外层折中仅用其训练受试者重新比较，因此交叉验证的指标包含了选择过程 [@varma]。最终模型采用在全部训练受试者的内层折上最好的候选。
sweep-atlas = { $datasets }
sweep-atlases = 候选在同一批受试者的 { $count } 个图谱上比较：{ $atlases }，入选者列首位。受试者按 ID 匹配，不在所有图谱中的受试者已略去，各图谱的折、类别和协变量均相同。
effects = { $kind ->
    [hedges_g] 对每个脑区的每项指标，在训练受试者中用 Hedges g [@hedges]（大样本区间 [@olkin]）和 Welch t 检验 [@welch] 比较两类，数值取自文件，未经协调、校正或填补；对 { $tests } 次检验控制错误发现率 [@benjamini]。
    [pearson_r] 对每个脑区的每项指标，在训练受试者中计算与评分的 Pearson 相关，数值取自文件，未经协调、校正或填补；对 { $tests } 次检验控制错误发现率 [@benjamini]。
   *[eta_squared] 对每个脑区的每项指标，在训练受试者中用 η² 和单因素方差分析比较各类别，数值取自文件，未经协调、校正或填补；对 { $tests } 次检验控制错误发现率 [@benjamini]。
}
contribution = { $kind ->
    [two-classes] 脑区的贡献为其在{ $positive }受试者中的平均归因减去其余受试者中的平均归因，附对受试者的 Welch 95 % 区间；全部脑区的贡献之和等于两类平均得分之差。
    [score] 脑区的贡献为其归因对真实评分的斜率（每个标准差），附最小二乘的 95 % 区间。
   *[classes] 脑区的贡献为其对最可能类别的平均归因，附对受试者的 Student 95 % 区间。
}
explained-training = 这些受试者参与过训练，因此贡献大于新受试者中的贡献。
stable-signs = 若贡献的区间不含 0，且对同一批受试者至少十分之九的折内模型符号相同，则称其符号稳定；这些模型的训练受试者大部分相同。
stable-without-folds = 若贡献的区间不含 0，则称其符号稳定；没有各折的模型可供比较。
randomised = 归因与随机打乱权重的 { $models } 个网络副本的归因作了比较 [@adebayo]。
