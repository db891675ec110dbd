# 文本文件和工作簿的读取。$file 为文件或文件夹名，$line 为行号，$column 为列名，$cell 为单元格内容。

# 编码

encoding-choice = { $encoding }：{ $words }
windows-1251 = Windows-1251（西里尔字母）
windows-1250 = Windows-1250（中欧）
ask-encoding = 文件没有注明编码。用哪种编码读出来的文字才正确？
assumed-encoding = 文件不是 UTF-8 编码，已按 { $encoding } 读取。
no-byte-order-mark = 文件没有字节顺序标记（BOM），已按 { $encoding } 读取。
unknown-encoding = encoding 的值为 { $encoding }，不是已知的编码。可用的例子：{ $examples }。
not-in-encoding = { $file } 不是有效的 { $encoding }：第 { NUMBER($line, useGrouping: 0) } 行含有该编码中无意义的字节。文件可能已损坏；否则请另存为 UTF-8（在 Excel 中选“CSV UTF-8”）。
mixed-encodings = { $file } 的第 { NUMBER($line, useGrouping: 0) } 行不是 UTF-8，而第 { NUMBER($other, useGrouping: 0) } 行是：文件的各部分编码不同。请先将各部分另存为 UTF-8 再合并；若全部为同一编码，请给出 encoding=gbk。
damaged-utf8 = { $file } 是 UTF-8 编码，但第 { NUMBER($line, useGrouping: 0) } 行含有字节 { $byte }：该处已损坏，或文件由两种编码的文件拼接而成。请修正该行，或将文件另存为 UTF-8（在 Excel 中选“CSV UTF-8”）。
unreadable-encoding = { $file } 不是 UTF-8 编码，第 { NUMBER($line, useGrouping: 0) } 行（{ $bytes }）用其他已知编码也无法读出。请另存为 UTF-8（在 Excel 中选“CSV UTF-8”）。
zero-bytes = { $file } 含有值为零的字节：它不是文本，或者已损坏。

# 表格

no-text = { $file } 中没有表格：没有任何一行含有文字。
no-column-names = { $file } 没有表头：第一行没有列名。
title-above-header = { $file } 的第一行只有 { $text }，而下面有 { $count } 列。请删除表头上方的内容，或为各列命名。
title-line = { $file } 的第一行（{ $text }）只有一个单元格，而第 { NUMBER($line, useGrouping: 0) } 行有 { $cells } 个单元格。请删除表头上方的内容。
numbers-in-header = { $file } 没有表头：第一行是数字（{ $numbers }）。请在其上方加一行列名。
numbered-columns = 第 2 行只是 { $count } 列的编号。请删除该行。
second-header = 第 2 行是文字，而其下是数字（{ $words }）。请只保留一行表头，每列一个名称，例如 GMV_1 或 GMV_Precentral_L；单位等文字不应出现在其中。
lines-of-names = { $file } 有 { $count } 行列名，已合并为一行读取，例如 { $name }。
ragged-row = { $file } 第 { NUMBER($line, useGrouping: 0) } 行有 { $cells } 个单元格，而表头有 { $names } 个列名（以{ $separator ->
    [tab] 制表符
    [semicolon] 分号
    [bar] 竖线
    [comma] 逗号
    [blank] 空格
   *[other] 分隔符
}分隔）。请检查该行是否多了或少了分隔符；{ $separator ->
    [comma] 含有逗号的文字和使用小数逗号的数字
   *[other] 含有分隔符的文字
}必须加引号。
no-rows = { $file } 的表头下方没有数据行。
too-many-cells = { $file } 的单元格数超过上限 { $limit }。
too-many-cells-in-line = 第 { NUMBER($line, useGrouping: 0) } 行的单元格数超过上限 { $limit }。
unbalanced-quotes = 第 { NUMBER($line, useGrouping: 0) } 行无法拆分为单元格（{ $error }）。请检查引号。
empty-rows = 跳过了 { $count } 个空行。
hidden-rows = 工作表 { $sheet } 中有 { $count } 行被隐藏（例如被筛选）。它们与其他行一样被读取；如应排除，请从工作簿中删除。
hidden-columns = 工作表 { $sheet } 中有隐藏的列，它们与其他列一样被读取：{ $columns }。
comment-lines = 跳过了 { $count } 行注释。
ruler-lines = 跳过了 { $count } 行由横线组成的分隔行。
repeated-headers = 跳过了 { $count } 行重复的表头。
header-mark = 忽略了表头开头的 #。
numbered-rows = 第一个有名称的列之前是行号，与 R 输出的格式相同。
named-rows = 每行的第一个单元格在表头中没有名称；该列已命名为 { $column }。

# 没有表头的数字

edge-list = { $file } 没有表头：看起来是单个大脑的边列表（脑区、脑区、权重）。请提供第一行为列名、每名受试者都有 ID 和类别的表格，并在文件夹中为每名受试者提供一个“脑区 × 脑区”的矩阵文件。
flat-matrices = { $file } 没有表头：看起来每行是一个 { $regions } x { $regions } 的脑区矩阵（如 HCP 的 netmats），没有 ID 和类别。请提供第一行为列名、每名受试者都有 ID 和类别的表格。
flat-triangles = { $file } 没有表头：看起来每行{ $after_class ->
    [true] 在类别之后
   *[false] {""}
}是一个 { $regions } x { $regions } 脑区矩阵的三角（如 UK Biobank），没有 ID。请提供第一行为列名、每名受试者都有 ID 和类别的表格。
no-header = { $file } 没有表头：第一行是 { $count } 个数字。请提供第一行为列名、每名受试者都有 ID 和类别的表格。

# 小数点与千位分隔符

ask-comma = { $column } 中有 { $cell }：其中的逗号是千位分隔符，还是小数点？
ask-point = { $column } 中有 { $cell }：其中的点是小数点，还是千位分隔符？
as-thousands = 千位分隔符：{ $number }
as-decimal = 小数点：{ $number }
mixed-marks = { $column } 中既有以逗号为小数点的 { $comma }，又有以点为小数点的 { $point }。请统一该列的写法。
decimal-commas = { $columns } 中的逗号按小数点读取。
thousands-separators = 去掉了 { $columns } 中的千位分隔符。
decimal-commas-in-files = { $file } 各文件中的逗号按小数点读取。
thousands-separators-in-files = { $file } 各文件中的逗号按千位分隔符读取。
mixed-marks-in-file = { $file } 中的数字既有以逗号为小数点的，又有以点为小数点的。请只用其中一种。

# 数字文件

no-data-lines = { $file } 中没有数字：没有任何数据行。
percent = { $file } 第 { $line } 行为百分数（{ $cell }），而不是数字。请保存不带百分号的数值，例如将 45.3 % 保存为 0.453。
footer-lines = 已略过数据库在表格下方输出的 { $count } 行。
matrices-below = { $file } 中上下排列着 { $count } 个方阵。请每个矩阵提供一个文件。
several-arrays = { $file } 中有多个 Octave 数组（{ $names }）。请每个文件只保存一个数组。
only-row-names = { $file } 中除行名外没有数字。
comments-ignored = 忽略了以 # 开头的注释行。
broken-quotes = { $file } 第 { NUMBER($line, useGrouping: 0) } 行的引号不成对（{ $error }）。
uneven-lines = { $file } 第 { NUMBER($line, useGrouping: 0) } 行有 { $cells } 个单元格，而第 { NUMBER($first_line, useGrouping: 0) } 行有 { $first_cells } 个。
header-width = { $file } 的表头有 { $names } 个列名，而各行有 { $cells } 个单元格。
not-a-number = { $file } 第 { NUMBER($line, useGrouping: 0) } 行 { $column } 下的 { $cell } 不是数字。
unnamed-column = 第 { NUMBER($number, useGrouping: 0) } 列
ask-trailing = { $file } 的每一行都以分隔符结尾。最后是否还有一个没有数值的脑区？
trailing-none = 没有，共 { $count } 个脑区
trailing-region = 有，共 { $count } 个脑区，最后一个缺失
ask-comment = { $file } 的数字之前有一行 { $text }。它是列名吗？
is-comment = 它是注释
ask-header = { $file } 的第一行是 { $numbers }。它是列名，还是数值？
names-columns = 它是列名
holds-values = 它是数值
ascending-names = 第一行是递增的整数；已作为名称而不是数值读取。
text-columns = { $columns } 是文字列，已忽略。
first-text-columns = 前 { $count } 列是文字，已忽略。
text-among-numbers = { $file } 第 { NUMBER($line, useGrouping: 0) } 行第 { NUMBER($column, useGrouping: 0) } 列是 { $cell }，而其他行的该列是数字（{ $number }）。
row-numbers = 第一列是行号，没有作为脑区读取。
unnamed-numbers = { $file } 的第一列是数字，但没有列名。请为它命名，或将其删除。
time-column = { $column } 列是时间，没有作为脑区读取。
ask-index = { $file } 的第一列以 { $numbers } 开头：它是行号，还是一个脑区？
numbers-rows = 它是行号
is-region = 它是一个脑区

# 工作簿

damaged-workbook = { $file } 是工作簿（Excel 或 OpenDocument），但已损坏或不完整。
binary-workbook = { $file } 是二进制工作簿（.xlsb）。请另存为 .xlsx。
no-table = { $file } 是工作簿，但可见的工作表中没有表格。
ask-sheet = { $file } 有多个工作表：{ $sheets }。哪一个是受试者的表？ID、类别和指标必须都在其中，或在 ID 相同的各工作表中。
sheet-choice = { $count } 行，列名以 { $columns } 开头
as-shown = { $column } 按工作簿显示的内容读取，例如单元格中为 { $number }，显示为 { $shown }。
dates-as-ids = { $column } 中有 { $count } 个单元格是日期，按 { $date } 这样读取：电子表格会把 1-2 这样的 ID 变成日期。
ask-sheets-of-subjects = { $file } 有多个工作表包含相同的受试者：{ $sheets }。是按 ID 合并，还是只读取其中一个？
sheets-joined = 按受试者 ID 合并 { $sheets }
sheets-not-joined = { $file } 有多个工作表，无法按受试者 ID 合并。请用 sheet=工作表名 指定其中一个。
no-part-on-sheet = 没有受试者 ID 列，或受试者不同
ask-sheets-alike = { $file } 有 { $count } 个列相同、受试者不同的工作表：{ $alike }。是否合并读取？工作表的名称表示什么？
not-on-all-sheets = 并非所有一起读取的工作表都有此列
sheets-together = { $way ->
    [all-by-class] 全部 { $count } 行；工作表名称是类别
    [all-by-site] 全部 { $count } 行；工作表名称是站点
   *[other] 全部 { $count } 行；工作表名称没有含义
}
hidden-sheet = 它是隐藏的，或者不是普通工作表
no-table-on-sheet = 其中没有至少两行两列的表格
no-number-on-sheet = 其中没有数字
no-rows-on-sheet = { $file } 的工作表 { $sheet } 的表头下方没有数据行。
merged-cells = { $file } 的工作表 { $sheet } 中有合并单元格（{ $cells }），其中只有第一个单元格有值。请取消合并，并填写每个单元格。
formulas-without-results = { $file } 的工作表 { $sheet } 中有未保存计算结果的公式（{ $cells }）。请用电子表格软件打开并重新保存。
second-row-of-names = { $file } 的工作表 { $sheet } 在表头上方还有一行名称（{ $words }）。请只用一行表头，每列一个名称，例如 GMV_1。
rows-above-header = 跳过了表头上方的行：{ $titles }。
too-many-digits = { $file } 的 { $column } 列含有超过 15 位的数字，而工作簿只保留 15 位。请以文本形式输入，或将表格存为 CSV。
sheet = 工作表 { $name }
