# 存储库：出了什么问题，以及应如何处理。每个问题旁边都有处理办法。

object-missing = 存储库中没有任务 { $task } 的 { $name }。
object-too-large = 对象 { $address } 有 { $size } 字节，超过此存储库的上限（{ $most }）。
object-changed = 存储库 { $place } 返回的字节与当初存入的不符。
object-stored-changed = 存储库 { $place } 存下的 { $object } 与交给它的字节不符。
task-id-invalid = 任务编号 '{ $task }' 不能用作存储对象的名称。
name-invalid = 名称 '{ $name }' 不能用作存储对象的名称。

# 目录。
directory-absent = 存储库目录 { $path } 不存在。
directory-layout = 存储库目录 { $path } 的结构不是存储库的结构，因为应为文件夹之处是文件，或应为文件之处是文件夹。
directory-forbidden = 本进程不能使用存储库目录 { $path }。
directory-read-only = 存储库目录 { $path } 所在的磁盘以只读方式挂载。
directory-unusable = 无法使用存储库目录 { $path }（{ $reason }）。

# 目录或存储桶。
full = 存储库 { $place } 已满。

# 存储桶。
read-only = 存储库 { $place } 是只读的。
credentials-refused = 存储库 { $place } 拒绝了我们的凭据。
writing-refused = 存储库 { $place } 不允许写入。
writing-fails = 存储库 { $place } 有响应，但不写入（错误 '{ $error }'）。
no-credentials = 存储库 { $place } 需要凭据，但未找到凭据。
not-trusted = 存储库 { $place } 没有本机信任的加密连接。
silent = 存储库 { $place } 没有响应。
no-answer-in-time = 存储库在 { $seconds } 秒内没有响应。
unusable = 无法使用存储库 { $place }。
no-bucket = 存储库 { $place } 没有这个存储桶。
answered-with-error = 存储库 { $place } 返回了错误 '{ $error }'。

# SGN_REGISTRY_URL 和 SGN_S3_ENDPOINT_URL。
url-unreadable = 存储库 URL '{ $url }' 不是 URL。
url-with-query = 存储库 URL '{ $url }' 含有 '?' 或 '#'。
url-unknown = 存储库 URL '{ $url }' 既不以 file:// 开头，也不以 s3:// 开头。
url-with-credentials = 存储库 URL 在 '@' 之前含有凭据。
url-relative = 存储库 URL '{ $url }' 没有指明绝对路径的文件夹。
bucket-invalid = 存储库 URL '{ $url }' 中的存储桶名 '{ $bucket }' 无效。
prefix-invalid = 存储库 URL '{ $url }' 中的前缀 '{ $prefix }' 无效。
endpoint-unreadable = S3 端点 '{ $url }' 不是 URL。
endpoint-with-credentials = S3 端点在 '@' 之前含有凭据。
endpoint-not-web = S3 端点 '{ $url }' 不是网址。
endpoint-without-host = S3 端点 '{ $url }' 没有可用的主机名。
aws-endpoint-without-host = AWS 设置中的 S3 端点没有可用的主机名。

# 应如何处理。
check-task = 请检查任务编号，以及任务是否已完成。
store-less = 请减少存储的内容，或提高上限。
use-valid-id = 编号由 1 至 32 个字母、数字、'_' 或 '-' 组成。
use-valid-name = 名称由 1 至 100 个小写字母、数字、'_'、'-' 或 '.' 组成，且不以 '.' 开头。
create-directory = 请创建或挂载该目录，或更正存储库 URL。
clear-directory = 请移走不属于存储库的内容，或更正存储库 URL。
check-permissions = 请检查其所有者、权限和挂载。
remount = 请检查磁盘，并以可写方式挂载。
check-disk = 请检查其磁盘。
free-space = 请释放空间，或提高其配额。
make-writable = 请检查其磁盘，并使其恢复写入。
check-credentials = 请检查 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY，以及它们是否有权列出、读取和写入该存储桶。
check-right-to-write = 请检查 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY、它们是否有权写入该存储桶，以及该存储桶是否超出配额。
check-full-or-down = 可能已满，或其中一台服务器停止运行；请检查该存储的日志。
set-credentials = 请设置 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY，或将 AWS_PROFILE 设为 AWS 文件中的一个配置。
check-certificate = 请检查其端点是 http 还是 https、其证书，以及自有证书所需的 AWS_CA_BUNDLE。
check-running = 请检查该存储是否正在运行，以及其端点是否正确。
check-settings = 请检查其端点、AWS_* 变量和 AWS 文件。
create-bucket = 请创建该存储桶，或更正存储库 URL。
check-log = 请检查该存储的日志。
check-log-and-disks = 请检查该存储的日志及其磁盘。
use-valid-url = 请使用 file:///folder 或 s3://bucket/prefix。
use-credential-variables = 请删除凭据，改为设置 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY。
use-absolute-folder = 请使用三个斜杠和完整路径，例如 file:///srv/registry。
use-valid-bucket = 存储桶名由 3 至 63 个小写字母、数字、'-' 或 '.' 组成，例如 s3://sgn-models/site-a。
use-valid-prefix = 前缀的斜杠之间可含字母、数字、'_'、'-'、'=' 和 '.'，例如 s3://sgn-models/site-a。
use-web-address = 请使用网址，例如 http://storage.example.org:9000。

# 如何确知存储的字节没有改变。
kept-by-sha256 = SHA-256，由存储保存并核对
kept-by-md5 = 仅 MD5，因为存储不保存 SHA-256
kept-unknown = 仅 MD5，因为无法向存储询问更多
kept-by-file-system = 仅文件系统
