# Sentences of a report's methods section; a key in brackets cites a work of
# graphnet/report/references.toml.

heading-subjects = Subjects and measures
heading-preprocessing = Preprocessing
heading-model = Model
heading-training = Training
heading-evaluation = Evaluation
heading-comparison = Comparisons and confounding
heading-effects = Effect sizes
heading-explanation = Explanation
heading-software = Software

## Subjects and measures

cohort-train = { $count ->
    [one] The model was trained on 1 subject
   *[other] The model was trained on { $count } subjects
}{ $by_class ->
    [yes] {" "}({ $classes })
   *[no] {""}
}{ $sites ->
    [0] {""}
    [one] {""}
   *[other] {" "}from { $sites } sites
}.
cohort-val = { $count ->
    [one] It was validated on 1 subject
   *[other] It was validated on { $count } subjects
}{ $by_class ->
    [yes] {" "}({ $classes })
   *[no] {""}
}{ $sites ->
    [0] {""}
    [one] {""}
   *[other] {" "}from { $sites } sites
}.
cohort-test = { $count ->
    [one] It was tested on 1 subject
   *[other] It was tested on { $count } subjects
}{ $by_class ->
    [yes] {" "}({ $classes })
   *[no] {""}
}{ $sites ->
    [0] {""}
    [one] {""}
   *[other] {" "}from { $sites } sites
}.
scans = { $split ->
    [train] These training subjects
    [val] These validation subjects
   *[test] These test subjects
} had { $scans } scans.
cohort-ancestors = Before, the parent model{ $ancestors ->
    [one] {""}
   *[several] {" "}and its own parents
} had been trained on { $count ->
    [one] 1 subject.
   *[other] { $count } subjects.
}
count-of-class = { $count } of { $label }
measures = { $count ->
    [0] Each subject was described by the connectome of { $regions } regions.
    [one] Each subject was described by 1 measure ({ $measures }) of { $regions } regions.
   *[other] Each subject was described by { $count } measures ({ $measures }) of { $regions } regions.
}
atlas = Regions are those of the atlas { $atlas } ({ $citation }).
target-score = The target was a clinical score (LABEL_SCORE).
controls-and-patients = Class 0 was controls; class 1, the positive class, was patients.
positive-class = The positive class was { $positive }, the negative class { $negative }.
subjects-of-own = the training subjects
subjects-of-parent = the subjects on whom the parent model was first trained

## Preprocessing

quality-rules = Infinite, implausible and constant values were identified by fixed rules and treated as missing.
scaled = Missing values were replaced by the median of { $fitted_on }; each measure of each region was then standardised by their mean and standard deviation and clipped to 5 standard deviations.
scaled-per-subject = Missing values were replaced by the median of { $fitted_on }. Of each connection their mean was subtracted; all were divided by one common standard deviation, clipped to 5 of it, and divided by the root mean square of the subject's own connections.
not-scaled = Measures were neither scaled nor clipped, as in the imported model from which this one descends.
inherited = Scaling, graph and classes were those of the parent model.
not-harmonised-sites = { $where ->
    [folds] Subjects of a left-out site were not harmonised, because nothing is known of a site without training subjects.
   *[split] Subjects of sites without training subjects were not harmonised, because nothing is known of these sites.
}
no-subject-twice = No validation or test subject has the identifier of a training subject.
not-fitted-on-others = No preprocessing step was fitted to validation or test subjects.

## Model and training

model-size = { $networks ->
    [one] It has
   *[other] It averages { $networks } networks, each of which has
} { $parameters } trainable parameters{ $all ->
    [yes] {""}
   *[no] {" "}({ $trained } of them trained here)
} and { $inputs } inputs, values that vary between training subjects{ $connections ->
    [0] {""}
   *[other] ; beside them it sees { $connections } connections of each subject as edges
}.
from-scratch = It was trained from scratch.
optimiser = { $target ->
    [score] The model was trained with AdamW [@adamw] to minimise the mean squared error, with a batch size of { $batch_size }.
   *[class] The model was trained with AdamW [@adamw] to minimise cross-entropy, with a batch size of { $batch_size }.
}
epochs = { $count ->
    [one] Training took 1 epoch.
   *[other] Training took { $count } epochs.
}
epochs-of-most = { $count ->
    [one] Training took 1 of at most { $most } epochs.
   *[other] Training took { $count } of at most { $most } epochs.
}
last-epoch = The parameters of the last epoch were used.
best-epoch = The parameters of epoch { $epoch } were used, which had the lowest validation loss.
best-epoch-of-first = The parameters with the lowest validation loss were used (for the first model, those of epoch { $epoch }).

## Evaluation

cross-validation = { $repeats ->
    [one] Performance on the training subjects was estimated by { $folds }-fold cross-validation over subjects.
   *[other] Performance on the training subjects was estimated by { $folds }-fold cross-validation over subjects, repeated { $repeats } times.
}
balanced-folds = { $by ->
    [covariates] Folds were balanced within each class by site and by { $names } (numbers in thirds), by minimisation [@taves].
   *[site] Folds were balanced within each class by site, by minimisation [@taves].
}
leave-site-out = Performance at new sites was estimated by leaving out each of { $sites } sites in turn.
refitted-folds = All preprocessing was fitted anew on the training subjects of each fold.
fine-tuned-folds = { $known ->
    [yes] Each fold's model was fine-tuned from the parent model, which had been trained on none of the subjects of the folds.
    [partly] Each fold's model was fine-tuned from the parent model, which had been trained on none of the subjects of the folds as far as it records whom it was trained on.
   *[unknown] Each fold's model was fine-tuned from the parent model; if the parent model had been trained on any of these subjects, all folds were trained from scratch instead.
}
folds-from-scratch = As the parent model had been trained on some of the subjects of the folds, each fold's model was trained from scratch instead of being fine-tuned.
within-sites = As each left-out site has a model of its own, the area under the ROC curve was computed within each site that has both classes; the mean weights a site of m and n subjects of the classes by m · n / (m + n) [@kawaguchi]. Its interval combines Newcombe's intervals of the sites [@newcombe; @zou] with the variance between sites beyond chance [@dersimonian]. For differences to other methods, subjects were drawn within each class of each site.
pooled-folds = { $other ->
    [yes] Other metrics are of the predictions of all folds together.
   *[no] The predictions of all folds were evaluated together.
}
last-epoch-of-folds = Within folds, the parameters of the last epoch were used.
mean-of-repeats = For repeated folds, each subject's mean prediction was evaluated, which may be better than the predictions of a single model.
nested = { $density ->
    [yes] Learning rate, weight decay and density were selected within each fold by inner cross-validation of its training subjects [@cawley].
   *[no] Learning rate and weight decay were selected within each fold by inner cross-validation of its training subjects [@cawley].
}
intervals-of-scores = Intervals are 95 % percentile intervals of a bootstrap over subjects [@efron].
intervals-of-two-classes = Intervals are 95 % confidence intervals: Wilson's for proportions [@wilson], their combination for balanced accuracy [@zou], Newcombe's method 5 for the area under the ROC curve [@newcombe], and Student's t for the Brier score [@brier].
intervals-of-classes = Intervals are 95 % confidence intervals: Wilson's for proportions [@wilson], their combination for balanced accuracy [@zou], and Student's t for the Brier score [@brier].
auc-of-classes = The area under the ROC curve is the mean over each class against the rest, without an interval.
intervals-of-repeats = For repeated folds, metrics are means over the repeats; the intervals of accuracy, balanced accuracy and area under the ROC curve are from a bootstrap over subjects [@efron], the other intervals are those of the first repeat, shifted to the mean.
scans-by-subject = Where subjects had several scans, all scans of a subject were in the same fold, and each scan counts in the metrics. Inference goes by subject: in the formulas the numbers of scans are divided by the design effect [@rao], the ratio of the variance by subjects to that of independent scans, which for the area under the ROC curve is the variance of clustered data [@obuchowski]; the bootstrap draws subjects with all their scans; permutations swap the labels of subjects. Covariates are compared by each subject's first scan, effect sizes and contributions of regions by the mean of a subject's scans.
scans-as-subjects = Several scans of a subject were counted as if they were different subjects, so the intervals are too narrow and p-values too small.
meaning-of-intervals = Intervals reflect which subjects were evaluated, not which were trained on.
calibration-error = The expected calibration error is the mean distance of predicted probability and observed share over ten bins of equally many subjects, fewer where a bin would have less than five [@nixon]; it has no interval, and in few subjects it is above 0 by chance even where probabilities are right.
calibration-of-two-classes = The calibration slope is that of a logistic regression of the class on the logit of the predicted probability, the calibration intercept that with the slope held at 1 [@cox; @calster], both with Wald's intervals. The Brier score is compared with that of giving every subject the share of the classes [@steyerberg]; the interval of the scaled score is that of the Brier score.
calibrated = Log probabilities were drawn towards the classes' shares in the training subjects by one factor (temperature scaling [@guo] around the base rate), { $source ->
    [parent] { $slope }, that of the parent model
    [inner] { $slope }, fitted to predictions of { $subjects } training subjects by models of inner folds that were not trained on them
   *[folds] { $slope }, fitted to { $subjects } out-of-fold predictions of training subjects
}. The predicted class is the most probable one.
calibrated-folds = Each fold has a factor of its own, fitted to predictions of its training subjects by models that were trained neither on these nor on test subjects of the fold. Subjects of several folds were ranked, for the area under the ROC curve, by their probabilities before calibration.
not-calibrated = The model's probabilities were not calibrated.
predictive-values = Predictive values are for the classes' shares in the evaluated subjects.
predictive-values-at = Predictive values are for the classes' shares in the evaluated subjects and, by Bayes' theorem, for a prevalence of { $prevalence }, with intervals on the logit scale [@mercaldo].
decision-curve = The decision curve shows the net benefit over thresholds of the probability [@vickers]{ $interval ->
    [yes] , with 95 % percentile intervals of the bootstrap over subjects within each class, at each threshold by itself [@efron].
   *[no] .
} It is for the classes' shares in the evaluated subjects, which need not be those where the model would be used.
baselines = { $count ->
    [one] For comparison, { $methods } was fitted to the same training subjects [@sklearn].
   *[other] For comparison, { $methods } were fitted to the same training subjects [@sklearn].
}
baselines-of-tuned = { $count ->
    [one] For comparison, { $methods } was fitted to the subjects used for fine-tuning, without those of the parent model, on the inputs of the fine-tuned model [@sklearn].
   *[other] For comparison, { $methods } were fitted to the subjects used for fine-tuning, without those of the parent model, on the inputs of the fine-tuned model [@sklearn].
}
baselines-pooled = { $same ->
    [yes] The same methods
   *[no] In addition, { $methods }
} were fitted to the subjects used for fine-tuning together with { $subjects ->
    [one] 1 training subject
   *[other] { $subjects } training subjects
} of the parent model{ $ancestors ->
    [one] {""}
   *[several] {" "}and its own parents
}, from whom the fine-tuned model has learned as well ("with parent's data").
pooled-inputs = What prepares the inputs of these ({ $steps }) was fitted anew to the same subjects{ $folds ->
    [yes] ; in each fold, the subjects used for fine-tuning are the training subjects of the fold.
   *[no] .
}
pooled-scaling = imputation and scaling
pooled-harmonising = harmonisation of sites
pooled-adjusting = adjustment for covariates
pooled-left-out = Of the parent's training subjects, { $held_out } who are validation or test subjects here were left out of this; { $in_training } who are training subjects here count once.
majority = a majority vote
logistic-regression = logistic regression
svm-linear = a linear support vector machine
svm-rbf = a support vector machine with a radial kernel
mean = the mean score
ridge = ridge regression
baselines-strength = { $kind ->
    [score] The strength of its penalty was chosen by leaving one training subject out in turn.
   *[class] The strength of their penalties was chosen by up to five inner folds of the subjects to whom they were fitted.
}
no-edge = The same network was also trained without its graph.
no-edge-on-folds = On the folds, the same network was also trained without its graph.
parent-evaluated = The parent model was evaluated on the same subjects, as it was before fine-tuning.
tuning-compared = The fine-tuned model and its parent were compared on { $subjects } subjects whom neither was trained on ({ $split ->
    [test] test subjects
    [cv] by out-of-fold predictions of the fine-tuned model
   *[other] by predictions of the fine-tuned model for each site that was left out
}).
tuning-moved = To tell a better ranking from another threshold, the parent model's log odds were also shifted so that their mean probability is the share of patients among the subjects used for fine-tuning.
tuning-scratch = The same network was also trained from scratch on the subjects used for fine-tuning, with the recommended settings.
tuning-intervals = { $kind ->
    [score] The interval of the paired difference of absolute errors is Student's t.
   *[classes] Paired differences between these models have the intervals of Newcombe for proportions [@newcombe_paired], Newcombe's intervals of both areas under the ROC curve combined by their correlation [@delong; @zou], and Student's t for the Brier score.
}
tuning-widened = As folds share training subjects, intervals of these differences were widened by the square root of 1 + k / (k - 1) for k folds [@nadeau].
differences = Differences between the model and the other methods are paired by subject, with bootstrap percentile intervals [@efron].{ $folds ->
    [yes] {" "}As folds share training subjects, those of folds were widened by the square root of 1 + k / (k - 1) for k folds [@nadeau].
   *[no] {""}
}
permutations-bound = The p-value is given as an upper bound (≤) where it is the least that so many permutations can give, or where there were fewer than { $enough } permutations.
permutations = { $within_sites ->
    [yes] The p-value of the area under the ROC curve is based on { $count } permutations of the labels (for left-out sites, within each site, and of the mean area within sites) against the out-of-fold predictions, without refitting the models [@phipson].
   *[no] The p-value of the area under the ROC curve is based on { $count } permutations of the labels against the out-of-fold predictions, without refitting the models [@phipson].
}

## Explanation and software

attribution = { $split ->
    [test] For { $count } test subjects, { $explained } was attributed to regions and measures by integrated gradients [@ig] from the mean of { $fitted_on }, and by replacing single regions by that mean (occlusion [@occlusion]).
    [val] For { $count } validation subjects, { $explained } was attributed to regions and measures by integrated gradients [@ig] from the mean of { $fitted_on }, and by replacing single regions by that mean (occlusion [@occlusion]).
   *[train] For { $count } training subjects, { $explained } was attributed to regions and measures by integrated gradients [@ig] from the mean of { $fitted_on }, and by replacing single regions by that mean (occlusion [@occlusion]).
}
integral-exact = The integral was computed exactly, in closed form.
integral-in-steps = The integral was approximated in { $steps } steps [@captum].
explained-score = the predicted score
explained-class = the score of { $positive } relative to { $negative }
explained-likeliest-class = the score of the likeliest class relative to the mean of all classes
stability = Agreement between the top regions of several models is corrected for chance [@kuncheva].
glass-brain = Regions were drawn with Nilearn [@nilearn].
software = The model was trained with nld-sgn { $version } and { $library } [@torch] on { $device }.
unknown-version = (unknown version)
unknown-device = an unknown device
covariates = What { $names } alone predict was assessed by logistic regression (L2, strength chosen by inner folds) fitted on the same training subjects; missing values were replaced by the training mean and marked.
score-covariates = What { $names } alone predict was assessed by ridge regression fitted on the same training subjects; missing values were replaced by the training mean and marked.
site-alone = What the site alone predicts was assessed in the same way.
confounds = { $target ->
    [two] Differences between classes were tested by Welch's t test or analysis of variance (numbers), and by the chi-squared or Fisher's exact test (categories), without correction for multiple comparisons. Standardised differences between two classes are differences of means over the root mean of both variances (numbers), and differences of shares over theirs (categories). The association of the predictions with each covariate within each class is Spearman's rank correlation; performance was also computed in strata of each covariate and in pairs matched by propensity score (nearest neighbour within 0.2 standard deviations of the logit) [@austin].
    [more] Differences between classes were tested by analysis of variance (numbers), and by the chi-squared test (categories), without correction for multiple comparisons. Performance was also computed in strata of each covariate.
   *[score] The association of the predictions with each covariate is Spearman's rank correlation.
}
heterogeneity = Whether the area under the ROC curve differs between strata of a covariate, or between sites, was tested by Cochran's Q [@cochran] with the variances of Hanley and McNeil at the mean area [@hanley], among groups with at least { $least } subjects of each class, without correction for multiple comparisons.

## What reviewers ask

threshold = { $classes ->
    [two] A subject was assigned to { $positive } at a predicted probability above 0.5; this threshold was fixed in advance and not chosen on any subjects.
   *[more] A subject was assigned to the likeliest class; no threshold was chosen on any subjects.
}
unweighted = Classes were neither weighted nor resampled.
learning-curve = For a learning curve, the same training was repeated from the beginning on a quarter, half and three quarters of the training subjects, drawn within each class, and evaluated on the same subjects [@figueroa].
solved =
    Its weights are the optimum of the log loss with an L2 penalty, computed by L-BFGS. { $chosen ->
        [yes] The strength of the penalty (C = { $strength })
       *[no] The strength of the penalty
    } was chosen among 0.001, 0.01, 0.1 and 1 by the log loss on up to five inner folds of the training subjects, anew in every fold of a cross-validation.
solved-svm =
    Its weights are the optimum of the hinge loss with an L2 penalty, computed by LIBSVM. { $chosen ->
        [yes] C, the strength of the loss beside the penalty ({ $strength }),
       *[no] C, the strength of the loss beside the penalty,
    } was chosen among 0.001, 0.01, 0.1 and 1 by the accuracy on up to five inner folds of the training subjects, anew in every fold of a cross-validation; a logistic curve fitted to the decisions on these folds made its decisions probabilities [@platt].
machine-for-each-class = Each class has such a machine of its own, which separates it from all others.
machines-for-each-class = Support vector machines separated each class from all others.
settings-given = { $count ->
    [0] All settings were the recommended ones.
    [one] One setting was given by the user, the others were the recommended ones; this run does not show how it was chosen.
   *[other] { $count } settings were given by the user, the others were the recommended ones; this run does not show how they were chosen.
}
no-tuning = This run tuned no setting on its subjects.
nested-for-folds-only = The final model has the settings listed below, not those selected within folds.
sweep = { $tried } candidates ({ $settings }) were compared by the mean { $metric } over { $inner } inner folds; other settings were those recommended for each model, or given. Within each outer fold, the comparison was made anew on its training subjects alone, so that the figures of cross-validation include the choice [@varma]. The final model has the candidate that was best on inner folds of all training subjects.
sweep-atlas = { $datasets }
sweep-atlases = The candidates were compared on { $count } atlases of the same subjects: { $atlases }, the chosen one first. Subjects were matched by their ids, those who were not on all atlases were left out, and folds, classes and covariates were the same on every atlas.
effects = { $kind ->
    [hedges_g] For each measure of each region, Hedges' g [@hedges] with its large-sample interval [@olkin] and Welch's t test [@welch] compare the classes of the training subjects, in the values of the files without harmonising, adjustment or imputation; the false discovery rate was controlled over { $tests } tests [@benjamini].
    [pearson_r] For each measure of each region, Pearson's correlation with the score was computed in the training subjects, in the values of the files without harmonising, adjustment or imputation; the false discovery rate was controlled over { $tests } tests [@benjamini].
   *[eta_squared] For each measure of each region, eta squared and one-way analysis of variance compare the classes of the training subjects, in the values of the files without harmonising, adjustment or imputation; the false discovery rate was controlled over { $tests } tests [@benjamini].
}
contribution = { $kind ->
    [two-classes] A region's contribution is its mean attribution in subjects of { $positive } minus that in the others, with Welch's 95 % interval over subjects; the contributions of all regions sum to the difference in mean score between the classes.
    [score] A region's contribution is the slope of its attribution on the true score, per standard deviation, with the 95 % interval of least squares.
   *[classes] A region's contribution is its mean attribution to the likeliest class, with Student's 95 % interval over subjects.
}
explained-training = These subjects were trained on, so contributions are larger than in new subjects.
stable-signs = The sign of a contribution is called stable if its interval excludes 0 and at least nine in ten models of the folds have the same sign for the same subjects; these models share most of their training subjects.
stable-without-folds = The sign of a contribution is called stable if its interval excludes 0; there were no models of folds to compare.
randomised = The attributions were compared with those of { $models } copies of the network whose weights were shuffled at random [@adebayo].
