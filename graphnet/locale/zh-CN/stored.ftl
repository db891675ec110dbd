# 任务存储了什么，以及丢失或损坏时的说明。

model = 模型
evidence = 证据
report = 报告
picture = 脑区图
log = 日志
lost = 任务 { $task } 的{ $object }已丢失：它曾被存储，也从未被清理，但存储库中已不存在。{ $restore }
damaged = 任务 { $task } 的{ $object }已损坏，因此不发送。{ $reason }{ $restore }
restore = 请从存储库的备份中恢复（docs/operations.md），或重新训练该任务；'sgn doctor --stored --deep' 会列出其他丢失或损坏的内容。
upload-damaged = 上传 { $upload } 的内容与所声明的不一致：它在传输途中或存储中发生了改变。请重新发送该文件。
upload-gone = 没有上传 { $upload }。上传的文件保留一小时；请重新发送文件。
upload-incomplete = 上传 { $upload } 的 { $size } 字节中只收到 { $received } 字节；请先发送其余部分。
