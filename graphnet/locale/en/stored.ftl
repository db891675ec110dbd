# What is stored of a task, and what is said when it is gone or damaged.

model = model
evidence = evidence
report = report
picture = picture of regions
log = log
lost = The { $object } of the task { $task } is lost: it was stored and never cleaned away, but the registry no longer has it. { $restore }
damaged = The { $object } of the task { $task } is damaged, so it is not sent. { $reason } { $restore }
restore = Restore it from a backup of the registry (docs/operations.md), or train the task again; 'sgn doctor --stored --deep' lists what else is lost or damaged.
upload-damaged = The bytes of the upload { $upload } are not those that were announced: it changed on its way or in the storage. Send the file again.
upload-gone = There is no upload { $upload }. An upload is kept for an hour; send the file again.
upload-incomplete = Of the upload { $upload } { $received } of { $size } bytes have come; send the rest first.
