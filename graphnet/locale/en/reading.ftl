# What the parts of an interpretation are called: how a file was read.

edges-z = Fisher's z
edges-r = Pearson's r, stored as Fisher's z
edges-counts = counts
edges-other = weights of another kind, stored as they are
triangle-full = whole matrices
triangle-upper = upper triangles
triangle-lower = lower triangles
triangle-pairs = a column per pair of regions
triangle-series = correlated from time series
tabs = tabs
commas = commas
semicolons = semicolons
blanks = blanks
bars = bars
numeric = numeric
categorical = categorical
points-by-regions = points × regions
regions-by-points = regions × points
header-row = a header row
index-column = an index column
