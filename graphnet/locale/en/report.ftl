# The report of a task: its page, its tables and its verdict.

## Frame

title = { $task }: report
kind = Training report
finished = finished { $time } UTC
summary = Summary
contents = Contents
limits = Limits and warnings
no-limits = The checks of this service found none.
research-only = Classifying groups is not a diagnosis of a person; this report is for research only.
methods = Methods
subjects = Subjects
lineage = Tasks behind this model
lineage-caption = From the first ancestor to this task.
how-read = How the data were read
reading-caption = Each class as in the file, with its number and name here.
data-quality = Missing data and data quality
nothing-found = No value was missing, infinite, implausible, constant or out of range.
quality-not-stored = The findings of the quality checks were not stored.
learning-curves = Learning curves
curves-caption = Loss and accuracy per epoch; the dashed vertical line marks the epoch whose parameters were used.
no-curves = The metrics of each epoch were not stored.
performance = Performance
metrics-caption = { $target ->
    [score] 95 % intervals in brackets; — means that the metric cannot be computed.
    [two-classes] 95 % intervals in brackets; — means that the metric cannot be computed, such as the AUC of a single class. PPV and NPV are for the shares of the classes among the subjects of each column.
   *[classes] 95 % intervals in brackets; — means that the metric cannot be computed, such as sensitivity with more than two classes.
} Figures of training subjects, on whom the model was trained, say nothing about new subjects.{ $sites ->
    [yes] {" "}The AUC of left-out sites is that of all sites together.
   *[no] {""}
}
scatter-caption = Predicted against true scores; on the dashed line both are equal.
by-site = By site: { $split }
comparison = Comparison with simple methods
comparison-caption = { $target ->
    [score] The model (diamond) and other methods on the same subjects, with 95 % intervals; the dashed line marks the performance of the mean score.
   *[classes] The model (diamond) and other methods on the same subjects, with 95 % intervals; the dashed line marks chance.
}{ $pooled ->
    [yes] {" "}A method that gives all subjects of a fold the same probability has an AUC somewhat below 0.5 over all folds, because folds with more patients to test have fewer to train on.
   *[no] {""}
}
reason = { $method }: { $reason }
no-baselines = No other method was fitted to the same subjects.
roc-and-calibration = ROC and calibration
roc-caption = { $target ->
    [two-classes] Receiver operating characteristic by split.
   *[classes] Receiver operating characteristic of each class against the rest.
}{ $repeated ->
    [yes] {" "}For repeated folds, it is that of each subject's mean prediction.
   *[no] {""}
}{ $sites ->
    [yes] {" "}Of left-out sites, it is that of all sites together, whose models differ.
   *[no] {""}
}
calibration-caption = Observed frequency against predicted probability, in the bins of the expected calibration error.
confusion-caption = { $repeated ->
    [yes] { $split }: counts over all repeats. Each subject is assigned to the likeliest class; shading shows the share of the row.
   *[no] { $split }: counts. Each subject is assigned to the likeliest class; shading shows the share of the row.
}
no-roc = ROC and calibration curves need stored predictions of subjects of two classes.
explanation = Explanation
brain-caption = { $kind ->
    [two-classes] Contribution of each region to the difference in score between the classes (colour and size): red pulls the classes apart, blue works against it, white is a region whose sign is not stable.
    [score] Contribution of each region to the slope of the prediction on the true score (colour and size): red follows the score, blue works against it, white is a region whose sign is not stable.
    [classes] Contribution of each region to the score of the likeliest class (colour and size): red speaks for it, blue against it, white is a region whose sign is not stable.
   *[old] Share of the attribution (size) and its mean over subjects (colour): red is evidence for { $positive }, blue is evidence against. The mean changes with the mix of classes and with a shift between scanners.
}
importance-caption = { $kind ->
    [two-classes] The regions with the largest share. Length and side of a bar are the region's contribution: its mean attribution in subjects of { $positive } minus that in the others. The line is the 95 % interval over subjects; a pale bar with ± has a sign that is not stable, because the interval contains 0 or more than one in ten fold models disagree.
    [score] The regions with the largest share. Length and side of a bar are the region's contribution: the slope of its attribution on the true score, per standard deviation. The line is the 95 % interval over subjects; a pale bar with ± has a sign that is not stable, because the interval contains 0 or more than one in ten fold models disagree.
    [classes] The regions with the largest share. Length and side of a bar are the region's contribution: its mean attribution to the likeliest class. The line is the 95 % interval over subjects; a pale bar with ± has a sign that is not stable, because the interval contains 0 or more than one in ten fold models disagree.
   *[old] The regions with the largest share of the evidence for or against { $positive }. A share has no sign; this result stored no contribution with an interval.
}
regions-caption = { $kind ->
    [old] Share: of the total attribution, without sign. Occlusion: mean absolute change of the score without the region.
   *[other] Share: of the total attribution, without sign. Contribution: as in the figure. Folds with this sign: of the models of the folds, which share most of their training subjects. Higher values: whether a higher measure speaks for (+) or against (−) { $positive }, ± where more than one in ten fold models disagree. Occlusion: mean absolute change of the score without the region.
}
agreement = Rank correlation of integrated gradients and occlusion over regions: { $value }.
stability = Over { $models } models of folds, the rankings correlate by { $spearman }, and the top { $top } regions agree by { $overlap } (1: full agreement, 0: chance).
no-stability = The stability of the ranking was not computed because there are no models of folds.
measures = Measures
explained-chance = The performance of this model may be due to chance (see the first lines); so may its regions.
no-cause = Attribution shows what this model uses, not what causes the illness.
explanation-not-stored = No explanation was stored.
explanation-off = No explanation was requested.
settings = Settings
chosen-within-folds = Selected within folds
versions-and-hashes = Versions and hashes
attempt = attempt { $number }
parent-task = Parent
software = Software
device = Device
parameters = Parameters
predictions = Predictions
dataset-hash = { $count ->
    [one] { $name }, 1 subject, SHA-256
   *[other] { $name }, { $count } subjects, SHA-256
}
reproduce = To reproduce
bit-for-bit = The same data, settings, versions and kind of processor give the same parameters bit for bit.
with-service = With a service that holds the datasets, save this form as { $file } and run the command below it:
without-service = Without a service, from files:
references = References
more-rows = { $count ->
    [one] 1 more row is not shown.
   *[other] { $count } more rows are not shown.
}

## Verdict

headline = { $metric } { $figure } { $where } ({ $subjects })
n-subjects = { $known ->
    [yes] { $count ->
        [one] 1 subject
       *[other] { $count } subjects
    }
   *[no] number of subjects not stored
}
n-scans = { $scans } scans of { $subjects } subjects
n-scans-by-class = { $scans } scans of { $subjects } subjects: { $classes }
n-by-class = { $count } subjects: { $classes }
n-of-named = { $count } { $name }
n-of-numbered = { $count } of class { $label }
sees-covariates = The model also sees { $names }, not only the measures of the brain.
no-metrics = There are no metrics.
on-test = on test subjects
in-cross-validation = in cross-validation of the training subjects
at-left-out-sites = at left-out sites
on-validation = on validation subjects
on-validation-that-selected = on validation subjects, which selected the epoch
on-training = on the training subjects, which says nothing about new subjects
could-be-chance = { $target ->
    [score] The interval of R² includes 0: there is no evidence that the model performs better than the mean score.
   *[class] The interval of the AUC includes 0.5: there is no evidence that the model can tell the classes apart.
}
worse-than-chance = { $target ->
    [score] The whole interval is worse than the mean score.
   *[class] The whole interval is worse than chance.
}
new-sites = At sites that the models were not trained on: { $metric } { $figure } (n = { $count }).{ $chance ->
    [yes] { $target ->
        [score] {" "}The interval includes 0: there is no evidence that the model performs better than the mean score at a new site.
       *[class] {" "}The interval includes 0.5: there is no evidence that the model can tell the classes apart at a new site.
    }
   *[no] {""}
}
within-sites = AUC within sites: the mean of the AUCs of { $sites ->
    [one] 1 left-out site, which has a model of its own
   *[other] { $sites } left-out sites, each of which has a model of its own, weighted by their numbers of subjects
}.{ $alone ->
    [0] {""}
    [one] {" "}One site has subjects of one class only and is not counted: { $names }.
   *[other] {" "}{ $alone } sites have subjects of one class only and are not counted: { $names }.
} The AUC of all sites together is { $pooled }, which also counts shifts between these models.
sites-differ = At these sites the model tells the classes apart better than chance, but they differ so much that the interval, which is meant for other sites too, includes 0.5.
pooled-sites = The AUC at left-out sites, { $figure }, is that of all sites together: it also counts shifts between the models, one for each site.
decisions-by-chance = { $classes ->
    [two] At the threshold of 0.5, there is no evidence that subjects are assigned better than by chance: balanced accuracy { $figure } (sensitivity { $sensitivity }, specificity { $specificity }).
   *[more] There is no evidence that subjects are assigned better than by chance: balanced accuracy { $figure }.
}
wrong-calibration-intercept = Predicted probabilities of { $positive } are too { $high ->
    [yes] low
   *[no] high
} on these subjects: calibration intercept { $figure }, where 0 is right.
wrong-calibration-slope = Predicted probabilities are too { $high ->
    [yes] moderate
   *[no] extreme
} on these subjects: calibration slope { $figure }, where 1 is right.
no-covariates = No covariate such as age, sex or head motion was checked: whether one of them explains the result is not known.
seen-in-training = { $split ->
    [val] { $count } of { $subjects } validation subjects were used for training; this result is optimistic.
    [test] { $count } of { $subjects } test subjects were used for training; this result is optimistic.
   *[other] { $count } of { $subjects } left-out subjects were used for training; this result is optimistic.
}
better-methods = Better on the same subjects, by AUC (model − method): { $methods }.
simple-offer = { $better ->
    [yes] { $method } is better than { $model } on the same subjects (AUC, { $model } − { $method }: { $difference }). It can be trained, kept and used to predict like any model: choose { $kept }.
   *[no] There is no evidence that { $model } is better than { $method } (AUC, { $model } − { $method }: { $difference }). The simpler method can be trained, kept and used to predict like any model: choose { $kept }.
}
simple-not-kept = { $method } has the highest { $metric } of the simple methods on these subjects, { $figure } ({ $model } − { $method }: { $difference }), but is only compared: it cannot be kept without the measures of its training subjects.{ $offered ->
    [yes] {" "}The next best is offered instead.
   *[no] {""}
}
method-difference = { $method } ({ $difference })
metric-of-split = { $metric } · { $split }
higher-score = a higher score
likeliest-class = the likeliest class
no-predictions = The predictions were not stored (the task was trained by an older version), so metrics by site, ROC and calibration curves are not shown.
no-model = No model was stored, or it no longer exists: hashes of data and parameters are not shown, and the settings are those of the form.

## Tables

listed = { $items }
split = Split
site = Site
metric = Metric
of-these-seen = Of these, used for training
p-value = p-value of the AUC (labels permuted, models not refitted)
ppv-at = PPV at a prevalence of { $prevalence }
npv-at = NPV at a prevalence of { $prevalence }
mean-probability = Mean probability
observed-share = Observed share
reliability-caption = Calibration by site, { $split }: mean predicted probability and observed share of the positive class.
decision-caption = Decision curve: net benefit (true positives per subject, less false positives weighted by the odds of the threshold) over the probability from which somebody would act. Acting on the model is worth something where its curve is above those of treating all and treating nobody; the shares of the classes are those of these subjects.
benefit-caption = { $split }: net benefit by threshold, with the model's 95 % interval over subjects at each threshold, the shares of the classes held fixed; that of treating nobody is 0.
interval-low = 95 % interval, from
interval-high = 95 % interval, to
sd-over-repeats = SD of the AUC over repeats
method = Method
auc-difference = { $metric }: model − method
task = Task
trained = Trained
datasets-with-subjects = Datasets (subjects)
dataset-with-subjects = { $name } ({ $count })
another-project = dataset of another project
fine-tuned = fine-tuned
from-scratch = trained from scratch
not-stored = not stored
dataset = Dataset
measure = Measure
rule = Rule
values = Values
rank = Rank
region = Region
share = Share
occlusion = Occlusion
setting = Setting
value = Value
source = Source
yes = yes
no = no
from-parent = parent
from-form = form
recommended = recommended
folds = Folds
chosen = Selected (in how many folds)
why-no-metrics = Why it has no metrics
file = File
subject-id = Subject id
classes = Classes
other-columns = Other columns
connectome = Connectome
time-series = Time series
files-chosen = Files chosen
missing-codes = Missing-value codes
not-used = Not used
assumed = Assumed
site-column = Site: { $column }.
score-column = Score: { $column }.
covariates = Covariates: { $columns }.
with-reason = { $what } ({ $reason })
series = { $same ->
    [yes] { $least } points, { $orientation }
   *[no] { $least } to { $most } points, { $orientation }
}
missing-code = { $code } in { $column } ({ $count })
covariate = Covariate
standardised-difference = Standardised difference
p = p
test = Test
test-welch = Welch's t
test-anova = analysis of variance
test-fisher = Fisher's exact
test-chi2 = chi-squared
within-class = Within class
spearman = Spearman's ρ
level = Level
matched = Matched pairs
largest-difference = largest remaining difference { $value }
of-subjects = { $count } of { $all }
all-subjects = All subjects
covariates-caption = Mean ± standard deviation, or counts (share of those who have the covariate) in the order named. NA: missing. Standardised difference of two classes: class 1 minus class 0, of numbers in pooled standard deviations, of two categories by the share of the second. p values are not corrected for multiple comparisons.
associations-caption = Rank correlation of the prediction with each covariate among subjects of one class, with 95 % intervals. Of two categories, the second named counts as higher. A model that reads the covariate shows it here.
strata-caption = Performance where covariates are held fixed: in pairs matched by propensity score, and in strata: each category of at most six, and numbers up to and above their median. Strata of fewer than ten subjects have no AUC. Split: { $split }.
between = Between
groups-compared = Groups compared
cochran-q = Cochran's Q
degrees-of-freedom = df
not-compared = Not compared
heterogeneity-caption = Does the AUC differ between strata, or between sites? Cochran's Q, chi-squared with df = groups − 1, of groups with at least { $least } subjects of each class; the others are not compared. p values are not corrected for multiple comparisons; a large p is no evidence that groups are alike, least of all of few subjects. Split: { $split }.
covariates-title = Covariates

tuning-title = Did fine-tuning help?
growth-title = Learning curve over training subjects
growth-caption = { $split }, { $subjects } subjects; probabilities before calibration. Each model is trained anew on a share of its training subjects, drawn by class; a larger share contains the smaller ones. Bars are 95 % intervals over the tested subjects; they do not cover which subjects a share happened to have.
growth-share = Share of training subjects
growth-subjects = Training subjects per model
sweep-title = Comparison of candidates
sweep-caption = Mean { $metric } over { $inner } inner folds of all training subjects, by which the first was chosen, and the mean of the same within { $folds } outer folds. Chosen: of how many outer folds it was the best. None of these figures is that of new subjects.
sweep-rank = Rank
sweep-figure = Inner folds
sweep-in-folds = Within outer folds
sweep-chosen = Chosen
sweep-failed = not possible: { $reason }
sweep-told = { $tried } candidates were compared. The best has { $metric } { $figure } on the inner folds by which it was chosen; on subjects who had no part in choosing, the chosen ones have { $nested } as the mean of the folds. The headline takes all folds together.
sweep-optimism = Within the outer folds, the figure by which a candidate was chosen was { $optimism } too good: without that, the best would have { $corrected }.
sweep-no-optimism = No optimism was measured ({ $optimism }); what counts is the headline of cross-validation.
sweep-not-nested = { $tried } candidates were compared. The best has { $metric } { $figure } on the inner folds by which it was chosen, which is optimistic; no figure of subjects without part in choosing could be computed.
sweep-atlas = Of { $count } atlases, { $atlas } was chosen. All were compared on the same subjects, matched by id, and on the same folds. The figure of subjects who had no part in choosing includes the choice of the atlas.
sweep-atlas-title = atlas
tuning-caption = { $split }: { $subjects } subjects whom neither the fine-tuned model nor its parent was trained on. Differences are the fine-tuned model's value less the other's, with 95 % intervals; a lower Brier score is better. With its threshold moved, the parent model's probabilities are shifted so that their mean is the share of patients among the subjects used for fine-tuning; its ranking stays.
tuned-less = Fine-tuned minus this

## What reviewers ask

by-site-and-stratum = Performance by site and stratum
by-stratum = By stratum and in matched pairs
flow-caption = Subjects from the files to the analysis.
flow-table-caption = Rows of each file that were read, left out and analysed. Who was left out before the files were made is not known to this software.
rows-read = Rows read
rows-left-out = Left out
why = Why
analysed = Analysed
no-target = { $target ->
    [score] no score
   *[group] no class
}
split-count = { $split }: { $count }
class-count = { $label }: { $count }
site-count = { $count ->
    [one] 1 site
   *[other] { $count } sites
}
fold-count = { $kind }: { $count } folds
seen-count = { $count } of them also trained on
effects = Effect sizes by region and measure
effects-caption = { $kind ->
    [hedges_g] Training subjects only, as the files hold them: Hedges' g of class 1 minus class 0 with its 95 % interval. Of { $tests } tests, { $count } have q below 0.05 (Benjamini-Hochberg). Not adjusted for site or covariates. Effects describe the data; they did not select anything. The file effects.csv has more rows.
    [pearson_r] Training subjects only, as the files hold them: Pearson's r with the score and its 95 % interval. Of { $tests } tests, { $count } have q below 0.05 (Benjamini-Hochberg). Not adjusted for site or covariates. Effects describe the data; they did not select anything. The file effects.csv has more rows.
   *[eta_squared] Training subjects only, as the files hold them: eta squared between the classes. Of { $tests } tests, { $count } have q below 0.05 (Benjamini-Hochberg). Not adjusted for site or covariates. Effects describe the data; they did not select anything. The file effects.csv has more rows.
}
hedges-g = Hedges' g
eta-squared = η²
pearson-r = Pearson's r
q = q
contribution = Contribution
same-sign = Folds with this sign
measure-signs = Higher values
randomised = { $depends ->
    [yes] Check by random weights: the ranking of regions correlates by { $value } with that of { $models } copies of the network with shuffled weights (mean rank correlation), so it depends on what was learned.
   *[no] Check by random weights: the ranking of regions correlates by { $value } with that of { $models } copies of the network with shuffled weights (mean rank correlation). Much of it reflects the data and the architecture, not what was learned; do not read single regions from it.
}
no-randomised = The explanation was not compared with networks of shuffled weights (an older version's result, or a ranking without differences).
checklist = Checklist for reviewers
of-column = { $column }: { $values }
with-values = { $name } ({ $values })
