# Graphs: what they are made from, and where no edge is left.

density-without-edges = density is { $density }, which leaves no edge among the { $pairs } pairs of { $regions } regions; use { $least } or more, or graph 'none'.
threshold-without-edges = threshold { $threshold } with sign '{ $sign }' leaves no edge in graph '{ $graph }': the strongest weight between two regions is { $strongest }.
needs-connectomes = graph '{ $graph }' needs connectomes (columns FC_i_j), and the data have none.
partial-needs-correlations = graph 'partial' is computed from correlations between regions, and these connectomes hold { $edges }.
spatial-needs-atlas = graph 'spatial' needs the coordinates of the regions, and their atlas is not known. Name it with --map atlas=NAME, or give a table with --atlas.
atlas-of-other-size = graph 'spatial' needs coordinates of every region: the atlas has { $atlas } regions, the data have { $regions }.
tangent-needs-series = graph 'tangent' needs time series of the regions, and the data have none (NEURO-LEARN's tables hold no time series).
tangent-incomplete = graph 'tangent' needs a time series of every region, and { $count } of { $subjects } subjects lack at least one. Leave these subjects or regions out, or use graph 'connectome', which fills missing values.
similarity-measures = graph 'similarity' needs at least { $least } measures per region; the data have { $measures }.
stored-graph-damaged = The stored graph does not belong to graph '{ $graph }'.
not-adjusted = adjust takes covariates out of the measures, not out of the graph '{ $graph }', by which they would come back; choose another graph, such as 'covariance'.
