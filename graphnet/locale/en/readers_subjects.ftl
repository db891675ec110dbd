# Who the subjects of a file are: ids, classes, covariates, and the table of a folder. $file is the
# name of a file or folder, $table the name of the table in a folder, $column the name of a column.

of-file = { $file }: { $detail }

# Ids

same-id = { $file } has the ids { $ids }, which are the same without 'sub-'. Write each subject in one way.
ids-differ-in-zeros = { $file } has the ids { $ids }, which differ only in leading zeros; they were read as different subjects.
classes-coded-by-site = { $column } of { $file } holds 1 and 2 at site { $one }, but 0 and 1 at site { $other }, so that a number does not mean the same class everywhere. Code the classes alike, best in words.
ask-words-of-sites = In { $column } each site has a word of its own for patients: { $names }. Are these one class?
one-class = one class: the same in other words
several-classes = { $count } classes: different groups
classes-in-two-ways = { $column } of { $file } holds words ({ $words }) and numbers ({ $numbers }), and nothing says what the numbers mean. Write the classes alike in all rows.
id-in-two-classes = { $file } has rows with the same id in different classes: { $ids }. Give each subject its own id, or correct the class; of somebody whose diagnosis changed, keep the rows of one class.
id-with-classes = { $id } ({ $classes })
repeated-ids = { $count ->
    [one] 1 id of { $file } is on more than one row ({ $ids }; up to { $rows } rows): these rows are scans of one subject and stay in one fold.
   *[other] { $count } ids of { $file } are on more than one row ({ $ids }; up to { $rows } rows): these rows are scans of one subject and stay in one fold.
}
summary-rows = { $file } has rows that summarise others, as their ids say: { $ids }. Delete them.
shortened-ids = { $file } has ids such as { $id }, of which a spreadsheet dropped digits. Format that column as text or whole numbers, and save the file again.
without-point-zero = { $column }: whole numbers were read without their .0 ({ $example }).
one-spelling = { $count ->
    [one] { $column }: { $spellings } was read as { $common }.
   *[other] { $column }: { $spellings } were read as { $common }.
}
missing-word = { $count ->
    [one] { $column }: { $code } stands for a missing value (1 row).
   *[other] { $column }: { $code } stands for a missing value ({ $count } rows).
}

# Classes

ask-missing-class = { $count ->
    [one] { $column } holds { $code } in 1 row beside { $beside }. Does { $code } stand for a missing class?
   *[other] { $column } holds { $code } in { $count } rows beside { $beside }. Does { $code } stand for a missing class?
}
other-words = other words
other-class-numbers = other class numbers
code-is-missing-class = { $code } is a missing class
code-is-class = { $code } is a class of its own
missing-class = { $count ->
    [one] { $column }: { $code } stands for a missing class (1 row).
   *[other] { $column }: { $code } stands for a missing class ({ $count } rows).
}
coded-as-abide = { $column } is coded as in ABIDE: 1 is autism (class 1), 2 is control (class 0).
ask-positive = { $column } holds { $first } and { $second }. Which one is the positive class (patients)?
positive-and-control = { $positive } is class 1, { $control } class 0
ask-control = { $column } holds { $values }. Which one is the control class (0)? If { $column } holds no classes, give class=none instead.
is-class-0 = { $value } is class 0
is-class-1 = { $value } is class 1
is-control = { $value } is the control class 0
is-class = { $value } is class { NUMBER($number, useGrouping: 0) }
ask-only-class = { $column } holds only { $value }. Is { $value } the positive class (patients)?
classes = Classes of { $column }: { $classes }.
not-classes = { $column } does not hold classes: it holds { $values }. A class is a whole number (0 control, 1 patient) or one of at most { $limit } words; name the right column with class=COLUMN.

# Covariates

empty-column = it is empty
class-again = each of its values occurs in one class only: it says the class again
tells-the-class = { $column } tells every subject's class: each of its { $count } values occurs in one class only. It stays a covariate; if it is the class under another name, leave it out with covariates.
numbers-tell-the-class = { $kind ->
    [presence] { $column } is known in one class only, so that having a value tells the class.
   *[range] { $column } tells every subject's class: the values of the two classes do not overlap.
} It stays a covariate; if only patients can have it, leave it out with covariates.
years-of-dicom = { $column } holds ages as DICOM writes them ({ $cell }); they were read as years.
only-in-first-rows = { $column } of { $file } has { $values } once each and nothing in { $count } rows, as merged cells become. Fill it in on every row.
ask-scans = { $ids } of { $file } may be two scans of one subject{ $count ->
    [one] { "" }
   *[other] { "" }, and so on for { $count } subjects
}. Are they?
scans-together = they are scans of { $id }: the rows of a subject have one id, such as { $id }, and stay in one fold
scans-apart = they are different subjects, who may be in training and in test
scans-read-together = { $ids } of { $file } were read as scans of { $id }{ $count ->
    [one] { "" }
   *[other] { "" }, and so on for { $count } subjects
}: their rows have one id and stay in one fold.
ids-of-occasions = { $ids } of { $file } may be one subject at two visits or runs{ $count ->
    [one] { "" }
   *[other] { "" }, and so on for { $count } subjects
}: then both training and test may hold the subject. Give all rows of a subject one id, such as { $id }.
rows-lack-id = { $count ->
    [one] Row { $rows } of { $file } has no id; it is read as a subject.
   *[other] { $count } rows of { $file } have no id ({ $rows }); each is read as a subject.
}
not-alike-at-sites = its codes or its unit differ between sites
nameless = nobody can say what it holds; to use it, give it a name
constant-column = it is { $value } in every row
constant-where-given = it is { $value } in { $count } of { $rows } rows and missing in the others
dates = it holds dates
free-text = it is text with { $count } different values
not-in-mapping = it is not among the covariates of the mapping
no-such-covariate = covariates names { $columns }, which { $file } does not have as columns that could be covariates.
ask-words = { $count ->
    [one] { $column } holds { $words } in { $rows ->
        [one] 1 row
       *[other] { $rows } rows
    } among numbers ({ $numbers }). Does it stand for a missing value?
   *[other] { $column } holds { $words } in { $rows } rows among numbers ({ $numbers }). Do they stand for a missing value?
}
words-are-missing = { $words }: a missing value; { $column } holds numbers
words-are-text = { $words }: a value; { $column } is text

# The table of a folder

no-table = { $others ->
    [0] { $file } has no table (CSV, TSV or a workbook) with a column of the subjects' ids (ID or participant_id) and a column of their class (LABEL or group). Add one, or put the files into a folder per class, such as controls and patients. To predict new subjects, a table of their ids alone is enough.
   *[other] { $file } has no table (CSV, TSV or a workbook) with a column of the subjects' ids (ID or participant_id) and a column of their class (LABEL or group). Besides files of subjects it has { $kinds }. Add a table, or put the files into a folder per class, such as controls and patients. To predict new subjects, a table of their ids alone is enough.
}
classes-by-folders = { $file } has no table of subjects: its folders { $folders } were read as the classes, and the names of files as the ids of { $count } subjects, such as { $id }.
classes-of-folders = The table of subjects has no column of classes; the folders { $folders } were read as the classes.
folders-contradict = { $file } has files in the folder { $folder } of { $count ->
    [one] a subject
   *[other] { $count } subjects
} whose { $column } is { $value }: folders and table contradict each other on who is a control. Correct one of them.
id-in-two-folders = { $file } has files of { $id } in the folders { $folders }, which are classes. Give each subject its own id, or add a table with the columns ID and LABEL.
folders-of-a-split = { $file } has no table of subjects, and folders of a split: { $folders }. Give each of them as a dataset of its own.
folders-not-used = folders above or below those of the classes; if they are sites, add a table with the columns ID, LABEL and SITE
ask-table = { $file } has { $count } tables of its subjects. Which one is to be used?
ask-table-differing = { $file } has { $count } tables of its subjects, which give some subjects different classes: { $differences }. Which one is to be used?
ask-table-sharing = { $file } has { $count } tables of its subjects. Tables with the same columns are read as one only if each subject is in one of them, but { $shared }. Which one is to be used?
subjects-of-both = { $table } and { $other } both have { $count ->
    [one] { $subjects }
   *[other] { $count } subjects ({ $subjects })
}
classes-of-tables = { $table } and { $other } differ for { $count } of { $total } subjects ({ $subjects })
tables-differ = { $column } differs between { $table } and { $other } for { $count } of the { $total } subjects in both ({ $subjects }); the values of { $table } are used.
column-of-table = { $column } was taken from { $table }.
class-of-another-table = it gives classes too; those of { $table } were used
table-choice = { $count ->
    [one] { $table }, 1 row
   *[other] { $table }, { $count } rows
}
another-table-used = { $table } was used as the table of subjects
names-say-nothing = their names do not say what they hold
table-too-large = { $table } is larger than { $megabytes } MB.
no-such-table = { $table } is not the table that its name says (Stata, SPSS, Parquet or Arrow). Save it again, or as CSV.
table-without-header = The table { $table } has no header: its first line holds { $cell }, which names a file. Add a first line with names, such as ID and LABEL.
rows-of-session = the rows of { $column } { $session } were used, as the files are of that session
first-rows = a subject has a row per session ({ $column }); the first was used, as the files say no session
differs-by-session = differs between a subject's sessions, and the files say no session
listed-twice = { $file } lists { $subjects } more than once in its table { $table }. Keep one row per subject; several sessions go into tables or folders of their own.
rows-without-id = { $count } of { $total } rows of { $table } have no id in { $column }; they were left out.
ask-id-column = { $table } has several columns that name the files of the subjects, each in a different order. Which one holds the ids?
ask-numbers = { $file } has files of { $names }, and { $table } lists { $subjects }: no id is the same, but each number is, once. Are they the same { $count ->
    [one] subject
   *[other] { $count } subjects
}?
same-numbers = yes: { $name } is { $subject }, and so on
other-numbers = no, others
files-not-listed = { $file } has files of { $subjects }, whom its table { $table } does not list (it has { $listed }).
unlisted-files = { $file } has files { $files }, named like those of the subjects, but its table { $table } lists no such ids. Add the subjects, or remove the files.
no-id-in-names = no id of { $table } is in their names
no-file-for-subjects = { $wanted ->
    [any] { $file } has no file for { $subjects }, listed in its table { $table }. Delete these rows of the table, or add the files.
   *[other] { $file } has no file of { $wanted } for { $subjects }, listed in its table { $table }. Delete these rows of the table, or add the files.
}
measures-of-other-regions = { $table } has measures of { $count } regions, the files of { $regions }
measures-read-too = { $table } has measures ({ $measures }) of the same regions; they were read too.
measures-in-order = { $table } has measures ({ $measures }) of { $count } numbered regions; they were taken in the order of the files' regions.
no-measurements = { $count ->
    [0] { $file } has no file with measurements of the subjects of { $table } ({ $column }: { $ids }), and nothing else that could be used.
   *[other] { $file } has no file with measurements of the subjects of { $table } ({ $column }: { $ids }); besides it has { $others }.
}
unpack-zip = Unpack the ZIP files inside it.
save-each-as-text = Files of one subject each are not read in the format { $endings }: save each as CSV or TSV (a row per time point, or a matrix), .npy or .mat, under the same name.
left-alone = { $what }: { $reason }.
known-files = Known files: { $known }, or any table of numbers with the subject's id in its name.
several-tables = { $file } has several tables and no file per subject. Give one table at a time.
one-table = { $file } holds one table, { $table }, which was read.
unnamed-column = a column without a name
