# How NumPy archives and MATLAB files were read. $file is the name of a file, $array the name of an
# array; words in code (fc, features, ids, labels) are names of arrays.

# What an array is

array = an array
structure = a structure
object = an object
sparse = a sparse array
function = a function
opaque = a string array, a table or another object
outside = a link to other data, or data kept in another file
complex-numbers = an array of complex numbers
dates = an array of dates
time-spans = an array of time spans
records = an array of records
objects = an array of Python objects, which is a pickle and not opened here
of-type = an array of type { $type }
odd-cells = an array of cells that hold neither text nor a number
large-cell = an array of cells, of which one is { $shape }
name-and-kind = { $name } ({ $kind })
in-file = { $array } in { $file }

# Files

damaged-numpy = { $array } is not a plain NumPy array, or is damaged or cut short.
damaged-matlab = { $file } is a MATLAB file that is damaged or cut short.
too-many-numbers = { $array } has more numbers than can be read.
damaged-hdf5 = { $file } is an HDF5 file (as MATLAB 7.3 writes) that is damaged or cut short. Save it again.
incomplete-hdf5 = { $array } is incomplete: not all of its values were written. Save it again.
expected = Give fc (subjects, regions, regions), or features (subjects, regions, measures) with measures, and ids and labels with one value per subject: { $command }.
single-array = a single NumPy array of shape { $shape }, without ids and classes
lone-array = { $file } is { $what }. { $expected }
give-full = { $array } is { $what }; give a full array of real numbers.
no-features = { $count ->
    [0] { $file } has no array called features or fc; it holds no arrays. { $expected }
   *[other] { $file } has no array called features or fc; it holds { $arrays }. { $expected }
}
fields-read = { $file }: the fields of the structure { $structure } were read as arrays: { $fields }.
cells-stacked = { $file }: { $array } holds { $count } matrices of { $shape }, which were read as those of the subjects in their order.
structure-fields = { $file } has no array called features or fc; it holds { $arrays }. Save the fields of the structure as arrays: save('cohort.mat', '-struct', '{ $structure }', '-v7'). Give fc (subjects, regions, regions), or features (subjects, regions, measures) with measures, and ids and labels with one value per subject.
no-subjects = { $file } has no subjects or no values: it holds { $arrays }.
too-many-values = { $file } has more than { $limit } values per subject, which is the limit.
name-twice = { $file } names one of its { $array } twice.
name-missing = { $file } has { $array } without a name.

# Programs

known-program = { $file } looks like { $what }: it holds { $arrays }. { $advice }
conn = CONN's connectivity of all subjects (resultsROI)
conn-advice = It has no ids and no classes. Give a folder with this file and a table of the subjects in the order of the CONN project, packed as a ZIP file.
split = arrays that are already split into training and test sets
split-advice = Give all subjects in one array, for example X=numpy.concatenate([X_train, X_test]), and their classes likewise: the test and validation sets are drawn here, so that every subject is tested once and nothing is fitted on test subjects.
brainnettf = BrainNetTF's dataset
brainnettf-advice = Give timeseires (subjects, regions, points), corr (subjects, regions, regions) and label as plain arrays of numbers.
braingb = BrainGB's dataset
braingb-advice = Give fmri or dti (regions, regions, subjects) and label as plain arrays of numbers.
dpabi = DPABI's time series of one subject
qsirecon = QSIRecon's connectivity of one subject
dsi-studio = DSI Studio's connectivity of one subject
one-subject = the connectivity of one subject

# Subjects

ask-target = { $file } holds { $array } with { $count } different whole numbers. Are they classes or a score?
target-classes = { $count } classes
target-scores = a score
target-is-score = { $array } in { $file } holds more numbers than there are classes; it was read as the score.
scanner-is-site = { $array } in { $file } was read as the site.
no-axis-of-subjects = { $file } has { $array } of shape { $shape }, but { $counts }. One axis of { $array } must have one entry per subject.
values-of = { $array } has { $count ->
    [one] { $count } value
   *[other] { $count } values
}
no-ids = { $file } has no array called ids; it holds { $arrays }.
several-columns = { $file } has { $array } of shape { $shape }, with { $count } columns. Give one value per subject; for classes in columns, the number of the column that holds 1: { $array }.argmax(axis=1).
wrong-length = { $file } has { NUMBER($count, useGrouping: 0) } { $array } where { NUMBER($subjects, useGrouping: 0) } belong.
it-is = it is { $what }
save-as-text = { $array } in { $file } is { $what }. Save it as text or numbers, for example { $array }=numpy.array({ $array }, dtype=str).
give-full-or-text = { $array } is { $what }; give a full array of real numbers, or a cell array of text (cellstr).
of-either = there are { $count } subjects and as many regions or measures: it may be of either
not-per-subject = its shape, { $shape }, is not one value per subject

# Measures, series and connectomes

read-as = { $role ->
    [fc] { $file }: { $array } { $shape } was read as the connectomes (fc).
    [series] { $file }: { $array } { $shape } was read as time series.
    [regions] { $file }: { $array } { $shape } was read as the names of the regions.
    [measures] { $file }: { $array } { $shape } was read as one measure of { NUMBER($count, useGrouping: 0) } regions.
   *[features] { $file }: { $array } { $shape } was read as features.
}
another-used = another array of the file was used
ask-which = { $file } holds { $arrays }. Which of them is to be used as the connectome?
ask-which-features = { $file } holds { $arrays }. Which of them is to be used as the measures or time series?
ask-which-regions = { $file } holds { $arrays }, which differ. Which of them names the regions?
ask-flat = { $file } holds { $array } with { $count } numbers for each of { $subjects } subjects. Are they one measure of { $count } regions, or a flat connectome?
are-one-measure = one measure of { $count } regions
are-flat-edges = the connectome of { $regions } regions, as a vector of { $count } numbers
ask-orientation = { $file } holds { $array } of shape { $shape }. Which axis are the time points of each subject?
no-real-numbers = { $file }: { $array } does not hold real numbers.
one-unnamed-measure = { $file } has no array called measures; its measure was named { $measure }.
unnamed-measures = { $file } has no array called measures; they are numbered from 1.
features-shape = { $file } has features of shape { $shape }; they must be { $expected } in this order.
ask-points = { $named ->
    [true] { $file } has features of { $subjects } subjects, { $regions } regions and { $count } values named { $first } to { $last }. Are these values points in time or measures of a region?
   *[false] { $file } has features of { $subjects } subjects, { $regions } regions and { $count } values without names. Are these values points in time or measures of a region?
}
are-points = time series of { $count } points: they are correlated
are-measures = { $count } measures of each region
correlated-from-series = the connectome is correlated from the time series
fc-shape = { $square ->
    [true] { $file } has fc of shape { $shape }; give { $expected }: the same regions both ways for each of the { $subjects } subjects.
   *[false] { $file } has fc of shape { $shape }; give { $expected }: one matrix for each of the { $subjects } subjects.
}
subjects-axis = { $axis ->
    [last] fc in { $file } is of shape { $shape }: its subjects were found on the last axis.
   *[second] fc in { $file } is of shape { $shape }: its subjects were found on the second axis.
}
fc-regions = { $file } has fc of { $count } regions, but { $regions } regions in its other arrays.
