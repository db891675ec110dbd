# 数据库为何没有执行请求。

read-only = 数据库是只读的。
full = 数据库已满：没有空间写入内容。
files = 数据库无法使用自己的文件：请检查其磁盘和权限。
rights = 数据库用户缺少权限：`sgn doctor` 会指出是哪一项。
silent = 数据库没有响应。
not-let-in = 数据库服务器拒绝了 SGN_DATABASE_URL 中的用户、密码或数据库名称。
deadlock = 数据库正忙于处理相同的行；请在一秒后重试。
refused = 数据库拒绝了一条语句。
statement-too-large = 数据库服务器单条语句的上限小于此内容；必须调高其 max_allowed_packet。
behind = 缺少某个表，或其版本过旧；请运行 `sgn migrate`。
own-tables-behind = 缺少本服务自己的表，或其版本过旧；请运行 `sgn migrate`。
model-removed = 任务 { $task } 的模型已于 { $day } 清理。
name-taken = 已有名为 { $name } 的数据集。
name-taken-alike = 已有名为 { $other } 的数据集，数据库无法将其与 { $name } 区分。
dataset-id-taken = 该数据集的编号已被使用；请重新发送文件。
no-task-id = 没有找到空闲的任务编号；请在一秒后重试。
cursor-invalid = cursor 无效：请使用先前响应中的 next_cursor。
character = { $field } 中含有无法存储的 '{ $letter }'（{ $point }）：NEURO-LEARN 的数据库是 { $charset }。
charsets = NEURO-LEARN 的表是 { $names }：含其他字符的名称会被拒绝，失败信息会丢失这些字符。

# 数据库的地址。
url-scheme = SGN_DATABASE_URL 必须以 mysql://、mariadb://、postgres:// 或 sqlite:// 开头。
url-unreadable = 无法解读 SGN_DATABASE_URL；它应形如 mysql://user:password@host:3306/name。
url-relative = SGN_DATABASE_URL 必须以完整路径指明文件：sqlite:///…。
no-postgres-driver = PostgreSQL 所需的驱动未安装；请用 pip install 'nld-sgn[postgres]' 安装。
not-neuro-learn = 缺少表 { $table }，或其列不同，因此这不是 NEURO-LEARN 的数据库，或其自身的迁移尚未运行。

# 迁移。
migration-awaited = 另一个进程迁移数据库的时间过长。
newer = 数据库属于本服务的更新版本：它有迁移 { $has }，而本版本所知的最后一个是 { $knows }。请运行更新的版本，或用该版本的 `sgn migrate --to { $to }` 回退。
no-migration = 没有可前往的迁移 '{ $asked }'；必须是以下之一：{ $names }。
no-way-back-on-sqlite = SQLite 上无法撤销迁移；请恢复升级前复制的文件。
in-use = 有 { $count } 个任务正在训练，例如 { $task }。撤销迁移之前，请结束所有工作进程和服务。
installation-id-invalid = '{ $id }' 不能作为安装的编号；它必须有 3 至 16 个字符：小写字母、数字和连字符。

# 写入的内容。
dataset-too-large = 该数据集的单条语句需要 { $size } MB，而数据库服务器接受 { $most } MB；其 max_allowed_packet 至少应为 { $needed }M。
profile-too-large = 该数据集概况的单条语句需要 { $size } MB，而数据库服务器接受 { $most } MB；其 max_allowed_packet 至少应为 { $needed }M。
result-too-large = 结果的单条语句需要 { $size } MB，而数据库服务器接受 { $most } MB；其 max_allowed_packet 至少应为 { $needed }M。
key-used = 该 Idempotency-Key 已被使用。
