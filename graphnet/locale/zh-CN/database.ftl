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
