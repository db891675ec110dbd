# 进程从环境中读取的变量：有何问题，以及应如何处理。

not-set = 未设置环境变量 { $name }（或 { $name }_FILE）。
invalid = 环境变量 { $name } 无法使用：{ $reason }。
file-unreadable = 无法读取 { $name }_FILE 所指的文件：{ $path }。

# 变量的内容为何无法使用。
redis-address = 应形如 redis://:password@host:6379/0，密码中的 / ? # 写作 %2F %3F %23
web-address = 应形如 https://sgn.example.org，不含 ? 和 #
positive = 必须是大于 0 的整数，而不是 '{ $value }'
natural = 必须是不小于 0 的整数，而不是 '{ $value }'
share = 必须是大于 0 且不超过 1 的数，而不是 '{ $value }'
port = 必须是 1 至 { $most } 的端口，或以 0 表示不用，而不是 '{ $value }'
log-format = 必须是 text 或 json，而不是 '{ $value }'
yes-or-no = 必须是 1 或 0，而不是 '{ $value }'
networks = { $reason }；应列出网络，例如 10.1.0.0/16,10.2.3.4
webhook-address = 应形如 https://hooks.example.org/sgn，不含用户名和 #
webhook-plain = 只有 SGN_WEBHOOK_HOSTS 中的主机可以不用 TLS 通知；请使用 https://，或将 { $host } 列入其中
certificates = 无法使用 { $file }：{ $reason }
no-certificate = 其中没有 PEM 格式的证书（BEGIN CERTIFICATE）
webhook-secret = 至少应有 { $least } 个字符，例如 'openssl rand -hex 32' 的输出

# 暂存文件夹。
spool-foreign = 暂存文件夹 { $folder } 属于其他用户，或所有用户都可写入。
use-own-spool = 请将 SGN_SPOOL 设为仅属于本用户的文件夹（chmod 700）。
spool-not-created = 无法创建暂存文件夹 { $folder }：{ $reason }。
use-writable-spool = 请将 SGN_SPOOL 设为本用户可写的文件夹。

# 追踪。
tracing-absent = OTEL_EXPORTER_OTLP_ENDPOINT 要求追踪，但所需的附加组件未安装。
install-tracing = 请用 pip install 'nld-sgn[tracing]' 安装，或取消该变量。
tracing-refused = OpenTelemetry 的变量无法使用：{ $reason }

# 访问。
open-to-anyone = SGN_HOST 为 { $host }，网络中的任何人都可以不用令牌使用本服务。
restrict-access = 请用 'sgn token new' 创建令牌，或将 SGN_TRUSTED_NETWORKS 设为无需令牌的网络；如果网络本身已将外人挡在外面，也可设 SGN_ALLOW_ANONYMOUS=1。
