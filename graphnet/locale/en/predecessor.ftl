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

# Why no model can be imported for a task.
not-a-training = { $task } is { $kind }, so it cannot have a model here.
no-task = There is no task { $task }.
task-of-ours = The task { $task } was trained by this service itself.
imported-before = A model was imported for the task { $task } before; --replace puts another in its place.
task-failed = The task { $task } has failed, so it has no model.
imported-meanwhile = Another model was imported for the task { $task } meanwhile.

# Why a file cannot be taken for a model.
foreign-pickle = { $file } is a pickle that was not written by torch.save; it is not opened, because a pickle can run any program.
not-torch = { $file } was not written by torch.save; give the .pth file of the previous service.
torchscript = { $file } is a TorchScript program, not a state dictionary.
foreign-zip = { $file } is a zip archive, but was not written by torch.save; give the .pth file itself.
unpacks-too-large = { $file } unpacks to { $megabytes } MB; a model may take { $most } MB.
whole-object = { $file } contains a whole Python object of the class { $class }, not a state dictionary alone; it is not opened, because a pickle can run any program.
damaged = { $file } is cut off or damaged; copy it again from its source.
unreadable = { $file } cannot be read; the worker's log has the details.
no-dictionary = { $file } contains '{ $kind }', not a state dictionary (tensors by name).
no-tensors = { $file } contains { $names }, not tensors of numbers; a state dictionary contains tensors by name.
too-many-parameters = { $file } has { $count } parameters; the limit is { $most }.
not-finite = { $file } has values that are not finite in { $names }: that training had failed, so there is nothing to continue from.
export = Save its parameters alone, in the environment in which it was trained:

# Why its parameters are not those of a net of this service.
other-parameters = The file does not contain the parameters of { $architecture }.
parameters-lacking = It lacks { $names }.
parameters-left = It has { $names }, which { $architecture } does not have.
either-name = { $first } or { $second }
too-small = The file contains a net of { $measures } measures and { $outputs } outputs; a classifier has at least two classes.
other-widths = The file contains a { $architecture } of other widths than this service's, so it cannot be imported.
other-shape = { $name } is { $shape }, not { $expected }.
one-number = one number

# What the file does not say, or an option says otherwise.
architecture-invalid = --architecture is '{ $value }'; it must be { $choices }.
scaler-missing = The file does not say how measures were scaled. Choose --scaler none (not at all, as in the previous service's published code), --scaler fit (by mean and standard deviation of the training data) or --scaler unknown.
scaler-needs-data = --scaler is fit, but no training data are here; name them by --train-data NAME, or choose --scaler none.
scaler-needs-all-data = --scaler fit needs all datasets that the form names.
name-data-or-choose-none = Name those on which it was trained by --train-data, or choose --scaler none.
graph-needs-data = --graph is '{ $graph }', which is fitted on the training data, and none are here; name them by --train-data NAME.
regions-missing = The file does not say which regions there were, and no training data are here. Give --regions aal90, their number, or a file with one name per line.
measures-missing = The file does not say which { $count } measures the net takes, and in which order. Give --measures A,B,… in the order of the old data (NEURO-LEARN's published code took GMV,ReHo,ALFF,DC).
measures-missing-but-in-data = The file does not say which { $count } measures the net takes, and in which order. The training data have { $names }. Give --measures A,B,… in the order of the old data (NEURO-LEARN's published code took GMV,ReHo,ALFF,DC).
regions-twice = --regions names one of them twice: { $names }.
measures-twice = --measures names one of them twice: { $names }.
measures-count = The net takes { $count } measures per region; --measures names { $named } ({ $names }).
other-layout = The options do not match the training data.
classes-missing = The file does not say how many classes there are. Name them in the order of their numbers: --classes control,patient.
classes-too-many = The net has { $outputs } outputs; --classes names { $count } ({ $names }).
class-unknown = The training data have the class { $names }; the net's { $count } classes are 0 to { $last }.
file-too-large = { $file } has { $megabytes } MB; a model may have { $most } MB.
workers-too-old = The workers are of an older version, which does not import models.
