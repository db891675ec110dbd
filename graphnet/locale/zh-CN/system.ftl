# 操作系统拒绝的原因。

no-such-file = 没有该文件或文件夹
permission-denied = 没有权限
not-permitted = 不允许该操作
is-directory = 这是一个文件夹
not-directory = 这不是文件夹
file-exists = 文件已存在
no-space = 磁盘空间不足
read-only = 文件系统是只读的
name-too-long = 文件名过长
input-output = 读写错误
address-in-use = 地址已被占用
no-such-address = 没有该地址
connection-refused = 连接被拒绝
connection-reset = 连接被对方重置
network-unreachable = 网络不可达
no-route = 无法到达主机
