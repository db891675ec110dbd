# 任务页面顶部的指标来自哪些受试者。

on-test = 测试集受试者（未参与任何选择）
in-cross-validation = 训练集受试者的交叉验证
at-left-out-sites = 留出的站点
on-validation = 验证集受试者
on-validation-chose-epoch = 验证集受试者（用于选择轮次）
on-training = 训练集受试者本身，不能说明对新受试者的表现
