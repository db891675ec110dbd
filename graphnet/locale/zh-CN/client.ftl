# Python 客户端的错误，命令行也会显示。

silent = { $url } 没有响应（{ $reason }）：请用 'sgn up' 启动服务，或用 --url 或 SGN_URL 指定正在运行的服务的地址。
too-late = { $url } 没有及时响应；请求仍可能被执行。
cut-off = 与 { $url } 的连接中断（{ $reason }）；请求仍可能被执行。
other-server = 在 { $address } 响应的服务器（状态 { $status }）不是本服务：请检查 { $url } 是否为其地址。
not-an-address = { $url } 不是服务的地址；地址必须以 http:// 或 https:// 开头。
refused = 服务拒绝了请求，错误编号 { $number }。
token-unreadable = 无法读取 SGN_TOKEN_FILE 指定的文件：{ $path }。

# 为笔记本启动的服务。
no-address-file = 在 { $folder } 中运行的服务没有给出地址；请先停止它。
not-started = 服务未能在 { $folder } 中启动：{ $reason }
see-log = 请查看 { $file }。

# 任务与文件。
not-ended = { $task } 在 { $seconds } 秒内没有结束；它仍在继续。
event-not-json = 服务的一个事件不是 JSON。
event-not-object = 服务的一个事件不是 JSON 对象。
name-not-text = { $folder } 中有一个文件的名称无法发送：{ $name }；请重命名。
storage-away = 无法从此处连接 { $host } 的存储（{ $reason }）。
storage-refuses = { $host } 的存储不接受该文件（状态 { $status }）。
file-shorter = { $file } 在发送过程中变短了；请重新发送。
