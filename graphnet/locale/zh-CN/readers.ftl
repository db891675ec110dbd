# 数据文件的读取：需要确认的问题、采用的假设、拒绝的原因。
# $file 为文件或文件夹名，$key 为回答的键（“class”“missing.Age”等）。

answer-not-a-choice = { $key } 的值为 { $answer }，不在可选答案之内：{ $choices }。
answer-not-asked = 给出了 { $keys } 的回答，但 { $file } 并不需要；请删去。
correlated-here = 由时间序列在此计算得到
empty = { $file } 是空文件。
unknown-kind = 无法识别 { $file } 的类型。{ $advice }
zip-in-packed = { $file } 是压缩文件，其中又有 ZIP 文件；请先解压一次。
