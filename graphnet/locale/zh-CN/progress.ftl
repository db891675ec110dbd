# 任务当前在做什么。共 $folds 折，正在处理第 $first 至 $last 折，即 $count 折。

reading = 正在读取和准备数据
training = 正在训练模型
training-without-graph = 正在训练去掉图的同一网络
baselines = 正在拟合并比较基线
evaluation = 正在评估预测
choosing = 正在为第 { $first } 折选择设置（共 { $folds } 折）
comparing = 正在内层折上比较第 { $first } 个候选（共 { $folds } 个）
calibration = 正在内层折上训练，以校准概率
folds = 正在训练第 { $count ->
    [1] { $first }
   *[other] { $first } 至 { $last }
} 折（共 { $folds } 折）
folds-baselines = 正在拟合第 { $first } 折的基线（共 { $folds } 折）
folds-without-graph = 正在训练去掉图的第 { $count ->
    [1] { $first }
   *[other] { $first } 至 { $last }
} 折（共 { $folds } 折）
folds-other-start = 正在从另一起点训练第 { $count ->
    [1] { $first }
   *[other] { $first } 至 { $last }
} 折（共 { $folds } 折），用于比较
from-scratch = 正在从头训练同一网络，用于比较
learning-curve = 正在用部分受试者训练，以绘制学习曲线
shared = 正在等待其他工作进程完成各自的部分
explanation = 正在解释预测
report = 正在写出结果和报告

# “python -m graphnet”的一行；$left 是时间，例如 12:34。
line = { $percent } %，剩余 { $left }：{ $stage }
line-without-time = { $percent } %：{ $stage }

ended-model-kept = 运行已被终止。模型已训练完成，保存在 { $folder } 中；评估未全部完成，因此没有结果和报告。
ended-nothing-kept = 运行在模型训练完成之前被终止；没有保存任何内容。
note = 注意：{ $warning }
