# Files of one brain in the formats of programs. $file is the name of a file.

damaged-xml = { $file } is an XML file that is damaged or cut short, or defines entities.
damaged-cifti = { $file } is a CIFTI file that is damaged or cut short.
damaged-gifti = { $file } is a GIFTI file that is damaged or cut short.
outside-gifti = { $file } is a GIFTI file that keeps its numbers in another file; save it with the numbers inside.
no-matrix = { $file } is a GIFTI file that does not hold one array of rows and columns, but { $shapes }. Give the file of the parcels' matrix or time series.
no-parcels = { $file } is a CIFTI file whose values are not of parcels; parcellate it (wb_command -cifti-parcellate).
several-maps = { $file } has { $count } maps ({ $maps }); it must have one. Give each map in a file of its own.

# Graphs

damaged-netcc = { $file } is not a file of AFNI's 3dNetCorr: it should begin with the number of ROIs and of matrices, and hold a matrix (CC, FZ) with a row per ROI.
netcc-fisher = The .netcc files of { $file } hold r (CC) and Fisher's z (FZ); FZ was read.
ask-netcc = { $file } holds the matrices { $matrices }. Which one is to be used?
netcc-choice = { $matrix ->
    [CC] CC, Pearson's r
    [FZ] FZ, Fisher's z
    [PC] PC, partial correlations
    [PCB] PCB, partial regression weights
   *[other] { $matrix }
}
one-graph = { $file } is GraphML with { $count } graphs; it must have one.
nodes = { $file } has { $count } nodes, which must be from 3 to 2,000, each with an id of its own.
too-many-nodes = { $file } has { $count } regions in its lists of edges; at most 2,000 can be read.
no-weights = { $file } has no numeric attribute of its edges, as a weight is.
ask-weight = { $file } has several attributes of edges: { $attributes }. Which one is the weight?
weight-choice = { $attribute }
edge-twice = { $file } has the edge between { $one } and { $other } twice.
edge-without-weight = { $file } has no number for the edge between { $one } and { $other }.
absent-edges = { $file } has graphs in which not every pair of regions has an edge; the weight of the others is 0.
lists-of-edges = { $absent ->
    [true] { $file } has lists of edges between { $regions } regions, { $first } to { $last }; the weight of pairs that are not listed is 0.
   *[false] { $file } has lists of edges between { $regions } regions, { $first } to { $last }.
}

# Programs

other-count = { $file } has { $values } values for { $regions } regions, or names a region twice.
odd-conn = { $file } is not as CONN writes it: one series, or one row and column, for each of its names.
first-component = Several components of { $regions } were saved; the first was used, which is the mean.
other-centres = { $file } has weights of { $shape }, but { $centres } centres of regions; it must have as many, with a name of its own for each.
damaged-lookup = { $file } is not a table of regions with the columns mics and label.
