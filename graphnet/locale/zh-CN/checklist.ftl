# 报告末尾的清单：各报告规范的要求（措辞为本软件所拟）。

asked = 要求
where = 所在位置
authors = 本软件无从得知，须由作者说明。
here = { $sections }
partly = { $sections }；文件中没有的内容须由作者补充。
model-size = { $parameters } 个可训练参数，{ $inputs } 个输入。
subjects-for-parameters = { $classes ->
    [yes] { $subjects } 名训练受试者（最小的类别 { $fewest } 名），训练 { $trained } 个参数。
   *[no] { $subjects } 名训练受试者，训练 { $trained } 个参数。
}
not-done = 本次运行未做。
note = 要求来自 TRIPOD+AI [@tripod]、CLAIM [@claim] 和 STARD [@stard]（STARD-AI 以其为基础）。措辞为本软件所拟，若干条目合为一行，因此不能代替期刊自己的表格。STARD 一列为 2015 年版的编号。

title = 标题和摘要：说明研究类型、预测目标和模型表现
background = 研究背景、预期用途和使用者
inequalities = 已知的人群间健康不平等
objectives = 研究目标，以及是开发模型还是评估模型
design = 数据在研究计划之前还是之后收集
sources = 数据的来源和收集时间
eligibility = 入选和排除标准，受试者如何招募和选取
setting = 就诊场所和所受治疗
acquisition = 影像如何采集：扫描仪、序列、质量控制
preparation = 影像如何得到这些指标，指标如何预处理
deidentification = 数据如何去标识化
reference = 诊断或评分如何得出、为何采用、由谁作出
raters = 评定者是否设盲及其一致性
predictors = 纳入了哪些指标，如何选取
sample-size = 样本量如何确定
missing = 如何处理缺失值和无法判定的值
partitions = 如何划分受试者，同一受试者不出现在两部分中
model = 足以重建模型的描述
training = 训练、调参、最终模型的选择、集成
software = 软件及版本
measures = 性能指标和不确定性
updating = 是否针对新受试者更新过模型
threshold = 模型的输出，阈值如何选定
imbalance = 是否以及如何处理类别不平衡
fairness = 在不同人群中的表现
differences = 开发用与评估用受试者的差异
ethics = 伦理批准和知情同意
funding = 资助和利益冲突
protocol = 研究方案和注册
sharing = 数据、代码和模型在何处可得
public = 公众和当事人的参与
flow = 受试者流程及各步人数
characteristics = 各部分受试者的特征
interval = 测量与诊断之间的时间和治疗
cross-table = 预测与真实情况的对照，以及校准
accuracy = 附区间的性能，以及与其他方法的比较
clusters = 各站点或人群之间性能的差异
external = 在其他来源的数据上测试
explained = 如何解释预测，解释是否可靠
failures = 模型失败的情形及其危害
limits = 局限
interpretation = 结果的解读、可用性和下一步
