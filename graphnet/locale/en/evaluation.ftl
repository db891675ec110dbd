# Folds, cross-validation and baselines: why they were run, or why they have no metrics.

one-site = leave_site_out needs subjects from at least two sites; all training subjects come from { $site }.
one-class-without-site = leave_site_out is not possible: without { $sites }, all training subjects are of one class.
too-many-folds = cv_folds is { $folds }, but there are only { $subjects } training subjects; every fold must test at least one.
too-many-folds-of-class = cv_folds is { $folds }, but { $name } has only { $subjects } training subjects; every fold must test at least one subject of each class.

# $split is train, val or test; $measure a measure or the connectome; $empty and $others name classes.
measure-of-one-class = { $split }_data: no subject of { $empty } has a usable value of { $measure }, but subjects of { $others } have, so whether it was measured would tell the class. Leave { $measure } out of the data, or use data in which all classes have it.
of-connectome = the connectome

baseline-one-class = The training subjects are all of one class.
baseline-too-large = It is fitted to at most { $most_subjects } subjects and { $most_values } values in total; there are { $subjects } subjects with { $values } values each.
baseline-single-subject = A class has only one training subject, so the regularisation strength cannot be chosen by inner folds.

learning-curve = { $trend ->
    [up] With { $more } instead of { $fewer } training subjects per model, { $metric } rises by { $gain } (95 % interval { $low } to { $high }) on the same subjects: the curve has not levelled off, so more subjects may improve it. By how much cannot be read from it.
    [down] With { $more } instead of { $fewer } training subjects per model, { $metric } changes by { $gain } (95 % interval { $low } to { $high }) on the same subjects: it falls, which more subjects of the same kind are not likely to mend.
   *[open] With { $more } instead of { $fewer } training subjects per model, { $metric } changes by { $gain } (95 % interval { $low } to { $high }) on the same subjects: no rise is shown. Either the curve has levelled off, or there are too few subjects to see it rise.
}
learning-curve-unknown = Whether { $metric } still rises with the number of training subjects cannot be said with an interval.
no-learning-curve = There is no learning curve over training subjects: { $reason }
learning-curve-nobody = It needs folds, or test subjects of whom none was trained on.
learning-curve-no-folds = The folds came to nothing.
learning-curve-few = A class has fewer than { $least } training subjects in this share.

leave-site-out-asked = The form asks for it (leave_site_out).
cv-folds-asked = The form asks for it (cv_folds is { $folds }).
cv-called-for = No validation or test subject is new to the model, so the training subjects are cross-validated.
cv-of-sweep = The training subjects are cross-validated because a sweep is judged by subjects who had no part in choosing.
cv-impossible = No validation or test subject is new to the model, and the training subjects are too few for cross-validation: no metric describes performance on new subjects.
cv-failed = Cross-validation has no metrics: { $reason }
leave-site-out-failed = Leaving each site out has no metrics: { $reason }

graph-helps = The graph helps: the AUC is { $difference } higher than without the graph (95 % interval { $low } to { $high }), on { $split ->
    [test] the test subjects
    [cv] cross-validation
   *[other] the validation subjects
}.
graph-unclear = There is no evidence that the graph helps: the AUC differs by { $difference } from the same network without its graph (95 % interval { $low } to { $high }), on { $split ->
    [test] the test subjects
    [cv] cross-validation
   *[other] the validation subjects
}.
graph-harms = The graph does harm: the AUC differs by { $difference } from the same network without its graph (95 % interval { $low } to { $high }), on { $split ->
    [test] the test subjects
    [cv] cross-validation
   *[other] the validation subjects
}.
no-covariates = none
covariate-unknown = covariates names { $names }, which the training data do not have; they have { $known }.
covariates-explain = { $covariates } alone: { $metric } { $alone } on the same subjects. The model is { $worse ->
    [yes] worse
   *[no] not clearly better
} ({ $difference }, 95 % CI { $low } to { $high }), so its result may be due to { $covariates }.
covariates-do-not-explain = { $covariates } alone: { $metric } { $alone } on the same subjects; the model is better by { $difference } (95 % CI { $low } to { $high }).
covariates-by-chance = { $covariates } alone: { $metric } { $alone } on the same subjects, which may be chance; the model's difference to this is { $difference } (95 % CI { $low } to { $high }).
covariates-explain-score = { $covariates } alone: R² { $alone } on the same subjects, and the model { $ours }, so its result may be due to { $covariates }.
site-explains = The site alone: { $metric } { $alone } on the same subjects. The model is { $worse ->
    [yes] worse
   *[no] not clearly better
} ({ $difference }, 95 % CI { $low } to { $high }), so its result may be due to the sites.
site-explains-score = The site alone: R² { $alone } on the same subjects, and the model { $ours }, so its result may be due to the sites.

calibration-too-few = A class has fewer than { $least } training subjects with a prediction by a model that was not trained on them.
calibration-parent-saw = The parent was trained on training subjects, so no prediction of theirs is by a model that has not seen them.
calibration-inherited = The probabilities are calibrated as those of the parent. { $reason }
uncalibrated = The model's probabilities are not calibrated: they may be more certain than they are right. { $reason }
folds-uncalibrated = { $split ->
    [cv] Cross-validation
   *[other] Leaving each site out
}: the probabilities of some folds are not calibrated. { $reason }
