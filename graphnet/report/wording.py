"""Models and graphs in sentences for a methods section; ``{key}`` cites a work.

``$neighbours``, ``$density`` and ``$whom`` (whose training subjects) are filled in.
"""

MODELS = {
    "SGN": "applies graph convolutions {kipf} that keep apart which region is which, beside a "
    "linear path",
    "GCN": "applies two graph convolutions {kipf} and takes the mean over regions",
    "TopK": "applies graph convolutions {morris}, drops the least telling regions step by step "
    "{gao} and summarises those that stay",
    "GAT": "weighs the neighbours of each region by learned attention {velickovic}",
    "GIN": "sums up the neighbours of each region so that graphs of different shape are told "
    "apart {xu}",
    "BrainNetCNN": "applies convolutions over each subject's graph, edge by edge {kawahara}",
    "BNT": "applies attention between all regions and then groups them into clusters {kan}",
    "Linear": "is linear in all measures of all regions {cox}",
    "MLP": "is a neural network with one hidden layer on all measures of all regions {rumelhart}",
    "NoEdge": "is SGN without its graph {errica}",
}
GRAPHS = {
    "covariance": "The graph, the same for all, links regions that vary together over $whom "
    "(Pearson correlation by measure, averaged over measures).",
    "similarity": "Each subject's graph is their own morphometric similarity network: the "
    "correlation of two regions over their measures {seidlitz}.",
    "connectome": "Each subject's graph is their own connectome, as it stands in the data.",
    "group_connectome": "The graph, the same for all, is the mean connectome of $whom.",
    "partial": "Each subject's graph holds the partial correlations of their own connectome, "
    "shrunk a tenth of the way to the identity {marrelec}.",
    "tangent": "Each subject's graph is their own connectome in the tangent space at the mean of "
    "$whom {varoquaux}.",
    "knn": "The graph, the same for all, links each region to the $neighbours that are most like "
    "it over all measures of $whom.",
    "mst": "The graph, the same for all, is the maximum spanning tree of how regions vary "
    "together over $whom, with the strongest further edges up to $density % of region pairs "
    "{tewarie}.",
    "spatial": "The graph, the same for all, links each region to the $neighbours nearest in "
    "space, without weights.",
    "full": "The graph links every pair of regions, without weights.",
    "none": "No graph is used.",
}
UNSIGNED = {"spatial", "full", "none"}
SIGNS = {
    "positive": "Negative weights were dropped.",
    "absolute": "Of weights the magnitude was taken.",
    "signed": "Weights kept their sign and were ranked by magnitude.",
}
TUNED = {
    "all": "all its parameters were trained on",
    "last_layers": "only its last layers were trained on",
    "readout": "only its readout was trained on",
}
RATES = {
    "step": "multiplied by $decay every $step epochs",
    "cosine": "lowered to zero along half a cosine",
    "constant": "kept constant",
}
