# The settings of a task: NAME-label, NAME-help, NAME-VALUE (what a value of a choice is called) and
# NAME-methods or NAME-VALUE-methods (the sentence of a report's methods text; a key in brackets cites a work).

## What is wrong

not-accepted = { $name } is { $value }; it must be { $expected }.
grid-not-accepted = { $name } cannot be used: { $problem } It must be { $expected }.
grid-unknown = { $names } is none of the settings that can be listed.
grid-value = { $name } has { $value }, but must be { $expected }.
grid-repeated = { $name } has a value twice.
grid-count = There are { $count } combinations; at least 2 and at most { $most } are compared.
sweep-nested = { $setting } and nested cannot be combined: candidates are compared within each fold already. Switch nested off, and list learning rates and weight decays in sweep.
sweep-curve = { $setting } and learning_curve cannot be combined: every share of the subjects would need a comparison of its own. Switch learning_curve off, and ask for it in a task with the chosen settings.
sweep-needs-folds = { $setting } needs cross-validation, which shows how optimistic the best candidate is. Leave cv_folds empty, or give 2 or more.
sweep-from-scratch = { $setting } compares models that are trained from scratch; a fine-tuning keeps its parent's model, graph and regions. Remove { $setting }, or train from scratch.
atlases-count = The values of sweep on all atlases are { $count } combinations; at most { $most } are compared. List fewer values, or fewer atlases.
sweep-candidate = Candidate { $number } of the sweep ({ $settings }) is not possible: { $reason }
unknown = Unknown settings: { $names }.
unknown-model = model is { $name }; it must be one of { $names }.
solved-score = { $model } predicts classes, not a clinical score; choose Linear, or label group.
solved-nested = { $model } chooses its penalty by inner folds of the training subjects in every fold already; leave nested off.

accepted = Must be { $expected }.
expected-whole-from = a whole number from { $low } to { $high }
expected-whole-zero-or-from = 0 or a whole number from { $low } to { $high }
expected-number-from = a number from { $low } to { $high }
expected-number-above = a number above { $low } and at most { $high }
expected-choice = one of { $names }
expected-several = none, or some of { $names }, separated by commas
expected-grid = settings with their values, such as model=SGN,MLP; learning_rate=0.001,0.01, at most { $most } combinations, of { $names }
expected-name-lists = datasets of the same subjects: commas between those of one atlas, semicolons between atlases, at most { $most } atlases, no dataset twice
expected-flag = true or false
expected-names = names of covariates, with commas between them, or none

## Groups

group-usual = Settings
group-graph = Graph of regions
group-training = Training
group-evaluation = Evaluation
group-target = Target and sites
group-fine-tuning = Fine-tuning
group-execution = Execution

## Training

learning_rate-label = Learning rate
learning_rate-help = The initial step size of the optimiser.
batch_size-label = Batch size
batch_size-help = Subjects per optimisation step.
epochs-label = Epochs
epochs-help = Passes through the training subjects.
lr_schedule-label = Learning rate schedule
lr_schedule-help = How the learning rate falls during training.
lr_schedule-step = Stepwise decay
lr_schedule-cosine = Cosine decay
lr_schedule-constant = Constant
lr_schedule-step-methods = The initial learning rate was { $learning_rate }; it was multiplied by { $lr_decay } every { $lr_step_size } epochs.
lr_schedule-cosine-methods = The initial learning rate was { $learning_rate }; it fell to zero along half a cosine.
lr_schedule-constant-methods = The learning rate was { $learning_rate } throughout.
lr_step_size-label = Decay interval
lr_step_size-help = Stepwise decay multiplies the learning rate by the decay factor after this many epochs.
lr_decay-label = Decay factor
lr_decay-help = Stepwise decay multiplies the learning rate by this factor.
weight_decay-label = Weight decay
weight_decay-help = Penalises large weights (decoupled, AdamW).
weight_decay-methods = { $weight_decay ->
    [0] No weight decay was used.
   *[other] The weight decay was { $weight_decay }.
}
early_stopping-label = Early stopping
early_stopping-help = Stops after this many epochs without a lower validation loss; 0 trains for all epochs.
early_stopping-methods = { $early_stopping ->
    [one] Training was to stop after 1 epoch without a lower validation loss.
   *[other] Training was to stop after { $early_stopping } epochs without a lower validation loss.
}
calibrate-label = Calibrated probabilities
calibrate-help = Corrects how certain the probabilities are, by predictions of training subjects by models that were not trained on them. The order of subjects stays as it is.
seed-label = Seed
seed-help = The same seed on the same device gives the same model.
seeds-label = Seeds
seeds-help = Trains one model per seed and averages their predictions.
seeds-methods = { $seeds ->
    [one] The random seed was { NUMBER($seed, useGrouping: 0) }.
   *[other] { $seeds } models were trained with consecutive seeds, starting at { NUMBER($seed, useGrouping: 0) }, and their predictions were averaged.
}

## Graph

graph-label = Graph
graph-help = Which regions are connected.
graph-covariance = covariance
graph-similarity = similarity
graph-connectome = connectome
graph-group_connectome = group_connectome
graph-partial = partial
graph-tangent = tangent
graph-knn = knn
graph-mst = mst
graph-spatial = spatial
graph-full = full
graph-none = none
graph-covariance-methods = One graph was used for all subjects. Its edge weights are the correlations between regions across { $fitted_on }: Pearson's r per measure, averaged over measures.
graph-similarity-methods = Each subject's graph was their morphometric similarity network: the correlation between two regions across their measures [@seidlitz].
graph-connectome-methods = Each subject's graph was their own connectome, as given in the data.
graph-group_connectome-methods = One graph was used for all subjects: the mean connectome of { $fitted_on }.
graph-partial-methods = Each subject's graph held the partial correlations of their own connectome, shrunk towards the identity by 0.1 [@marrelec].
graph-tangent-methods = Each subject's graph was their own connectome in the tangent space at the mean of { $fitted_on } [@varoquaux].
graph-knn-methods = One graph was used for all subjects. It connects each region to the { $neighbours } regions most similar to it across all measures of { $fitted_on }.
graph-mst-methods = One graph was used for all subjects: the maximum spanning tree of the correlations between regions across { $fitted_on }, plus the strongest other edges up to a density of { $percent } % [@tewarie].
graph-spatial-methods = One unweighted graph was used for all subjects. It connects each region to its { $neighbours } nearest regions in space.
graph-full-methods = One directed, unweighted graph was used for all subjects. Each region receives from itself and from every region that precedes it in the data.
graph-none-methods = No graph was used.
density-label = Density
density-help = The share of region pairs kept as edges.
density-methods = The strongest { $percent } % of region pairs were kept as edges.
threshold-label = Threshold
threshold-help = Keeps the edges of at least this weight, instead of a density.
threshold-methods = Region pairs with a weight of at least { $threshold } were kept as edges.
sign-label = Negative weights
sign-help = How negative edge weights are treated.
sign-positive = Set to zero
sign-absolute = Absolute value
sign-signed = Kept
sign-positive-methods = Negative edge weights were set to zero.
sign-absolute-methods = Absolute edge weights were used.
sign-signed-methods = Edge weights kept their sign and were ranked by absolute value.
neighbours-label = Neighbours
neighbours-help = Neighbours per region, for the graphs knn and spatial.
series_connectivity-label = Connectivity of time series
series_connectivity-help = What the connectome of each subject's time series is.
series_connectivity-correlation = Correlations
series_connectivity-partial = Partial correlations
series_connectivity-correlation-methods = Each subject's connectome held Fisher's z of the correlations between the time series of their regions.
series_connectivity-partial-methods = Each subject's connectome held Fisher's z of the partial correlations between the standardised time series of their regions, from a covariance that was shrunk as proposed by Ledoit and Wolf [@ledoit].
series_measures-label = Measures of time series
series_measures-help = Computed from each subject's time series, for each region: sd is the standard deviation, ar1 the autocorrelation at lag 1, low_frequency the share of power from 0.01 to 0.08 Hz, degree the mean magnitude of a region's connections. Without any, the connectome's rows are the measures.
series_measures-methods = These measures of each region were computed from each subject's time series: { $series_measures }.

## Target and sites

label-label = Target
label-help = Predicts the class or the clinical score (LABEL_SCORE).
label-group = Class
label-score = Clinical score
harmonise-label = Harmonise sites
harmonise-help = Removes site effects with ComBat, fitted to the training subjects.
harmonise-methods = Site effects were removed with ComBat [@combat; @fortin], fitted to { $fitted_on } without the diagnosis as a covariate.
adjust-label = Adjust for covariates
adjust-help = Regresses the covariates out of the measures, or keeps what they explain while ComBat removes site effects; fitted to the training subjects of each fold.
adjust-none = not adjusted
adjust-regress = regressed, fitted to all training subjects
adjust-regress_controls = regressed, fitted to the controls
adjust-combat = kept while site effects are removed (ComBat)
adjust-none-methods = Covariates were left in the measures.
adjust-regress-methods = { $names } were regressed out of each measure by least squares fitted to { $fitted_on }; missing values were taken to be the mean [@snoek].
adjust-regress_controls-methods = { $names } were regressed out of each measure by least squares fitted to the controls among { $fitted_on }; missing values were taken to be the mean [@snoek; @dukart].
adjust-combat-methods = Site effects were removed with ComBat [@combat; @fortin], fitted to { $fitted_on } with { $names } as covariates whose effects were kept, and without the diagnosis; missing values of these were taken to be the mean.
covariate_inputs-label = Covariates as inputs
covariate_inputs-help = The model also sees these: standardised, words as one column each, by training subjects alone. If empty, it sees measures only.
covariate_inputs-methods = { $names } were inputs of the model beside the measures, as a linear term of its class scores: numbers were standardised and words coded as a column each by { $fitted_on }; a missing value was taken to be their mean, and marked if some of them lacked it. The simple methods had the same inputs.

## Fine-tuning

fine_tune-label = Trained parameters
fine_tune-help = The parameters that fine-tuning may change.
fine_tune-all = All
fine_tune-last_layers = Last layers
fine_tune-readout = Readout only
fine_tune-all-methods = It was fine-tuned from the model of task { $parent }; all parameters were trained.
fine_tune-last_layers-methods = It was fine-tuned from the model of task { $parent }; only the last layers were trained.
fine_tune-readout-methods = It was fine-tuned from the model of task { $parent }; only the readout was trained.
compare_scratch-label = Compare with training from scratch
compare_scratch-help = Also trains the model from scratch on the same new subjects, with the recommended settings.
optimiser-label = Optimiser state
optimiser-help = Starts afresh or continues from the parent model's state.
optimiser-fresh = Fresh
optimiser-kept = From the parent model

## Evaluation

cv_folds-label = Cross-validation folds
cv_folds-help = 0 for none; if empty, 10 when no validation or test subject is new to the model, otherwise none.
cv_repeats-label = Repeats
cv_repeats-help = How often cross-validation is repeated with new folds.
cv_balance-label = Folds balanced by
cv_balance-help = What each fold has in equal shares, within each class.
cv_balance-class = class
cv_balance-site = class and site
cv_balance-covariates = class, site and covariates
nested-label = Nested selection
nested-help = Selects learning rate, weight decay and density within each fold.
learning_curve-label = Learning curve over subjects
learning_curve-help = Trains on a quarter, half and three quarters of the training subjects too, to see whether more subjects may help.
curve-nested = A learning curve trains with the settings of the form; nested selection would choose others for every share of the subjects. Leave one of the two off.
sweep-label = Sweep
sweep-help = Compares all combinations of the listed values by inner cross-validation, trains the best one, and says how optimistic its figure is.
atlases-label = Other atlases
atlases-help = Datasets that hold the same subjects, measured on another atlas or in another way. The sweep is compared on each of them too, on the subjects whom all have, and the best atlas is trained.
leave_site_out-label = Leave one site out
leave_site_out-help = Tests on each training site in turn.
covariates-label = Covariates
covariates-help = Checks whether these explain the result; if empty, age, sex, motion and others that are recognised.
prevalence-label = Prevalence
prevalence-help = The share of class 1 where the model is to be used, for predictive values there; if empty, only for the shares of these subjects.
permutations-label = Permutations
permutations-help = Label permutations for a p-value of the AUC; 0 for none. With leave-one-site-out, labels are permuted within sites. The models are not refitted. Fewer than 1,000 give only an upper bound.
baselines-label = Baselines
baselines-help = Fits simple methods to the same subjects for comparison.
explain-label = Explanation
explain-help = Shows which regions the predictions depend on.

## Execution

fan_out-label = Workers
fan_out-help = How many workers may share the folds and the seeds.
device-label = Device
device-help = The task waits for a worker that has this device.
device-any = Any
device-cpu = CPU
device-cuda = GPU (CUDA)
save_model_state-label = Keep the model
save_model_state-help = Required for fine-tuning, prediction and download.
