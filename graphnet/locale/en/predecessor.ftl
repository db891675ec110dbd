# Models of the previous service that were imported.

imported = The model was imported from the previous service as { $architecture }; it was not trained here.
wrapped = { $count ->
    [0] The file holds the parameters under '{ $key }'.
   *[other] The file holds the parameters under '{ $key }'; { $ignored } was ignored.
}
data-parallel = The prefix '{ $prefix }' was removed from the parameter names (the model was trained with DataParallel).
converted = Parameters in { $kinds } were converted to float32.
no-output-layer = The network has no layer after the mean: of its { $width } outputs, the first { $classes } are the classes, and the probabilities are computed over these only. A ReLU is assumed between its convolutions, as in the network that the previous service trained (Net_191225); an earlier network of the same widths had none.
unused-outputs = Of the { $outputs } outputs of the network, the first { $classes } are the classes. The probabilities are computed over these only; the previous service computed them over all outputs.
pooled-twice = pool3 has its initial values, so it was never trained. The third pooling uses the parameters of pool2, as in the published code of the previous service (Net_210311).
pooled-by-pool3 = pool3 was trained, because it has values outside of its initial range. The third pooling uses pool3, although the published code of the previous service used pool2 twice.
scaling-unknown = It is unknown how the measures of the imported model were scaled; here they are used without scaling.
other-normalisation = Early versions of PyTorch Geometric normalised the graph by outgoing edges; later versions and this service normalise by incoming edges. The names of the imported parameters are those of the early versions, so predictions of this model may differ from those of the previous service. Fine-tuning adapts the model.
training-data-unknown = The training data of the model are unknown, so it is also unknown whether the model was trained on subjects of a fine-tuning or test set.
training-data-assumed = The model is assumed to be trained on the datasets of its form ({ $datasets }); whether it was trained on others is unknown.
fine-tuned = The model was itself fine-tuned from task { $parent }, whose training data are unknown.
not-scaled = Measures are used as they are in the data, neither scaled nor clipped.
scaled = Measures are scaled by the mean and standard deviation of { $subjects } subjects of { $datasets }; this is assumed to match the previous service.
filled-by-zero = Missing values are replaced by 0, because the median of the training data is unknown.
graph-assumed = The graph is assumed to be '{ $graph }', because the file does not name it.
datasets-missing = Not available here: { $datasets }.
dataset-unreadable = Dataset { $dataset } cannot be read. { $reason }
