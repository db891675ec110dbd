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
