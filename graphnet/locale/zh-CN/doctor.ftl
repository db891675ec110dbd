# `sgn doctor` 的检查结果，需要处理时附有处理办法。

# 表格及其结尾。
state = 状态
check = 检查项
found = 结果
state-ok = 正常
state-warning = 警告
state-fault = 故障
totals = 故障：{ $faults }，警告：{ $warnings }
nothing-to-examine = 没有可检查的内容：请设置 'sgn serve' 所需的 SGN_ 变量，或用 --home 指定 'sgn up' 的文件夹。
no-folder = 没有文件夹 { $folder }。

# --stored
deep-without-stored = --deep 必须与 --stored 一起使用。
tasks-examined = 已检查 { $count } 个任务，故障：{ $faults }
stored-fault = { $task }  { $state ->
    [lost] 丢失
   *[damaged] 损坏
}：{ $object }
stored-totals = 已检查的任务：{ $count }，丢失或损坏的对象：{ $faults }

# 任何检查。
check-failed = 检查失败（{ $error }）
no-answer = { $seconds } 秒内没有响应
check-reachable = 请检查它是否正在运行，以及它与本机之间的连接。
correct-variable = 请更正 { $name }。
correct-variables = 请更正变量。

# version、settings
version = { $distribution } { $version }，Python { $python }
not-installed = 未安装 { $distribution }；Python { $python }
install = 请用 pip install nld-sgn 安装，因为任务会记录训练它的版本。
variables-valid = 每个 SGN_ 变量都可用
set-variable = 请设置 { $name }，例如 { $example }。
unset-variable = 请更正 { $name }，或取消设置以使用其默认值。

# torch、device
torch = { $torch }，{ $cuda ->
    [none] 不含 CUDA
   *[other] CUDA { $cuda }
}；{ $driver ->
    [none] 没有 NVIDIA 驱动
   *[other] NVIDIA 驱动 { $driver }
}
torch-absent = 未安装 torch：这是服务镜像，不进行训练
torch-late = torch 在 { $seconds } 秒内没有响应
torch-broken = torch 无法导入，或使进程终止
run-inspection = 请运行 'python -m actors.inspection auto no'，并查看其输出。
device = { $device }
device-memory = { $device }，{ $total } GB，每个工作进程 { $share } GB
device-warning = { $device }：{ $warning }

# cores、spool
cores = { $cores } 个核心；SGN_THREADS 为 { $threads }
cores-unknown = 核心数未知；SGN_THREADS 为 { $threads }
lower-threads = 请将 SGN_THREADS 设为 { $cores } 或更小，因为相互等待的线程更慢。
spool = { $folder }，剩余 { $gigabytes } GB
spool-not-writable = 无法写入 { $folder }
set-spool = 请将 SGN_SPOOL 设为本用户可写的文件夹，例如 /tmp 下的文件夹。
free-spool = 请释放空间，或将 SGN_SPOOL 设为另一磁盘上的文件夹。

# database、schema、rights、writes、packet、charset
no-database-file = 文件 { $path } 不存在
create-database = 请运行 'sgn migrate' 来创建它。
check-database = 请启动服务器；检查 SGN_DATABASE_URL 中的主机、端口、用户、密码和名称。
server = { $name } { $version }，每次请求 { $milliseconds } 毫秒
move-nearer = 请让服务更靠近其数据库，因为每个任务都会向它发出许多请求。
schema = 各表与本版本一致
migrate = 请运行本版本的 'sgn migrate'。
rights = 所需权限均已授予
rights-missing = 数据库用户缺少：{ $rights }
grant-rights = 请将这些权限授予该用户。
writes = 已写入一行并将其删除
let-database-write = 请使服务器恢复写入，或在 SGN_DATABASE_URL 中指定可写入的服务器。
free-database = 请在服务器的磁盘上释放空间，或提高其配额。
check-database-files = 请检查服务器的磁盘及其文件的所有者。
grant-listed-rights = 请将 docs/neuro-learn.md 列出的权限授予该用户。
charset = 可以存储所有字符
convert-charset = 请 NEURO-LEARN 的运维人员将其表转换为 utf8mb4，或保持不变。
packet = max_allowed_packet 为 { $mebibytes } MiB
packet-small = max_allowed_packet 为 { $mebibytes } MiB；SGN_MAX_UPLOAD_MB 大小的数据集可能需要 { $needed } MiB
raise-packet = 请运行 SET GLOBAL max_allowed_packet = { $bytes }，或调低 SGN_MAX_UPLOAD_MB。

# access
access-to-everyone = SGN_HOST 为 { $host }，而 SGN_TRUSTED_NETWORKS 允许所有人访问：{ $network }
trust-fewer = 请只列出其客户端无需令牌的网络。
access-by-token = SGN_HOST 为 { $host }；需要令牌
access-by-token-or-network = SGN_HOST 为 { $host }；需要令牌，来自 { $networks } 的除外
access-from-here = SGN_HOST 为 { $host }：只有本机可以连接，且没有令牌
access-from-networks = SGN_HOST 为 { $host }；由于没有令牌，只有来自 { $networks } 的客户端可以连接
access-to-anyone = SGN_HOST 为 { $host }，任何能连接到它的人都可以使用本服务
access-undecided = SGN_HOST 为 { $host } 且没有令牌，因此 'sgn serve' 不会启动
restrict-access = 请用 'sgn token new' 创建令牌，或将 SGN_TRUSTED_NETWORKS 设为其客户端无需令牌的网络。

# redis、eviction、appendonly、workers、installation
not-running = 本地服务没有运行
start-local = 请启动：sgn up --home 文件夹。
redis-password = Redis 拒绝了密码
correct-password = 请更正 SGN_REDIS_URL 中的密码。
redis-silent = SGN_REDIS_URL 处没有响应（{ $error }）
check-redis = 请启动服务器；检查 SGN_REDIS_URL 中的主机和端口。
raise-maxmemory = 请调高其 maxmemory，或移除占用它的其他内容；随后会发送等待中的消息。
grant-redis = 请允许其用户执行 PING、INFO 和脚本；其键为 dramatiq:* 和 sgn:*。
check-redis-log = 请检查其日志和磁盘，以及 SGN_REDIS_URL 是否指向主节点。
newer-redis = 请使用 Redis 6 或更新版本，或 Valkey。
eviction = maxmemory-policy 为 { $policy }
eviction-of-messages = maxmemory-policy 为 { $policy }：内存不足时会丢失消息
eviction-of-heartbeats = maxmemory-policy 为 { $policy }：内存不足时可能丢失心跳
stop-eviction = 请设为 noeviction：CONFIG SET maxmemory-policy noeviction，并写入其配置文件。
appendonly = 重启后其内容仍然保留
appendonly-off = appendonly 已关闭：重启会丢失队列，这会耗费时间，但不会丢失任务
start-appendonly = 请以 --appendonly yes 启动。
no-worker = 没有工作进程在运行
start-worker = 请启动工作进程：'sgn worker'，或增加其部署的副本。
workers = 运行中的工作进程：{ $workers }
workers-of-kind = { $kind ->
    [unknown] 未知设备
   *[other] { $kind }
}上 { $count } 个
installation = 本安装的编号是 { $id }
installation-among-others = 本安装的编号是 { $id }；此 Redis 上还有 { $others }
installation-running = { $id }（{ $databases }）
installation-idle = { $id }（未运行）
installation-twice = 两个数据库都使用编号 { $id }：{ $databases }
separate-installations = 如果其中一个是另一个的副本，请结束其进程，并为它设置自己的编号：'sgn migrate --new-installation'。如果它们是同一数据库的两个名称，请在各处使用相同的写法。

# registry
registry-ready = 可以写入对象
registry-folder = 文件夹 { $url } 可以写入、读取和清空；完整性的保障：{ $kept }
registry-bucket = { $endpoint ->
    [none] Amazon S3
   *[other] { $endpoint }
} 上的 { $url } 可以写入、读取和清空；完整性的保障：{ $kept }

# uploads straight into the bucket; $url is SGN_S3_PUBLIC_URL, $origin the address of the pages
direct-works = 客户端和 { $origin } 的浏览器可以在 { $url } 写入文件分段
direct-no-bucket = 已设置 SGN_S3_PUBLIC_URL，但 registry 不是存储桶：该设置无效
direct-silent = 从本机访问 { $url } 没有响应（{ $error }）：如果客户端也无法访问，每个大文件都会先在那里徒劳尝试，然后才经由服务上传
direct-reachable = 请在客户端的机器上尝试该地址。如果只有那里能访问，可以忽略此警告。
direct-refused = { $url } 拒绝了签名有效的分段（状态 { NUMBER($status, useGrouping: 0) }）：每个大文件都会先在那里徒劳尝试，然后才经由服务上传
direct-pass-on = 请检查 SGN_S3_PUBLIC_URL 是否指向同一存储，以及其前面的代理是否原样传递 Host 请求头和路径。
direct-origin-unknown = 客户端可以在 { $url } 写入文件分段；浏览器能否写入尚不清楚，因为 SGN_PUBLIC_URL 没有说明页面的地址
direct-set-origin = 请将 SGN_PUBLIC_URL 设为页面的地址，然后再次运行。
direct-not-https = { $origin } 的页面使用 HTTPS，而 { $url } 没有：浏览器不会向那里发送任何内容
direct-use-https = 请为存储提供 https 地址。
direct-no-cors = { $url } 的存储不允许 { $origin } 的页面发送文件（CORS）：浏览器会先徒劳尝试，然后大文件才经由服务上传
direct-set-cors = 请为存储桶添加 CORS 规则：来源 { $origin }、方法 PUT、请求头 content-md5（docs/operations.md）。

# clock
clock-ahead = { $whose ->
    [database] 数据库服务器
   *[storage] S3 存储
}的时钟比本机快 { $seconds } 秒
clock-behind = { $whose ->
    [database] 数据库服务器
   *[storage] S3 存储
}的时钟比本机慢 { $seconds } 秒
clock-refused = { $clock }，因此该存储会拒绝我们的签名
set-clocks = 请让两台机器都通过 NTP 校时（timedatectl、chrony）。
