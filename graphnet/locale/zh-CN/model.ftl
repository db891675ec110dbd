# 已存储的模型：无法读取，或与数据不符。

shard-damaged = 本任务已存储的一部分无法读取。
checkpoint-of-other-training = 该检查点属于另一次训练。
other-architecture = 已存储的模型是 { $stored }，不能按 { $asked } 微调；请将 model 留空，或选择 { $stored }。
solved-fine-tuning = { $model } 是其训练受试者上的最优解，微调后父模型不会留下任何影响；请用新受试者（或新旧受试者一起）从头训练（dl_ts）。

unknown = 没有模型 '{ $model }'；可选的有 { $models }。
parameters-changed = 已保存的参数与清单不符（SHA-256）。
manifest-changed = 已保存的清单不是当初写入的内容（SHA-256）。
manifest-damaged = 无法读取已保存的模型：{ $part ->
    [json] 其清单不是 JSON
    [settings] 其清单没有参数设置
    [connectomes] 其清单未说明连接矩阵的内容
    [classes] 其清单未列出类别
    [regions] 其清单未列出脑区
    [measures] 其清单未列出指标
   *[model] 其清单已损坏
}。
other-format = 已保存的清单不是 { $format } 格式。
wrong-shapes = 无法读取已保存的模型：{ $part ->
    [replicas] 各参数的副本数不一致
    [scaler] 其标准化参数不是每个脑区和指标一个
    [graph] 其图不是每个脑区一行
    [calibration] 其校准参数与类别不符
   *[parameters] 其参数形状与模型结构不符
}。
not-finite = 无法使用已保存的模型：{ $part } 含有非有限值。
settings-unusable = 无法使用已保存模型的参数设置：
data-do-not-fit = 数据与已保存的模型不符。
other-atlas = 模型使用图谱 { $model }，而数据的脑区来自 { $data }。
other-edges = 模型训练所用连接矩阵的内容是 { $model }，而这些数据的连接矩阵是 { $data }。
domain-damaged = 已保存的清单未描述训练数据。
checkpoint-damaged = 检查点已损坏。
scaling-unknown = 不知道导入的模型如何缩放指标，因此无法用于预测。请对其微调，或请运维人员用 --scaler none 或 fit 重新导入。
predictions-damaged = 已保存的预测结果已损坏：不是每个受试者、类别和脑区一个值的 JSON。
predictions-of-other-format = 已保存的预测结果不是 { $format } 格式。
harmoniser-damaged = 无法读取已保存的模型：{ $problem ->
    [shape] 其协调参数不是每列和每个站点一个值
    [infinite] 其协调参数含有非有限值
   *[json] 其协调参数已损坏
}。
scaler-damaged = 无法读取已保存的模型：{ $problem ->
    [shape] 其标准化参数不是每个脑区和指标一个
    [infinite] 其标准化参数含有非有限值
   *[json] 其标准化参数已损坏
}。
target-damaged = 无法读取已保存的模型：{ $problem ->
    [scale] 其预测目标没有尺度
   *[json] 其预测目标已损坏
}。
adjuster-damaged = 无法读取已存储的模型：其中关于协变量的内容已损坏。
