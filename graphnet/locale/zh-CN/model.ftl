# 已存储的模型：无法读取，或与数据不符。

shard-damaged = 本任务已存储的一部分无法读取。
checkpoint-of-other-training = 该检查点属于另一次训练。
other-architecture = 已存储的模型是 { $stored }，不能按 { $asked } 微调；请将 model 留空，或选择 { $stored }。
