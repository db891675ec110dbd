# Words in figures.

one-minus-specificity = 1 − specificity
area-under-curve = Area under the curve
chance = chance: 0.500
roc-curves = ROC curves
seen-in-training = { $split } (used for training)
predicted-probability = Predicted probability
observed-share = Observed frequency
well-calibrated = On the dashed line, predictions are well calibrated.
calibration-bars = Bars: 95 % intervals (Wilson). Grey: number of subjects.
calibration = Calibration
true-class = True
predicted-class = Predicted
confusion-matrix = Confusion matrix
true-score = True score
predicted-score = Predicted score
equal-scores = On the dashed line, both scores are equal.
predicted-and-true = Predicted and true scores
loss = Loss
accuracy = Accuracy
epoch = Epoch
kept = epoch used
learning-curves = Learning curves
learning-curve = Learning curve over training subjects
training-subjects = Training subjects per model
median = median
distributions-by-site = Distributions by site
with-intervals = With 95 % intervals
against = { $kind ->
    [two] ← works against the classes
    [score] ← works against the score
   *[more] ← against the likeliest class
}
for = { $kind ->
    [two] pulls the classes apart →
    [score] follows the score →
   *[more] for the likeliest class →
}
most-important-regions = Most important regions
lineage = Lineage
fine-tuned = fine-tuned
from-scratch = from scratch
waiting = waiting
running = running
finished = finished
failed = failed
cancelled = cancelled
flow = Flow of subjects
rows-read = { $count ->
    [one] 1 row read
   *[other] { $count } rows read
}
rows-left-out = { $count } left out
threshold = Threshold on the probability
net-benefit = Net benefit
model-decides = Model
treat-all = Treat all
treat-none = Treat nobody
with-band = Area: 95 % interval at each threshold
decision-curve = Decision curve
benefit-between = The model's net benefit is the highest at some thresholds from { $low } to { $high }.
benefit-sure = The whole interval is above treating all and nobody at some thresholds from { $low } to { $high }.
benefit-by-chance = At no threshold is the whole interval above treating all and nobody.
benefit-nowhere = At no threshold is the model better than treating all or nobody.
