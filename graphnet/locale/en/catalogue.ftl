# Models and graphs: what a form says of them, and the sentence of a report's methods text.

model-SGN = Schizo Graph Net: graph convolutions that keep regions distinct, in parallel with a linear path. The default.
model-GCN = The reference network of this service's predecessor: two graph convolutions and the mean over regions. Kept for comparison; it does not distinguish between regions.
model-TopK = A deeper network that drops the least informative regions step by step and summarises the rest.
model-GAT = Each region learns how much attention to pay to each neighbour.
model-GIN = Sums over neighbours, so that graphs of different shape can be told apart.
model-BrainNetCNN = Edge-by-edge convolutions over each subject's connectome; uses no other measure.
model-BNT = Brain Network Transformer: attention between all regions, followed by clustering.
model-Linear = A linear classifier on all measures of all regions, without a graph.
model-LogisticRegression = Logistic regression with an L2 penalty on all measures of all regions, without a graph; its optimum is computed, and inner folds choose the penalty. The simple method that other models have to beat.
model-LinearSVM = A linear support vector machine on all measures of all regions, without a graph, of several classes one for each; its optimum is computed, and inner folds choose its C. Its weights are kept, no subject is.
model-MLP = A neural network with one hidden layer on all measures of all regions, without a graph.
model-NoEdge = SGN without its graph, to measure what the graph contributes.

model-SGN-methods = The model was SGN, which applies graph convolutions [@kipf] that keep regions distinct, in parallel with a linear path.
model-GCN-methods = The model was a GCN, which applies two graph convolutions [@kipf] and takes the mean over regions.
model-TopK-methods = The model was TopK, which applies graph convolutions [@morris], drops the least informative regions step by step [@gao] and summarises the rest.
model-GAT-methods = The model was a GAT, which weights the neighbours of each region by learned attention [@velickovic].
model-GIN-methods = The model was a GIN, which sums over the neighbours of each region so that graphs of different shape can be told apart [@xu].
model-BrainNetCNN-methods = The model was BrainNetCNN, which applies edge-by-edge convolutions to each subject's graph [@kawahara].
model-BNT-methods = The model was the Brain Network Transformer, which applies attention between all regions and then groups them into clusters [@kan].
model-Linear-methods = The model was linear in all measures of all regions [@cox].
model-LogisticRegression-methods = The model was a logistic regression on all measures of all regions [@cox].
model-LinearSVM-methods = The model was a linear support vector machine on all measures of all regions [@cortes].
model-MLP-methods = The model was a neural network with one hidden layer on all measures of all regions [@rumelhart].
model-NoEdge-methods = The model was SGN without its graph [@errica].

graph-covariance = Correlation between regions across the training subjects; one graph for all.
graph-similarity = Regions with similar profiles of measures; one graph per subject.
graph-connectome = Each subject's own connectome (columns FC_i_j of the data).
graph-group_connectome = The mean connectome of the training subjects; one graph for all.
graph-partial = Partial correlations from each subject's connectome.
graph-tangent = Each connectome's deviation from the mean of the training subjects; needs time series.
graph-knn = The k most similar regions across all training subjects and measures; one graph for all.
graph-mst = The maximum spanning tree plus the strongest other edges; one graph for all.
graph-spatial = The k nearest regions in space, unweighted; needs coordinates.
graph-full = Each region i receives from every region j ≤ i, directed and unweighted: the graph of the reference network.
graph-none = No edges; regions are not connected.
