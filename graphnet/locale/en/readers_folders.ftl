# How folders and packed files were read. $file is the name of a folder or packed file, $example the
# name of one of its files, $subject the id of a subject.

no-regions = not measurements of regions: confounds, motion, p-values, lists of regions

# Packed files

too-many-files = { $file } has more than { $limit } files.
empty-zip = { $file } is a ZIP file with nothing in it.
path-twice = { $file } has { $path } twice.
too-large = { $file } is more than { $megabytes } MB once it is unpacked, which is the limit.
damaged-gzip = { $file } is a gzip file that is damaged or cut short.
damaged-zip = { $file } is a ZIP file that is damaged or cut short.
unusable-name = { $file } has a file whose name cannot be used: { $path }.
leads-out = { $file } has a file that leads out of its folder: { $path }.
link = { $file } has a link, { $path }; put the file itself there.
password = { $file } has a password; make it without one.
unusual-zip = { $file } is packed in an unusual way; make a plain ZIP file.

# What a folder holds

files-by-column = { $count ->
    [one] { $file }: a file belongs to the subject beside whom { $table } names it in { $column }.
   *[other] { $file }: { $count } files belong to the subjects beside whom { $table } names them in { $column }.
}
regions-spelled = { $table } spells its { $count } regions in another way than { $reference }: { $one } was read as { $other }, and so on.
ask-files-by-column = { $table } names the files of { $file } in { $column } for other subjects than the ids in their names say: { $example } is of { $listed } by the column and of { $named } by its name. Which is right?
files-of-column = the column { $column }
files-of-names = the ids in the names of the files
one-brain = { $file } is the connectivity of one brain, as The Virtual Brain stores it (weights, centres, tract_lengths), not a cohort. Give one connectome per subject and a table of the subjects.
nothing-measured = { $file } has no time series, matrices or measures.
measures-differ = { $file } has measures of different regions: { $measures } is not of the { $count } regions of { $first }.
other-regions = its regions are not the { $count } of the connectomes
ask-series-or-matrices = { $file } has time series of { $series } subjects and connectivity matrices of { $matrices }. Which are to be used?
as-series = time series ({ $example })
as-matrices = matrices ({ $example })
series-used = { $file } has time series and connectivity matrices of the same subjects: the time series were used ({ $series }) and correlated; the matrices ({ $matrices }) were not used.
edge-lists = { $file } has files that look like lists of edges ({ $example }: two regions and a value in each row), but not all of them are, or they have fewer edges than regions. Give each as a square matrix, with a row and a column per region.
symmetric-files = The files of { $file } are symmetric; they were read as connectivity matrices.
tables-as-series = { $file } has one table of numbers per subject ({ $example }: { $rows } rows, { $columns } columns); they were read as time series.
ask-kind = { $file } has one file per subject whose name does not say what it holds ({ $example }: { $rows } rows, { $columns } columns of numbers). What is it?
is-series = time series of brain regions
is-matrix = a connectivity matrix, with a row and a column per region
is-no-brain = nothing of the brain
is-triangle = one triangle of a connectome of { $count } regions
is-measure = one measure of { $count } regions
no-brain-files = { $file } has no files of measurements of the brain.
connectomes-too-large = { $file } has connectomes of more than { $megabytes } MB.
values-differ = { $file } has matrices of different values by the names of their files: { $subjects }. Give the same for all subjects.
subject-hint = { $values ->
    [z] { $subject } has z
    [r] { $subject } has r
    [counts] { $subject } has counts
    [nothing] { $subject } has no word of it
   *[other] { $subject } has { $values }
}
not-square = { $file }: the matrix of { $subject } is { $shape }; it must be square.
row-names-differ = { $file }: the matrix of { $subject } has other names on its rows than on its columns.
measure-rows = { $file }: a file of measures of { $subject } has { $rows } rows; it must have one, with a column per region.
one-row-no-series = { $file } has one row of { $count } values per subject ({ $example }), not a time series. Give one row per time point, with a column per region.
ask-kind-of-row = { $file } has one row of { $count } values per subject ({ $example }). What is it?
rows-as-measure = { $file } has one row of numbers per subject ({ $example }); they were read as one measure, { $measure }, with a column per region.

# Arrays of files

no-matlab = { $file } is not a MATLAB file, or it is damaged; save it with -v7.
no-table-in-file = { $file } has no table of numbers; it has { $arrays }.
array-used = Of the arrays in each file { $array } was used, not { $others }.
ask-array = { $file } holds { $arrays }. Which array of each file is to be used?
array-choice = { $array }, { $shape }
array-no-table = { $file } holds no table of numbers but { $what } of shape { $shape }.

# Several files of a subject

same-files = { $file } has { $count } files of { $subject } that differ in nothing: { $files }. Keep one of them.
subject-has = { $subject } has { $value }
entity-differs = { $file } has files of different { $entity } between subjects: { $subjects }. Give the same for all.
files-differ = { $file } has subjects whose files differ in { $key }: { $subjects }.
z-used = { $file } has Pearson's r and Fisher's z; the files of z were used.
one-format = { $file } has the same files in the formats { $formats }; of two that differ only in that, the { $format } file was used.
value-of-subjects = { $value } ({ $count } of { $total } subjects)
ask-file = { $file } has several files per subject, which differ in their { $entity }. Which one is to be used?
entity = { $key ->
    [ses] session
    [dir] phase encoding
    [seg] atlas
    [segmentation] atlas
    [parcellation] atlas
    [acq] acquisition
    [den] density
    [rec] reconstruction
    [desc] processing
    [stat] statistic
    [meas] measure
    [res] resolution
   *[other] { $key }
}
plain-measure = Pearson's correlations, or a measure that the names do not say
without-entity = files without { $key }-
folder = folder { $folder }{ $is_global ->
    [true] , global signal regressed
   *[false] {""}
}{ $visit ->
    [none] {""}
   *[other] , visit { $visit }
}

# Several tables of measures of the same subjects

ask-parcellation = { $file } has tables of different regions. Which are to be used?
parcellation-choice = { $atlas } ({ $tables })
other-parcellation = the tables of { $atlas } were used
rows-appended = { $file }: { $count } tables with the same columns and different subjects were read as one table of { $subjects } subjects: { $tables }.{ $sites ->
    [unknown] { " " }No column says the site; if each table is a site, answer site=file.
   *[known] { "" }
}
partitions = Read from the names of folders, as they are in files by partition: { $columns }.
stats-read = { $file }: { $count } of FreeSurfer's .stats files were read as the tables { $tables }, by area, volume and thickness. For other measures, such as curvature, use aparcstats2table.
other-stats = they hold no areas, volumes and thicknesses of regions
damaged-stats = { $file } is not one of FreeSurfer's .stats files: a line "# ColHeaders" with StructName and a row per region are missing. Copy it again from the subject's folder stats.
stats-of-nobody = { $file } does not say of which subject it is. Keep FreeSurfer's folders: sub-01/stats/{ $file }.
stats-twice = { $subject } has several files { $file }. Keep one per subject.
tables-joined = { $file }: its tables were joined by the ids of the subjects: { $tables }.
other-subjects = { $kind ->
    [lacking] { $file }: { $table } has no row for these subjects of { $listing }: { $lacking }. Give each subject a row in both, or delete it from both.
    [more] { $file }: { $table } has subjects that { $listing } does not have: { $more }. Give each subject a row in both, or delete it from both.
   *[both] { $file }: { $table } has no row for these subjects of { $listing }: { $lacking }; and it has subjects that { $listing } does not have: { $more }. Give each subject a row in both, or delete it from both.
}
people-of-one-table = { $kind ->
    [lacking] { $table } has no row for { $missing } of the subjects of { $listing }, for whom what it says is missing: { $lacking }.
    [more] { $table } has { $count } people whom { $listing } does not have; they were left out: { $more }.
   *[both] { $table } has no row for { $missing } of the subjects of { $listing }, for whom what it says is missing: { $lacking }; and it has { $count } people whom { $listing } does not have, who were left out: { $more }.
}
ask-connectomes = { $file } has { $count } tables of connectomes of the same regions. Which one is to be used?
region-in-two-tables = { $file }: { $region } has other values in { $table } than in another table of the same measure. Keep one of them.
measure-lacks-regions = { $file }: { $measure } has no values of these regions, which another measure has: { $regions }. Add the table that holds them (FreeSurfer writes one per hemisphere and measure), or leave out that measure.
no-common-id = none of its ids is a subject of the other tables
sides-by-file = { $file }: the regions do not say their hemisphere, so it was taken from the names of the files: { $tables }.
measures-by-file = { $file }: the columns are regions alone, so measures were named by the files: { $measures }.
rows-without-id = { $count ->
    [one] 1 row has no id (row { $rows }). Rows of several tables are joined by their ids: fill it in, or delete the row.
   *[other] { $count } rows have no id (rows { $rows }). Rows of several tables are joined by their ids: fill them in, or delete the rows.
}
ids-twice = it lists { $ids } more than once. Keep one row per subject.
classes-by-files = The tables have no column of classes; their names were read as the classes: { $classes }.
table-without-ids = it has no ids, or one on several rows

# One file with the connectomes of all subjects

ask-stack = { $file } has { $count } files with the connectomes of all subjects. Which one is to be used?
stack-choice = { $name }
ask-order = { $file } has { $count } subjects without ids, and { $table } as many rows ({ $first } to { $last }). Are the subjects of { $file } in the order of the rows of { $table }?
same-order = yes: the first subject is the first row of { $table }
other-order = no, or not known
give-order = The order of the subjects in { $file } is not known. Bring the rows of the table into its order, or give a file subjectIDs.txt with an id per line.
stack-count = { $file } has { $count } subjects, but { $table } has { $rows } rows. Give one row for each.
regions-by-lookup = { $file }: the regions were named by { $tables }, in this order.
lookup-differs = it does not name { $count } regions of this atlas
repetition-time = { $file }: time points are { $seconds } seconds apart, as is written beside the series.
repetition-times-differ = Not all series of { $file } have the same repetition time written beside them, so it is not known.
