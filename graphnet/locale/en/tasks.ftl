# What happens to a task in a worker: why it failed, waits or goes back, its stages, its log.

# Why a task ended, or what it waits for.
cancelled = The task was cancelled.
given-up = { $count ->
    [one] The worker stopped unexpectedly while training this task, so it was given up. Possible causes are too little memory (choose a smaller batch_size or fewer subjects) and a machine that went away; the operator of this service can find the cause in the worker's log.
   *[other] The worker stopped unexpectedly { $count } times while training this task, so it was given up. Possible causes are too little memory (choose a smaller batch_size or fewer subjects) and a machine that went away; the operator of this service can find the cause in the worker's log.
}
submission-deleted = The submission was deleted before the task was trained.
form-unreadable = The task_config of this submission cannot be read as a form; submit the task again.
shard-released = The task had ended before this part of it was done.
internal-error = The training stopped because of an internal error. It is in the worker's log under the task id { $task_id }; the operator of this service can look it up.
last-sound-epoch = The parameters of the last sound epoch are at { $path }.

# What the result of a cancelled task says.
best-kept = The best parameters until then are kept; it was trained for { $epochs } epochs.
some-seeds = They are of { $trained } of the { $seeds } seeds.

# What NEURO-LEARN's row says of a task that the predecessor left.
orphan-ended = This service's predecessor left this task { $status } and no longer trains it; an operator has ended it. Submit the form again to train it.
