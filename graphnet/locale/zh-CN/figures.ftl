# 图中的文字。

one-minus-specificity = 1 − 特异度
area-under-curve = 曲线下面积
chance = 随机：0.500
roc-curves = ROC 曲线
seen-in-training = { $split }（参与过训练）
predicted-probability = 预测概率
observed-share = 实际频率
well-calibrated = 虚线上表示预测概率与实际频率一致。
calibration-bars = 竖线：95 % 置信区间（Wilson）。灰色：受试者人数。
calibration = 校准
true-class = 真实类别
predicted-class = 预测类别
confusion-matrix = 混淆矩阵
true-score = 真实评分
predicted-score = 预测评分
equal-scores = 虚线上两个评分相等。
predicted-and-true = 预测评分与真实评分
loss = 损失
accuracy = 准确率
epoch = 轮次
kept = 采用
learning-curves = 学习曲线
learning-curve = 随训练受试者数变化的学习曲线
training-subjects = 每个模型的训练受试者数
median = 中位数
distributions-by-site = 各站点的分布
with-intervals = 附 95 % 置信区间
against = { $kind ->
    [two] ← 与类别之差相反
    [score] ← 与评分反向
   *[more] ← 不支持最可能的类别
}
for = { $kind ->
    [two] 拉开两类 →
    [score] 与评分同向 →
   *[more] 支持最可能的类别 →
}
most-important-regions = 最重要的脑区
lineage = 模型谱系
fine-tuned = 微调
from-scratch = 从头训练
waiting = 排队中
running = 训练中
finished = 已完成
failed = 失败
cancelled = 已取消
flow = 受试者流程
rows-read = 读取 { $count } 行
rows-left-out = 排除 { $count } 行
threshold = 概率阈值
net-benefit = 净收益
model-decides = 模型
treat-all = 全部处理
treat-none = 全不处理
with-band = 阴影：各阈值处的 95 % 区间
decision-curve = 决策曲线
benefit-between = 在 { $low } 至 { $high } 之间的部分阈值上，模型的净收益最高。
benefit-sure = 在 { $low } 至 { $high } 之间的部分阈值上，整个区间高于全部处理和全不处理。
benefit-by-chance = 在任何阈值上，整个区间都不高于全部处理和全不处理。
benefit-nowhere = 在任何阈值上，模型都不优于全部处理或全不处理。
