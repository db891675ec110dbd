# What `sgn clean` removes and keeps, and why.

remove = remove
keep = keep
what = What
checkpoints = checkpoints
spool = spool
removed = { $going } removed, { $kept } kept.
planned = { $going } would be removed, { $kept } kept; --yes removes them.

unknown-task = this database does not know its task
task-deleted = its task was deleted
no-age = no age was given
changed = it has changed meanwhile
unfinished = it is { $status }
unsettled = a worker is still to store what its checkpoint holds
has-child = { $child }, which is { $status }, was fine-tuned from it
will-have-child = { $child }, which is { $status }, is to be fine-tuned from it
retried = { $task } tries it again
gone = it has gone meanwhile
left-on = it was left on { $day }
interrupted = it was given up on { $day }, and its removal was interrupted
age-unknown = an older service trained it, and its age is not known
ended-on = its task ended on { $day }
no-worker-knows = no worker knows its task
workers-remove = the workers remove it themselves, a week after its task at the latest
