# What a task does at the moment. Of all $folds it works on $count, from $first to $last.

reading = Reading and preparing the data
training = Training the model
training-without-graph = Training the same network without its graph
baselines = Fitting and comparing the baselines
evaluation = Evaluating the predictions
choosing = Choosing settings for fold { $first } of { $folds }
comparing = Comparing candidate { $first } of { $folds } on inner folds
calibration = Training on inner folds to calibrate the probabilities
folds = Training { $count ->
    [one] fold { $first }
   *[other] folds { $first } to { $last }
} of { $folds }
folds-baselines = Fitting the baselines of fold { $first } of { $folds }
folds-without-graph = Training { $count ->
    [one] fold { $first }
   *[other] folds { $first } to { $last }
} of { $folds } without the graph
folds-other-start = Training { $count ->
    [one] fold { $first }
   *[other] folds { $first } to { $last }
} of { $folds } from another start, for comparison
from-scratch = Training the same network from scratch, for comparison
learning-curve = Training on shares of the subjects, for the learning curve
shared = Waiting for other workers to finish their parts
explanation = Explaining the predictions
report = Writing the results and the report

# A line of "python -m graphnet"; $left is a time such as 12:34.
line = { $percent } %, { $left } left: { $stage }
line-without-time = { $percent } %: { $stage }

ended-model-kept = The run was ended. The model is trained and was kept in { $folder }; it was not fully evaluated, so there is no result and no report.
ended-nothing-kept = The run was ended before the model was trained; nothing was kept.
note = Note: { $warning }
