# Redis 或 Valkey：为何没有执行请求。

silent = Redis 在 SGN_REDIS_URL 处没有响应。
full = Redis 已满：其内容已达到 maxmemory。
replica = Redis 是只读的：SGN_REDIS_URL 指向一个副本。
loading = Redis 仍在从磁盘读取数据。
no-permission = Redis 不允许 SGN_REDIS_URL 中的用户写入。
not-let-in = Redis 拒绝了 SGN_REDIS_URL 中的用户或密码。
cannot-save = Redis 是只读的，因为它无法保存到磁盘。
no-password = Redis 要求密码，而 SGN_REDIS_URL 中没有密码。
few-replicas = Redis 是只读的：有响应的副本过少。
primary-down = Redis 是只读的：与主节点的连接已断开。
cluster-down = Redis 不写入：其集群已停止运行。
refused = Redis 拒绝了一条命令；原因见其日志。
