# What splits, metrics, methods, quality rules and classes are called.

split-train = Training
split-val = Validation
split-test = Test
split-cv = Cross-validation
split-leave_site_out = Left-out sites
split-across = Test and folds together

subjects-with-scans = { $subjects } ({ $scans } scans)
metric-n = Subjects
metric-accuracy = Accuracy
metric-balanced_accuracy = Balanced accuracy
metric-sensitivity = Sensitivity
metric-specificity = Specificity
metric-auc_within_sites = AUC within sites
metric-auc = AUC
metric-brier = Brier score
metric-brier_base = Brier score of the base rate
metric-brier_scaled = Brier score, scaled
metric-calibration_slope = Calibration slope
metric-calibration_intercept = Calibration intercept
metric-calibration_error = Expected calibration error
metric-ppv = PPV at these shares
metric-npv = NPV at these shares
metric-mae = Mean absolute error
metric-rmse = Root mean square error
metric-r2 = R²
metric-pearson = Pearson's r
metric-spearman = Spearman's ρ

status-Submitted = Submitted
status-Running = Running
status-Finished = Finished
status-Failed = Failed
status-Cancelled = Cancelled
status-Success = Success

method-majority = Majority class
method-logistic_regression = Logistic regression
method-svm_linear = Linear SVM
method-svm_rbf = RBF SVM
method-mean = Mean score
method-ridge = Ridge regression
method-no_edge = Same network without its graph
method-covariates = Covariates alone
method-site = Site alone
method-parent = Parent model
method-parent_moved = Parent model, threshold moved
method-tuned = Fine-tuned model
method-scratch = Trained from scratch
method-pooled = { $method }, with parent's data

rule-missing = Missing values
rule-infinite = Infinite values
rule-absurd = Implausible values
rule-constant = Constant measures
rule-broken = Failed computations
rule-missing-edge = Missing edges
rule-missing-region = Missing regions
rule-near-constant = Nearly constant columns
rule-clipped = Clipped values

rule-missing-help = A missing value is replaced by the median of the training subjects in that column.
rule-infinite-help = An infinite value is treated as missing.
rule-absurd-help = A value above 1,000 times the subject's own median of that measure, or beyond 1e9, is treated as missing.
rule-constant-help = A measure that has the same value in all regions of a subject carries no signal; it is treated as missing for that subject.
rule-broken-help = A measure of a subject with more than 10 % infinite or implausible values is treated as missing altogether, because its other values come from the same failed computation.
rule-missing-region-help = A region without any edge in a subject's connectome was not measured in that subject; its edges are replaced by their medians over the training subjects, in graphs by their means.
rule-missing-edge-help = A missing or infinite edge of a connectome is replaced by its median over the training subjects, in graphs by its mean.
rule-near-constant-help = A column that hardly varies across the training subjects carries no information; it is set to 0.
rule-clipped-help = A value more than 5 standard deviations from the mean of the training subjects is clipped to that distance.

# The first columns of a preview
preview-subject = Subject
preview-class = Class
preview-score = Score
preview-site = Site

class-named = class { $name } ({ $number })
class-numbered = class { $number }
title-class-named = { $name } ({ $number })
title-class-numbered = Class { $number }

# Atlases of the package; the English title is the one that is stored
atlas-aal90 = AAL, 90 regions
atlas-aal116 = AAL, 116 regions
atlas-aal2 = AAL2, 120 regions
atlas-aal3 = AAL3, 166 regions
atlas-desikan68 = Desikan-Killiany, 68 cortical regions
atlas-desikan82 = Desikan-Killiany, 68 cortical and 14 subcortical regions
atlas-desikan83 = Desikan-Killiany, 68 cortical and 14 subcortical regions and the brain stem
atlas-desikan84 = Desikan-Killiany, 68 cortical, 14 subcortical and 2 cerebellar regions
atlas-destrieux148 = Destrieux, 148 cortical regions
atlas-schaefer100x7 = Schaefer, 100 regions, 7 networks
atlas-schaefer100x17 = Schaefer, 100 regions, 17 networks
atlas-schaefer200x7 = Schaefer, 200 regions, 7 networks
atlas-schaefer200x17 = Schaefer, 200 regions, 17 networks
atlas-schaefer300x7 = Schaefer, 300 regions, 7 networks
atlas-schaefer300x17 = Schaefer, 300 regions, 17 networks
atlas-schaefer400x7 = Schaefer, 400 regions, 7 networks
atlas-schaefer400x17 = Schaefer, 400 regions, 17 networks
atlas-harvard_oxford96 = Harvard-Oxford, 96 cortical regions
atlas-harvard_oxford111 = Harvard-Oxford, 96 cortical and 15 subcortical regions
atlas-power264 = Power, 264 regions
atlas-dosenbach160 = Dosenbach, 160 regions
atlas-brainnetome246 = Brainnetome, 246 regions
atlas-cc200 = CC200 (Craddock), 200 regions
