# How tables of subjects are read: what a column holds. $file is the name of a file, $column the
# name of a column, $row the number of a row (the header is row 1), $cell the text of a cell.

# Cells

not-a-number = { $others ->
    [0] { $column } in row { NUMBER($row, useGrouping: 0) } holds { $cell }, which is not a number.
    [one] { $column } in row { NUMBER($row, useGrouping: 0) } holds { $cell }, which is not a number (1 more cell of this column is not a number).
   *[other] { $column } in row { NUMBER($row, useGrouping: 0) } holds { $cell }, which is not a number ({ $others } more cells of this column are not numbers).
}
number-too-large = { $column } in row { NUMBER($row, useGrouping: 0) } holds { $cell }, which is too large for a number; it was read as infinite.
missing-code = { $count ->
    [one] { $column }: { $code } stands for a missing value (1 cell).
   *[other] { $column }: { $code } stands for a missing value ({ $count } cells).
}
ask-missing-code = { $count ->
    [one] { $column } holds { $code } in 1 cell; its other values lie between { $lowest } and { $highest }. Does { $code } stand for a missing value?
   *[other] { $column } holds { $code } in { $count } cells; its other values lie between { $lowest } and { $highest }. Does { $code } stand for a missing value?
}
code-is-missing = { $code } is a missing value
code-is-value = { $code } is a value like the others

# Shape of the table

no-rows = { $file } has no row below its header.
column-twice = { $file } has two columns named { $columns }. Keep one of each, or rename it.
names-repeated = The file has several columns with the same name.
no-header = { $file } has no header: its first row holds numbers ({ $cells }). Add a row of names above it: ID, LABEL, and MEASURE_REGION (such as GMV_1) or FC_i_j for each column.
places-of-regions = { $file } has three rows of regions on the left with negative and on the right with positive numbers: these are coordinates of an atlas, not subjects. Give a table with a row per subject.
rows-of-statistics = The rows of { $file } are statistics ({ $rows }), not subjects. Give the table that they describe.
transposed = { $file } is transposed: its first column holds column names ({ $names }), and each subject is a column. Transpose it so that each subject is a row, for example with pandas: table.set_index(table.columns[0]).T.
long-format = { $file } is in long format: it has several rows per subject, one for each region. Give one row per subject and one column per region (wide format), for example with pandas: table.pivot(index="ID", columns="region", values="GMV").
ask-rows = { $count ->
    [one] { $file } has no column of ids or classes, nor any other column that describes subjects. Is its row a subject, or a time point of one subject?
   *[other] { $file } has no column of ids or classes, nor any other column that describes subjects. Are its { $count } rows subjects, or the time points of one subject?
}
rows-are-subjects = subjects
rows-are-points = time points of one subject
series-of-one-subject = { $file } holds the time series of one subject. Give a folder with one file per subject and a table of their ids and classes.

# Which columns hold the brain

uk-biobank-fields = { $file } has columns named after UK Biobank fields ({ $columns }): the last numbers are a visit and an array index, not a region. Rename them to MEASURE_REGION, for example thickness_bankssts_left.
hemispheres-alone = { $file } has measures of whole hemispheres only ({ $columns }): no column is of a region. Add the columns of the regions, such as lh_bankssts_thickness.
no-brain-columns = { $count ->
    [0] { $file } has no column named after a measure and a region (GMV_1, thickness_bankssts) or after two regions (FC_1_2). It has no numeric columns.
   *[other] { $file } has no column named after a measure and a region (GMV_1, thickness_bankssts) or after two regions (FC_1_2). Its numeric columns are { $columns }. If the measures are in another file, put both files into one ZIP file: they are joined by the subjects' ids.
}
columns-from-to = { $count ->
    [one] the column { $first }
   *[other] { $count } columns { $first } … { $last }
}
columns-from = { $count ->
    [one] the column { $first }
   *[other] { $count } columns { $first } …
}
read-as-measure = { $count ->
    [one] { $file } has { $columns }, read as the measure { $measure } of 1 region.
   *[other] { $file } has { $columns }, read as the measure { $measure } of { $count } regions.
}
read-as-covariates = { $file } has { $columns }, which { $count ->
    [one] is
   *[other] are
} too few for the { $regions } regions: read as covariates, not as a measure.
ask-regions = { $file } has { $columns }. Are these brain regions, or something else about each subject?
as-other = something else: covariates, questionnaire items, visits
as-regions = brain regions; { $measure } is the measure
ask-edges = { $file } has { $columns }. What do they hold?
as-edges = the edges of a connectome of { $count } regions
as-edges-and-diagonal = the edges of a connectome of { $count } regions, and its diagonal
as-edges-asked = the edges of a connectome: of { $count } regions, or of { $fewer } with the diagonal, which is asked next
as-numbered-regions = { $count ->
    [one] 1 brain region; { $measure } is the measure
   *[other] { $count } brain regions; { $measure } is the measure
}
as-no-brain = something else, not the brain
measure-unnamed = The column names contain regions but no measure; the measure was named { $measure }.
like-regions = named like regions, but no measure has all regions; if these columns describe the subjects, list them as covariates=COLUMN,COLUMN
ask-more-regions = { $others ->
    [one] { $file } has { $count } columns named like regions ({ $regions }) and 1 column with another name: { $columns }. Is it a region too?
   *[other] { $file } has { $count } columns named like regions ({ $regions }) and { $others } columns with other names: { $columns }. Are they regions too?
}
parts-of-regions = { $columns } … of { $file } are { $count } regions, as 1.2 has other values than 2.1: they are no connectome.
ask-parts-or-visits = { $file } has { $columns } …: is each a region of its own, or is the second number a visit?
are-parts = { $count } regions, such as 1.1
are-visits = several visits: the file is refused, as one visit is read
ask-odd-regions = { $odd ->
    [one] { $file } has { $count } columns of { $measure }, of which { $columns } has a name of another kind. Is it a region too?
   *[other] { $file } has { $count } columns of { $measure }, of which { $columns } have names of another kind. Are they regions too?
}
ask-tissues = { $count ->
    [one] { $file } has { $regions } regions, and { $columns }, all of one tissue. Is it a region of the atlas too?
   *[other] { $file } has { $regions } regions, and { $count } columns of a whole tissue: { $columns }. Are they regions of the atlas too?
}
strays = { $count ->
    [one] { $columns } of { $file } names a measure, but no region that the others are of: it is a covariate.
   *[other] { $columns } of { $file } name a measure, but no region that the others are of: they are covariates.
}
of-whole-brain = { $count ->
    [one] { $columns } of { $file } is of the whole brain or a hemisphere: it is a covariate, not a region.
   *[other] { $columns } of { $file } are of the whole brain or a hemisphere: they are covariates, not regions.
}
ask-atlas = { $file } has regions of several atlases: { $atlases }. Which are to be read?
of-atlas = the { $count } regions of { $atlas }
of-all-atlases = all { $count } together
more-are-regions = yes, regions
more-are-covariates = no, covariates

# Measures by region

measure-lacks-regions = { $count ->
    [one] { $file } has no { $measure } column for region { $regions }. Every measure needs every region: add the column, or leave out this measure or this region.
   *[other] { $file } has no { $measure } column for regions { $regions }. Every measure needs every region: add the columns, or leave out this measure or these regions.
}
more-measures-lack-regions = { $count ->
    [one] 1 more measure of { $file } lacks regions.
   *[other] { $count } more measures of { $file } lack regions.
}
region-twice = { $file } has the columns { $columns }, which are both region { $region } of { $measure }. Keep one of them, or rename it.
levels-of-json = { $file } says what the codes of { $columns } mean; its words were taken.
damaged-levels = it is no JSON in UTF-8, so its codes stay as they are
rows-of-a-subject = { $file } has several rows per subject, which differ in { $column } ({ $values }). Give one row per subject, with a column for each measure and region such as GMV_lh_insula.
notes-below = { $count ->
    [one] A note below the table of { $file } was passed over: { $cells }.
   *[other] { $count } notes below the table of { $file } were passed over: { $cells }.
}
nameless-rows-left = { $count ->
    [one] Row { $rows } of { $file } has neither an id nor a class; it was left out.
   *[other] { $count } rows of { $file } have neither an id nor a class ({ $rows }); they were left out.
}
summary-rows-left = { $count ->
    [one] Row { $rows } of { $file } has no id and sums up the rows above, as a mean or a total does; it was left out.
   *[other] { $count } rows of { $file } have no id and sum up the rows above, as means and totals do ({ $rows }); they were left out.
}
rows-in-parts = { $count ->
    [one] In { $file }, 1 subject ({ $ids }) has a row with measurements and a row without. Put all about a subject on one row, or delete the other one.
   *[other] In { $file }, { $count } subjects ({ $ids }) have a row with measurements and a row without. Put all about a subject on one row, or delete the other ones.
}
leading-zeros-dropped = Leading zeros of region numbers were dropped: { $column } is { $measure } of region { $region }.
measure-at-visits = { $file } has { $columns }, which look like { $measure } at several visits ({ $visits }). Give one visit per file, or one row per subject and visit with the same id.
measures-at-visits = { $file } has { $columns }, which look like one measure at several visits ({ $visits }). Give one visit per file, or one row per subject and visit with the same id.
renamed-columns = { $file } has { $columns }, and so on, as pandas and R rename columns of one name. Name each column after its region, such as GMV_1 or GMV_Precentral_L.
matrix-of-columns = { $file } is a matrix: its first column holds the names of its columns ({ $names }). A connectome describes one brain: give a folder with one such file per subject and a table of subjects, packed as a ZIP file. Correlations between columns are no table of subjects.
row-per-class = { $file } has one row per class of { $column } and no ids. If these are means of groups, they are no subjects: give one row per subject.
renamed-copy = { $file } has { $column } and { $copy }: the second looks like a duplicate name that pandas renamed. Keep one of them.
merged-twice = { $file } has { $columns }: two tables with the same columns were merged. Keep the values of one of them, and one column per region.
both = { $columns }
units-differ = { $file } has columns of { $measure } in several units: { $columns }. Convert them to one unit.
same-measure-and-region = { $file } has columns that name the same measure of the same region: { $pairs }. Keep one of them, or rename the measure.
measures-differ-in-case = { $file } has measures whose names differ only in case: { $measures }. Write the measure in one way, or rename one of them.

# Pairs of regions

ask-connectome = { $file } holds several connectomes: { $connectomes }. Which one is to be used?
regions-with-and-without-zeros = { $file } names the regions { $regions } with and without leading zeros. Write each region in one way.
unclear-pairs = { $file } has { $count } columns starting with { $first } that look like pairs of regions, but it is unclear which two regions { $columns } stands for. A connectome needs a column { $prefix }_REGION_REGION for each pair.
pairs-missing = { $file } has no column { $columns }. A connectome of { $regions } regions needs one column for each of its { $pairs } pairs.
regions-differ = { $file } has a connectome of { $connectome } regions and measures of { $measures } regions; both must have the same regions. Only one of the two has { $regions }.
another-connectome-used = another connectome was used
regions-beside-freesurfer = { $file } has columns of other regions beside FreeSurfer's structures. Give each kind of region in a file of its own.
freesurfer-transposed = { $file } has its subjects in columns, as FreeSurfer writes with --transpose; it was turned.

# Ids, classes, sites, scores

no-such-column = { $key } is { $column }, which is not a column of { $file }. Its columns are { $columns }.
class-column-chosen = { $file } has several class columns ({ $columns }); { $column } was used.
same-classes = { $file } has several columns with the same classes ({ $columns }); { $column } was used.
site-column-chosen = { $file } has several site columns ({ $columns }); { $column } was used.
subject-column-chosen = { $file } has ids of scans and of subjects ({ $columns }); { $column } was used, so that the rows of a subject stay in one fold.
without-apostrophes = { $file }: cells of { $columns } were read without their apostrophes, which only mark text.
column-is-id = { $column } was read as the subject ids: it is called so, and differs in every row.
first-column-is-id = The first column, { $column }, was read as the subject ids.
unnamed-numbers-are-no-ids = The first column has no name of its own and holds numbers, as the index of a data frame does; it was not read as ids. If they are ids, name the column ID.
unnamed-column-is-id = The unnamed column was read as the subject ids.
ask-class-by-words = { $count ->
    [one] { $file } has no column named like a class, but { $columns } may say who is of a class. Which column holds the class?
   *[other] { $file } has no column named like a class, but { $columns } may say who is of a class. Which column holds the class?
}
none-of-them = none of them
ask-column = { $key ->
    [class] { $file } has several columns that may hold the class: { $columns }. Which one is to be used?
    [site] { $file } has several columns that may hold the site: { $columns }. Which one is to be used?
   *[id] { $file } has several columns that may hold the subject id: { $columns }. Which one is to be used?
}
column-with-values = { $column }: { $values }
column-of-scans = { $column }: { $values } ({ $count } subjects on { $rows } rows; the rows of a subject stay in one fold)

# JSON, Stata, SPSS, Parquet, Arrow

not-json = { $file } is not JSON in UTF-8. One document, or one object per line, holds the whole table. Save the table as CSV.
json-not-columns = { $file } is JSON, but not a table of columns. Give its columns, as DataFrame.to_json() writes them, or a list of rows (orient="records"); or save it as CSV.
json-row-differs = { $file } is a list of rows of which row { $row } differs from the first one in { $column }. Give every row the same columns, with null where a value is missing.
json-column-without-rows = { $file } is JSON without columns: { $column } holds no rows.
json-rows-differ = { $file } has other rows in column { $column } than in its first column.
json-nested-cell = { $file } has a list or an object in a cell of column { $column }.
json-rounded = { $file } holds { $measures } with ten decimals only, as DataFrame.to_json() writes numbers, so most digits of such small values are lost. Upload the original table, or give the measure in another unit, such as µm²/ms instead of m²/s.
dataset-not-json = Dataset { $dataset } does not hold a table in JSON.
dataset-not-columns = Dataset { $dataset } does not hold a table of columns in JSON.
damaged-stata = { $file } is a Stata file that is damaged or cut short.
stata-latin-1 = { $file } is not the UTF-8 text that it claims to be; it was read as Latin-1.
damaged-spss = { $file } is an SPSS file that is damaged or cut short.
spss-encoding = { $file } is an SPSS file whose text is not in the encoding that it names. Open it in SPSS in Unicode mode and save it again.
spss-cut-letters = { $count ->
    [one] { $count } cell of { $file } ends in the middle of a letter, because SPSS cut it; it was read without that letter.
   *[other] { $count } cells of { $file } end in the middle of a letter, because SPSS cut them; they were read without that letter.
}
damaged-parquet = { $file } is a Parquet file that is damaged or cut short.
damaged-arrow = { $file } is an Arrow file that is damaged or cut short.
nested-column = { $file } has lists or records in the cells of column { $column }. Give each value a column of its own.
columns-of = { $prefix } ({ $count } columns)

# Columns of ADNI
ask-adni-kind = { $file } has ADNI's volumes and thickness of several kinds of regions, which have other measures. Which are to be used?
adni-kind = { $kind ->
    [cortex] the cortex: { $count } regions, such as { $columns }
    [subfields] subfields of the hippocampus: { $count } regions, such as { $columns }
   *[structures] subcortical structures: { $count } regions, such as { $columns }
}
ask-adni-table = { $file } has ADNI's columns from several tables. Which are to be used?
adni-table = those like { $columns }: { $count } columns
