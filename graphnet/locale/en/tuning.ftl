# Whether a fine-tuning helped. $subjects are new to the fine-tuned model and to its parent; $split says which they are.

helped = Fine-tuning helped: { $metric } { $tuned } and { $parent } of the parent model on the same { $subjects } new subjects ({ $split ->
    [test] test
   *[other] each left out of training in turn
}); difference { $difference } (95 % CI { $low } to { $high }).
harmed = Fine-tuning did harm: { $metric } { $tuned } and { $parent } of the parent model on the same { $subjects } new subjects ({ $split ->
    [test] test
   *[other] each left out of training in turn
}); difference { $difference } (95 % CI { $low } to { $high }). Use the parent model.
unclear = There is no evidence that fine-tuning helped: { $metric } { $tuned } and { $parent } of the parent model on the same { $subjects } new subjects ({ $split ->
    [test] test
   *[other] each left out of training in turn
}); difference { $difference } (95 % CI { $low } to { $high }).
threshold-moved = Fine-tuning only moved the threshold: on the same { $subjects } new subjects ({ $split ->
    [test] test
   *[other] each left out of training in turn
}) sensitivity is { $sensitivity_tuned } instead of { $sensitivity_parent } and specificity { $specificity_tuned } instead of { $specificity_parent }, but there is no evidence that the ranking is better (AUC difference { $difference }, 95 % CI { $low } to { $high }). The parent model with its threshold alone moved reaches { $sensitivity_moved } and { $specificity_moved }.
probabilities-better = Fine-tuning improved the probabilities: on the same { $subjects } new subjects ({ $split ->
    [test] test
   *[other] each left out of training in turn
}) the Brier score is { $brier_tuned } instead of { $brier_parent }, and { $brier_moved } if only the parent model's threshold is moved. There is no evidence that the ranking is better (AUC difference { $difference }, 95 % CI { $low } to { $high }).
probabilities-worse = Fine-tuning made the probabilities worse: on the same { $subjects } new subjects ({ $split ->
    [test] test
   *[other] each left out of training in turn
}) the Brier score is { $brier_tuned } instead of { $brier_parent }, and there is no evidence that the ranking is better (AUC difference { $difference }, 95 % CI { $low } to { $high }).
few = Nobody can say yet whether fine-tuning helped: { $subjects ->
    [one] 1 new subject is
   *[other] { $subjects } new subjects are
} too few; at least { $least } of each class are needed, and an interval that excludes no difference usually takes many more.
unknown = Nobody can say whether fine-tuning helped: { $reason }
nobody-new = all subjects that could be tested were used to train the parent model or this one. Add test_data with new subjects.
nobody-held-out = nobody was left out of training. Add test_data with new subjects, or use cv_folds.
beats-scratch = It is better than training from scratch on the same new subjects ({ $metric } { $scratch }; difference { $difference }, 95 % CI { $low } to { $high }).
like-scratch = There is no evidence that it is better than training from scratch on the same new subjects ({ $metric } { $scratch }; difference { $difference }, 95 % CI { $low } to { $high }).
worse-than-scratch = Training from scratch on the same new subjects is better ({ $metric } { $scratch }; difference { $difference }, 95 % CI { $low } to { $high }).
no-scratch = It could not be compared with training from scratch: { $reason }
left-out = Left out of this comparison: subjects used to train the parent model ({ $parent }) or this one ({ $training }).
parent-unknown = The parent model does not record all subjects it was trained on; if some of these are among them, the comparison favours the parent model.
