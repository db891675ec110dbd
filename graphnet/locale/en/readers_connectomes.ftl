# How connectomes and time series were read. $file is the name of a file or folder, $subject the id
# of a subject; $values is z, r, counts or other.

# Regions

region-twice = { $file }: the file of { $subject } has the region { $regions } more than once. Give each region a name of its own.
subject-has = { $subject } has { NUMBER($count, useGrouping: 0) }
different-counts = { $file } has subjects with different numbers of regions: { $subjects }; the others have { $usual }. Without the names of the regions it is unknown which one is missing; give all subjects the same regions.
unnamed-regions = { $subject } has { $count } regions without names
other-regions = { $file } has subjects whose regions differ from those of most subjects, who have { $usual }: { $subjects }. Give all subjects the same regions.
regions-of-subject = { $kind ->
    [both] { $subject } has { $count }, lacks { $lacking } and also has { $more }
    [lacking] { $subject } has { $count } and lacks { $lacking }
   *[more] { $subject } has { $count } and also has { $more }
}
regions-in-order = { $file }: the files of { $subjects } do not name their regions; they were taken in the order of the other files.
subject-lacks = { $subject } lacks { $regions }
matched-by-name = { $file }: the files of { $subjects } have their regions in another order; they were matched by name.
regions-missing = { $file }: some files lack regions, which are missing for their subjects: { $subjects }.
several-statistics = { $file } has files with several columns per region ({ $columns }), such as its mean and its mean without zeros. Save one of them per region.
confounds = { $file } has files of confounds ({ $columns }), not of regions. Give the time series of an atlas.
no-brain-region = not a region of the brain

# Pairs and matrices

pair = { $one } and { $other }
pairs-differ = { $file } has a connectome that is not symmetric: { $pairs } differ between their two directions. Give one value per pair of regions.
pairs-absent = { $file } has no column for the pairs of regions { $pairs }; a connectome needs one for each pair.
all-empty = All connectomes of { $file } are zero or empty.
empty-connectomes = { $file } has empty connectomes for { $subjects }. Leave these subjects out, or correct their data.
mixed-diagonals = { $file } has connectomes of different values: the diagonal of { $of_r } is 1, as with Pearson's r, and that of { $of_z } is infinite, as with Fisher's z. Give the same for all subjects.
silent-regions = { $count ->
    [one] In { $file }, 1 subject has regions whose correlations are all 0 ({ $regions }): they have no signal and are missing.
   *[other] In { $file }, { $count } subjects have regions whose correlations are all 0 ({ $regions }): they have no signal and are missing.
}
perfect-correlations = Correlations of exactly 1 or -1 between two regions in { $file }: { $count }. Their Fisher's z is infinite and was set to { $limit }.
no-square = { $file } has { $count } values per subject; a connectome of N regions has N x N, or N x (N - 1) / 2 in one triangle.
ask-axes = { $array } is { $shape }: as many subjects as regions. Which axis holds the subjects?
first-axis = the first axis
last-axis = the last axis
ask-triangle = { $file } has { $count } values per subject, one triangle of { $regions } x { $regions } connections. In which order?
upper-triangle = the upper triangle by rows, as numpy.triu_indices gives
lower-triangle = the lower triangle by rows, as nilearn and numpy.tril_indices give
upper-diagonal-triangle = the upper triangle by rows with its diagonal, of { $regions } regions
lower-diagonal-triangle = the lower triangle by rows with its diagonal, as nilearn gives unless told otherwise, of { $regions } regions
rounded-apart = { $count ->
    [one] Mirrored cells of { $file } differ by one unit of their last decimal in 1 subject, as rounding does; the upper one was taken.
   *[other] Mirrored cells of { $file } differ by one unit of their last decimal in { $count } subjects, as rounding does; the upper one was taken.
}
asymmetric = { $others ->
    [0] { $file } has connectomes that are not symmetric: for { $subject }, row { $one } column { $other } is { $upper }, and row { $other } column { $one } is { $lower }. Give undirected connectomes, for example the mean of both directions.
    [one] { $file } has connectomes that are not symmetric: for { $subject }, row { $one } column { $other } is { $upper }, and row { $other } column { $one } is { $lower }; 1 more subject has the same. Give undirected connectomes, for example the mean of both directions.
   *[other] { $file } has connectomes that are not symmetric: for { $subject }, row { $one } column { $other } is { $upper }, and row { $other } column { $one } is { $lower }; { $others } more subjects have the same. Give undirected connectomes, for example the mean of both directions.
}

# What the values are

kept-z = Fisher's z: kept
r-becomes-z = Pearson's r: turned into Fisher's z
kept-counts = counts, for example of streamlines: kept
kept-other = other weights: kept
by-mapping = as the mapping says
as-answered = as answered
by-format = as the format is documented
diagonal-one = the diagonal is 1
diagonal-infinite = the diagonal is infinite or empty
diagonal-varies = the diagonal differs between regions, as that of covariances does
whole-numbers = all values are whole numbers
names-say = { $values ->
    [z] the names of the files or arrays say Fisher's z
    [r] the names of the files or arrays say Pearson's r
    [counts] the names of the files or arrays say counts
   *[other] the names of the files or arrays say other weights
}
negative-values = negative values that are not correlations
no-correlations = values up to { $most } are not correlations
negative-and-over-one = negative values and values over 1
documented-z = The connectomes of { $file } were read as Fisher's z, as this format is documented; if they are not, give connectome.values=r, counts or other.
too-large-for-r = The connectomes of { $file } have values from { $least } to { $most }: too large for Pearson's r, so they were read as Fisher's z.
large-values = { $values ->
    [counts] The connectomes of { $file } have values up to { $most }; they were read as counts.
   *[other] The connectomes of { $file } have values up to { $most }; they were read as other weights.
}
names-overruled = { $values ->
    [z] The connectomes of { $file } have values up to { $most }; they were read as Fisher's z
    [r] The connectomes of { $file } have values up to { $most }; they were read as Pearson's r
    [counts] The connectomes of { $file } have values up to { $most }; they were read as counts
   *[other] The connectomes of { $file } have values up to { $most }; they were read as other weights
}{ $named ->
    [z] , although their names say Fisher's z.
    [r] , although their names say Pearson's r.
    [counts] , although their names say counts.
   *[other] , although their names say other weights.
}
ask-values = { $count ->
    [0] The connectomes of { $file } have values from { $least } to { $most }; what are they?
   *[other] The connectomes of { $file } have values from { $least } to { $most }; what are they? Evidence: { $evidence }.
}
not-r = { $key } is r, but { $file } has values up to { $most }, and Pearson's r is at most 1.

# Time series

rows-are-regions = The files of { $file } have one row per region; they were transposed.
rows-are-points = The rows of the files of { $file } were read as time points: { $points } time points of { $regions } regions.
ask-orientation = The files of { $file } have { $rows } rows and { $columns } columns. Which are the time points?
points-are-columns = the columns: { $regions } regions, { $points } time points
points-are-rows = the rows: { $regions } regions, { $points } time points
from-to = { $low } to { $high }
short-series = { $file } has time series of fewer than { $least } points: { $subjects }. Leave these subjects out.
no-signal = { $file } has time series without any signal (constant or empty) for { $subjects }. Leave these subjects out, or correct their data.
series-too-large = { $file } has series and connectomes of more than { $megabytes } MB.
ask-times = { $count ->
    [one] In { $file } the column { $columns } of the series goes on evenly in every subject ({ $numbers } …): does it number the rows, or is it a region?
   *[other] In { $file } the columns { $columns } of the series go on evenly in every subject ({ $numbers } …): do they number the rows, or are they regions?
}
times-among-regions = { $count ->
    [one] In { $file } the column { $columns } of the series goes on evenly in every subject, as times and row numbers do and no signal does. Save the series without it.
   *[other] In { $file } the columns { $columns } of the series go on evenly in every subject, as times and row numbers do and no signal does. Save the series without them.
}
global-signal = In { $file } the last column ({ $column }) is the mean of the others in every subject, as a global signal is; it was read as a region. Remove it if it is not one.
region-in-subjects = { $region } in { $count } of { $total }
regions-without-signal = Regions without a signal (constant or empty) are missing in these subjects of { $file }: { $regions }.
gaps-in-series = Missing values in the time series of { $file }: { $count }. Two regions were correlated over the points that both have.
pair-in-subjects = { $one } and { $other } in { $count } of { $total } subjects
same-series = { $file } has regions with identical time series: { $pairs }. Their Fisher's z is infinite and was set to { $limit }.
