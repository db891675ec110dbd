# How text files and workbooks are read. $file is the name of a file or folder, $line the number of
# a line, $column the name of a column, $cell the text of a cell.

# Encodings

encoding-choice = { $encoding }: { $words }
windows-1251 = Windows-1251 (Cyrillic)
windows-1250 = Windows-1250 (Central European)
ask-encoding = The file does not state its encoding. In which encoding do these words make sense?
assumed-encoding = The file is not UTF-8; it was read as { $encoding }.
no-byte-order-mark = The file has no byte order mark; it was read as { $encoding }.
unknown-encoding = encoding is { $encoding }, which is not a known encoding. Examples: { $examples }.
not-in-encoding = { $file } is not valid { $encoding }: line { NUMBER($line, useGrouping: 0) } holds bytes that mean nothing in it. The file is damaged, or save it again as UTF-8 (in Excel: CSV UTF-8).
mixed-encodings = Line { NUMBER($line, useGrouping: 0) } of { $file } is not UTF-8, but line { NUMBER($other, useGrouping: 0) } is: its parts are in several encodings. Save each as UTF-8 before you put them together, or give encoding=gbk if all of it is in that one.
damaged-utf8 = { $file } is UTF-8 except for line { NUMBER($line, useGrouping: 0) }, which holds the byte { $byte }: it is damaged there, or was joined from files in two encodings. Correct that line, or save the file again as UTF-8 (in Excel: CSV UTF-8).
unreadable-encoding = { $file } is not UTF-8, and line { NUMBER($line, useGrouping: 0) } ({ $bytes }) makes sense in no other known encoding. Save it again as UTF-8 (in Excel: CSV UTF-8).
zero-bytes = { $file } holds zero bytes: it is not text, or it is damaged.

# Tables

no-text = { $file } holds no table: it has no line with text.
no-column-names = { $file } has no header: its first line names no column.
title-above-header = The first line of { $file } holds only { $text }, above { $count } columns. Delete what stands above the header, or name the columns.
title-line = The first line of { $file } ({ $text }) is a single cell, but line { NUMBER($line, useGrouping: 0) } has { $cells } cells. Delete what stands above the header.
numbers-in-header = { $file } has no header: its first line holds numbers ({ $numbers }). Add a line with the column names above it.
numbered-columns = Row 2 only numbers the { $count } columns. Delete it.
second-header = Row 2 holds words where numbers follow ({ $words }). Keep one header line, with a name for each column such as GMV_1 or GMV_Precentral_L; units and other words do not belong into it.
lines-of-names = { $file } has { $count } lines of names, which were read as one, such as { $name }.
ragged-row = Line { NUMBER($line, useGrouping: 0) } of { $file } has { $cells } cells, but the header has { $names } names, separated by { $separator ->
    [tab] tabs
    [semicolon] semicolons
    [bar] vertical bars
    [comma] commas
    [blank] spaces
   *[other] separators
}. Look for a missing or extra separator in that line; { $separator ->
    [comma] text with commas and numbers with decimal commas
   *[other] text with separators
} must be quoted.
no-rows = { $file } has no row below its header.
too-many-cells = { $file } has more than { $limit } cells, which is the limit.
too-many-cells-in-line = Line { NUMBER($line, useGrouping: 0) } has more than { $limit } cells, which is the limit.
unbalanced-quotes = Line { NUMBER($line, useGrouping: 0) } cannot be split into cells ({ $error }). Check its quotation marks.
empty-rows = { $count ->
    [one] 1 empty row was skipped.
   *[other] { $count } empty rows were skipped.
}
hidden-rows = { $count ->
    [one] 1 row of the sheet { $sheet } is hidden, as by a filter. It was read like the others; delete it from the workbook if it is to be left out.
   *[other] { $count } rows of the sheet { $sheet } are hidden, as by a filter. They were read like the others; delete them from the workbook if they are to be left out.
}
hidden-columns = The sheet { $sheet } has hidden columns, which were read like the others: { $columns }.
comment-lines = { $count ->
    [one] 1 comment line was skipped.
   *[other] { $count } comment lines were skipped.
}
ruler-lines = { $count ->
    [one] 1 line of dashes was passed over.
   *[other] { $count } lines of dashes were passed over.
}
repeated-headers = { $count ->
    [one] 1 row repeats the header and was passed over.
   *[other] { $count } rows repeat the header and were passed over.
}
header-mark = The # at the start of the header was ignored.
numbered-rows = The rows are numbered before the first named column, as R does.
named-rows = The first cell of each row has no name in the header; the column was named { $column }.

# Numbers without a header

edge-list = { $file } has no header: it looks like the list of edges of one brain (region, region, weight). Give a table whose first line names the columns, with an ID and a class for each subject, and beside it one file per subject in a folder, each a matrix of regions by regions.
flat-matrices = { $file } has no header: it looks like one matrix of { $regions } x { $regions } regions per line, as in HCP's netmats, without IDs and classes. Give a table whose first line names the columns, with an ID and a class for each subject.
flat-triangles = { $file } has no header: it looks like one triangle of { $regions } x { $regions } regions per line{ $after_class ->
    [true] , after a class
   *[false] {""}
}, as in UK Biobank, without IDs. Give a table whose first line names the columns, with an ID and a class for each subject.
no-header = { $file } has no header: its first line holds { $count } numbers. Give a table whose first line names the columns, with an ID and a class for each subject.

# Decimal marks and thousands separators

ask-comma = { $column } holds { $cell }: does the comma separate thousands, or is it the decimal mark?
ask-point = { $column } holds { $cell }: is the point the decimal mark, or does it separate thousands?
as-thousands = thousands separator: { $number }
as-decimal = decimal mark: { $number }
mixed-marks = { $column } holds { $comma } with a decimal comma and { $point } with a decimal point. Write all its numbers with one of them.
decimal-commas = Commas were read as decimal marks in { $columns }.
thousands-separators = Thousands separators were removed in { $columns }.
decimal-commas-in-files = Commas were read as decimal marks in the files of { $file }.
thousands-separators-in-files = Commas were read as thousands separators in the files of { $file }.
mixed-marks-in-file = { $file } holds numbers with decimal commas and with decimal points. Use one of them.

# Files of numbers

no-data-lines = { $file } holds no numbers: it has no line of data.
percent = Line { $line } of { $file } holds percentages ({ $cell }), not numbers. Save the values without the percent sign, such as 0.453 for 45.3 %.
footer-lines = { $count ->
    [one] A line that a database printed below the table was passed over.
   *[other] { $count } lines that a database printed below the table were passed over.
}
matrices-below = { $file } holds { $count } square matrices below each other. Give one file per matrix.
several-arrays = { $file } holds several arrays of Octave ({ $names }). Save one array per file.
only-row-names = { $file } holds no numbers beside the names of its rows.
comments-ignored = Comment lines that start with # were ignored.
broken-quotes = Line { NUMBER($line, useGrouping: 0) } of { $file } has unbalanced quotation marks ({ $error }).
uneven-lines = Line { NUMBER($line, useGrouping: 0) } of { $file } has { $cells } cells, but line { NUMBER($first_line, useGrouping: 0) } has { $first_cells }.
header-width = The header of { $file } names { $names } columns, but its rows have { $cells } cells.
not-a-number = Line { NUMBER($line, useGrouping: 0) } of { $file } holds { $cell } under { $column }, which is not a number.
unnamed-column = column { NUMBER($number, useGrouping: 0) }
ask-trailing = Each line of { $file } ends with a separator. Is there a last region without values?
trailing-none = no, { $count } regions
trailing-region = yes, { $count } regions, the last one missing
ask-comment = A line before the numbers of { $file } reads { $text }. Does it name the columns?
is-comment = it is a comment
ask-header = The first line of { $file } is { $numbers }. Does it name the columns, or does it hold values?
names-columns = it names the columns
holds-values = it holds values
ascending-names = The first line holds ascending whole numbers; it was read as names, not as values.
text-columns = { $columns } hold text and were ignored.
first-text-columns = The first { $count } columns hold text and were ignored.
text-among-numbers = Line { NUMBER($line, useGrouping: 0) } of { $file } holds { $cell } in column { NUMBER($column, useGrouping: 0) }, where other lines hold numbers ({ $number }).
row-numbers = The first column numbers the rows; it was not read as a region.
unnamed-numbers = { $file } holds numbers in a first column that has no name. Name it, or delete it.
time-column = The column { $column } counts time; it was not read as a region.
ask-index = The first column of { $file } begins with { $numbers }: does it number the rows, or is it a region?
numbers-rows = it numbers the rows
is-region = it is a region

# Workbooks

damaged-workbook = { $file } is a workbook (Excel or OpenDocument) that is damaged or truncated.
binary-workbook = { $file } is a binary workbook (.xlsb). Save it as .xlsx.
no-table = { $file } is a workbook without a visible sheet that holds a table.
ask-sheet = { $file } has several sheets: { $sheets }. Which one holds the subjects? IDs, classes and measures must all be on it, or on sheets with the same ids.
sheet-choice = { $count ->
    [one] 1 row, starting with { $columns }
   *[other] { $count } rows, starting with { $columns }
}
as-shown = { $column } was read as the workbook shows it, such as { $shown } where the cell holds { $number }.
dates-as-ids = { $count ->
    [one] 1 cell of { $column } is a date, read as { $date }: spreadsheets make dates of ids such as 1-2.
   *[other] { $count } cells of { $column } are dates, read as { $date } and so on: spreadsheets make dates of ids such as 1-2.
}
ask-sheets-of-subjects = { $file } has several sheets with the same subjects: { $sheets }. Are they to be joined, or is one of them to be read alone?
sheets-joined = { $sheets } joined by the subjects' ids
sheets-not-joined = { $file } has several sheets, which cannot be joined by the subjects' ids. Give one with sheet=NAME.
no-part-on-sheet = it has no column of the subjects' ids, or other subjects
ask-sheets-alike = { $file } has { $count } sheets with the same columns and different subjects: { $alike }. Are they to be read together, and what do their names say?
not-on-all-sheets = not on all sheets that were read together
sheets-together = { $way ->
    [all-by-class] all { $count } rows; the name of the sheet is the class
    [all-by-site] all { $count } rows; the name of the sheet is the site
   *[other] all { $count } rows; the name of the sheet says nothing
}
hidden-sheet = it is hidden, or not a worksheet
no-table-on-sheet = it does not hold a table of at least two rows and two columns
no-number-on-sheet = it holds no number
no-rows-on-sheet = The sheet { $sheet } of { $file } has no row below its header.
merged-cells = The sheet { $sheet } of { $file } has merged cells ({ $cells }), of which only the first holds a value. Split them and fill in every cell.
formulas-without-results = The sheet { $sheet } of { $file } has formulas without results ({ $cells }). Open it in a spreadsheet program and save it again.
second-row-of-names = The sheet { $sheet } of { $file } has a second row of names above its header ({ $words }). Use one header row, with a name for each column such as GMV_1.
rows-above-header = Rows above the header were skipped: { $titles }.
too-many-digits = { $column } in { $file } holds numbers of more than 15 digits, of which a workbook keeps only 15. Enter them as text, or save the table as CSV.
sheet = sheet { $name }
