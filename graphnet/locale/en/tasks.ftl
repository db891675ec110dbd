# What happens to a task in a worker: why it failed, waits or goes back, its stages, its log.

# Why a task ended, or what it waits for.
cancelled = The task was cancelled.
given-up = { $count ->
    [one] The worker stopped unexpectedly while training this task, so it was given up. Possible causes are too little memory (choose a smaller batch_size or fewer subjects) and a machine that went away; the operator of this service can find the cause in the worker's log.
   *[other] The worker stopped unexpectedly { $count } times while training this task, so it was given up. Possible causes are too little memory (choose a smaller batch_size or fewer subjects) and a machine that went away; the operator of this service can find the cause in the worker's log.
}
submission-deleted = The submission was deleted before the task was trained.
form-unreadable = The task_config of this submission cannot be read as a form; submit the task again.
shard-released = The task ended before this shard of it was done.
