# Warnings of a prediction: of one subject, or of all.

subject-seen = The model was trained on this subject, so this prediction says nothing about its performance.
new-site = The training data contain no subjects from site { $site }.
out-of-range = { $count ->
    [one] 1 value is outside the training range
   *[other] { $count } values are outside the training range
} (up to { $usual } is typical). The most extreme is { $column } = { $value } (training range: { $low } to { $high }).
covariate-out-of-range = { $name } = { $value } is outside the training range ({ $low } to { $high }).
far-from-training = This subject as a whole is further from the training mean ({ $distance } standard deviations) than { $percent } % of the training subjects ({ $limit }).
filled = { $count } of { $values } values are missing or unusable and were imputed.

training-data-undescribed = The model was trained by an older version or by the previous service, which did not record its training data. Subjects outside of the training range cannot be marked.
without-site = { $count ->
    [one] 1 subject has no site (column SITE), so it is unknown whether the training data include that site.
   *[other] { $count } subjects have no site (column SITE), so it is unknown whether the training data include their sites.
}
unusual = { $count } of { $subjects } subjects differ from the training data; see the warnings of each subject.
first-explained = Only the first { $most } subjects are explained.
not-harmonised = { $count ->
    [one] 1 subject is
   *[other] { $count } subjects are
} from { $named ->
    [true] site { $site }, to which
   *[false] an unnamed site, to which
} the model's harmonisation was not fitted, and { $count ->
    [one] was
   *[other] were
} not harmonised.
covariate-missing = { $count ->
    [one] { $name } is missing for 1 subject, or is not as in the training data; it was taken to be the mean of the training subjects.
   *[other] { $name } is missing for { $count } subjects, or is not as in the training data; it was taken to be the mean of the training subjects.
}
measure-called = { $own } is read as the model's { $name }.
measures-unused = Not used, as the model does not know it: { $names }.
