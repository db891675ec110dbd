# 两个文件之间受试者 ID 的对应。$one 和 $other 为一个例子。

without-prefix = { $count } 个 ID 去掉“sub-”和空格后相同（{ $one } 与 { $other }）。
without-zeros = { $count } 个 ID 去掉前导零后相同（{ $one } 与 { $other }）。
without-word = { $count } 个 ID 去掉数字前的单词后相同（{ $one } 与 { $other }）。
without-decimals = { $count } 个 ID 去掉小数部分后相同（{ $one } 与 { $other }）。
without-capitals = { $count } 个 ID 忽略大小写后相同（{ $one } 与 { $other }）。
without-folders = { $count } 个 ID 去掉文件夹部分后相同（{ $one } 与 { $other }）。
without-entities = { $count } 个 ID 去掉 BIDS 写在受试者之后的部分后相同（{ $one } 与 { $other }）。
collide = 无法区分 ID { $ids }。请统一写法。
