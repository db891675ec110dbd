# What a worker answers instead of reading a file or predicting, and how a task ends that lacks data.

late = The file waited too long for a worker; send it again.
internal-error = The worker failed with an internal error; its log has the details under the id of this request.
upload-became = This upload has become the dataset { $dataset }; send the file again to store it once more.
datasets-gone = { $count ->
    [one] The dataset { $datasets } is no longer there.
   *[other] The datasets { $datasets } are no longer there.
}
dataset-from-file = The dataset { $dataset } was read from a file, and the database holds only what was read. Send the file again with these answers.
no-model = The task { $task } has no stored model.
no-model-to-fine-tune = The task { $task } has no stored model to fine-tune.
too-many-subjects = The file has { $count } rows; send at most { $most } subjects at a time.

# What becomes of a trained model that the registry does not accept.
kept-in-spool = The trained model is kept in { $folder }.
spool-full-too = The spool { $spool } is full too, so the trained model is not kept.
spool-not-written = The spool { $spool } cannot be written, so the trained model is not kept.

# Disks and the database of a worker.
disk-full = { $use ->
    [spool] The disk of the worker's spool { $folder } is full.
    [cache] The disk of the worker's cache { $folder } is full.
    [temporary] The disk of the temporary folder { $folder } is full.
   *[output] The disk of the folder { $folder } is full.
} Free some space there, or use another disk.
disk-full-for-file = The disk of the worker's spool { $folder } is full, so { $file } could not be read. Free some space there, or set SGN_SPOOL to a folder on another disk.
database-not-seen = The database has not answered since this process started.
task-not-written = The task could not be written; try again.

# Whether a process lives, at the port of its metrics.
loop-silent = The loop thread of this worker does not answer.
no-heartbeat = This worker has sent no heartbeat for { $seconds } s.
service-loop-silent = The loop of this service does not answer.
listener-paths = This port serves /metrics and /healthz.
see-log = The log has the details.
