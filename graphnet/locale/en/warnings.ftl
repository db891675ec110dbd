# What limits the figures of a result. $split is train, val or test.

clipped = { $count ->
    [one] { $split }_data: 1 value was more than { $limit } standard deviations from the training subjects' mean and was clipped to that distance.
   *[other] { $split }_data: { $count } values were more than { $limit } standard deviations from the training subjects' mean and were clipped to that distance.
}

# Of a fine-tuning: which of the data the parent was trained on.
parent-saw-held-out = { $count ->
    [one] The parent model was trained on 1 of the { $split }_data subjects; metrics on these subjects do not describe performance on new ones.
   *[other] The parent model was trained on { $count } of the { $split }_data subjects; metrics on these subjects do not describe performance on new ones.
}
parent-saw-train = { $count ->
    [one] The parent model was trained on 1 of the train_data subjects; in cross-validation, every fold is therefore trained from scratch.
   *[other] The parent model was trained on { $count } of the train_data subjects; in cross-validation, every fold is therefore trained from scratch.
}
parent-spelled-differently = { $split }_data and the parent model: { $detail }
parent-incomplete = The parent model does not record all subjects it was trained on, so subjects of this task may be among them.

# A site with one class: the scanner may pass for the illness. $unnamed: some datasets name no site.
site-confounded = { $split }_data: site and class are confounded, because { $count ->
    [one] site { $sites } has one class only
   *[other] each of the sites { $sites } has one class only
}. Performance may be overestimated.{ $unnamed ->
    [true] {" "}A dataset without a column SITE counts as a site of its own.
   *[false] {""}
}
density-without-edges = { $density } The regions are unconnected.
graph-without-edges = graph '{ $graph }' has no edge, because no weight between two regions is usable. The regions are unconnected.
subjects-without-edges = { $split }_data: { $count } of { $subjects } subjects have no edges above the threshold { $threshold }; their regions are unconnected.
harmonised-one-column = Only one measure of one region was harmonised. ComBat had no other columns to learn from, so the site means and variances were equalised directly.
not-harmonised = { $count ->
    [one] { $split }_data: 1 subject is from site { $site }, which is not in the training data, and was not harmonised.
   *[other] { $split }_data: { $count } subjects are from site { $site }, which is not in the training data, and were not harmonised.
}
constant-columns = { $count ->
    [one] 1 column hardly varies among the training subjects and was set to 0.
   *[other] { $count } columns hardly vary among the training subjects and were set to 0.
}
harmonised-classes = { $count ->
    [one] Site { $sites } has training subjects of one class only, so harmonisation also removes a part of the difference between the classes.
   *[other] Each of the sites { $sites } has training subjects of one class only, so harmonisation also removes a part of the difference between the classes.
}
covariate-missing = { $count ->
    [one] { $split }_data: { $name } is missing for 1 subject and was taken to be the mean of the training subjects.
   *[other] { $split }_data: { $name } is missing for { $count } subjects and was taken to be the mean of the training subjects.
}
subjects-erased = Subjects were erased from this task after it had ended. Their predictions are no longer listed; the model and the metrics were computed with them.
missing-by-class = { $name } is missing in { $shares } of the training subjects, class by class: whether it is missing tells the class, and is counted among what covariates predict.
measure-missing-by-class = { $split }_data: of { $values } values of { $measure }, subjects of { $classes } lack { $means } on average; the number of missing or unusable values alone tells classes apart with an AUC of { $auc }. A model can learn from it who was measured how, so its metrics may be too high.
series-by-class = { $split }_data: series of { $classes } have { $medians } time points in the median; their number alone tells classes apart with an AUC of { $auc }. Correlations over fewer time points scatter more, so a model can tell classes by it. Cut all series to one length.
not-explained = { $model } sees only the weights of each subject's graph and no measures, so what single regions and measures add to its answer cannot be computed.
