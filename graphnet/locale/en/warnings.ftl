# What limits the figures of a result. $split is train, val or test.

clipped = { $count ->
    [one] { $split }_data: 1 value was more than { $limit } standard deviations from the training subjects' mean and was clipped to that distance.
   *[other] { $split }_data: { $count } values were more than { $limit } standard deviations from the training subjects' mean and were clipped to that distance.
}
