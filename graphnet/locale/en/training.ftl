# Why a training stopped or could not start.

loss-not-finite = Training stopped in epoch { $epoch } because the loss was not finite. The learning_rate ({ $learning_rate }) is probably too high.
one-class = All train_data subjects are of { $name }; training from scratch needs at least two classes.
out-of-memory = { $where ->
    [device] The memory of the GPU is too small for this task.
   *[other] The memory of the worker is too small for this task.
} Use a smaller batch_size, fewer seeds, cv_folds or cv_repeats, a lower density, or fewer subjects or regions.
