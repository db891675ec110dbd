# 训练为何停止或无法开始。

loss-not-finite = 第 { $epoch } 轮的损失不是有限值，训练已停止。很可能是 learning_rate（{ $learning_rate }）过大。
one-class = train_data 的受试者全部属于{ $name }；从头训练至少需要两个类别。
out-of-memory = { $where ->
    [device] GPU 显存不足以完成本任务。
   *[other] 工作进程的内存不足以完成本任务。
}请减小 batch_size，减少 seeds、cv_folds 或 cv_repeats，降低 density，或减少受试者数或脑区数。
