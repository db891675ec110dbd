# 结果的局限。$split 为 train、val 或 test。

clipped = { $split }_data：{ $count } 个数值与训练集均值相差超过 { $limit } 个标准差，已截断至该范围。

# 微调：父模型用过哪些数据。
parent-saw-held-out = { $split }_data 中有 { $count } 名被试曾用于训练父模型，在他们身上的指标不能代表对新被试的表现。
parent-saw-train = train_data 中有 { $count } 名被试曾用于训练父模型；因此交叉验证的每一折都从头训练。
parent-spelled-differently = { $split }_data 与父模型：{ $detail }
parent-incomplete = 父模型没有记录它训练时用过的全部被试，因此本任务的被试可能在其中。
