# What is wrong with a task form or an upload, and what of it was not used.

# A field, and what it should be.
missing = { $field } is missing; it must be { $should }.
invalid = { $field } is { $value }; it must be { $should }.
value-cut = { $start }… ({ $length } characters)
should-boolean = true or false
should-text = text of at most { $most } characters without control characters
should-characters = { $least ->
    [0] at most { $most } printable characters
   *[other] { $least } to { $most } printable characters
}
should-task-type = dl_ts (train from scratch) or dl_ft (fine-tune)
should-project = a project id of 1 to 32 characters
should-names = a list of at most { $most } dataset names of at most 64 characters
should-some-names = a list of 1 to { $most } dataset names of at most 64 characters
should-model = the name of one model that GET /api/v0/models lists
should-settings = an object with the training settings
should-finished-task = the id of a finished task
should-device = any, cpu or cuda: the kind of device to train on
should-seeds = a whole number from 1 to 100, with seed + seeds at most 2147483648
config-too-long = The form's fields take { $length } characters together and the database holds { $most }; name fewer datasets or shorten proj_name.

# Datasets.
dataset-renamed = { $field } names { $name }, which was renamed; it is now called { $new }.
no-dataset = { $field } names { $name }, but there is no dataset of that name.
no-dataset-but = { $field } names { $name }, but there is no dataset of that name. Did you mean { $others }?
dataset-asks = { $field } names { $name }, which can be read in more than one way: { $question } Answer on its page, or POST the answers to /api/v0/datasets/{ $name }/mapping.
dataset-unusable = { $field } names { $name }, a dataset that cannot be used: { $reason }
dataset-unread = No worker has read the dataset { $name } yet; it is checked before the training.
name-replaced = There is no dataset named { $name }; { $other } was used.
layouts-differ = { $name } does not fit { $first }. { $reason }
one-class = train_data holds class { $classes } only; to train from scratch, name datasets with subjects of at least two classes.
class-unknown = { $field } has class { $classes }, which the model does not know; it knows { $learned }.
score-missing = param_set.label is 'score', but { $name } has no subject with a LABEL_SCORE.
score-missing-of-parent = The task { $task } trained a model of a clinical score, but { $name } has no subject with a LABEL_SCORE.
folds-over-class = { $count ->
    [one] param_set.cv_folds is { $folds }, but class { $label } of train_data has 1 subject; use 0 folds.
   *[other] param_set.cv_folds is { $folds }, but class { $label } of train_data has { $count } subjects; use at most { $count } folds, or 0 for none.
}
folds-over-subjects = { $count ->
    [one] param_set.cv_folds is { $folds }, but train_data has 1 subject; use 0 folds.
   *[other] param_set.cv_folds is { $folds }, but train_data has { $count } subjects; use at most { $count } folds, or 0 for none.
}
one-site = { $field } needs at least two sites; train_data has site { $sites } only.
site-of-class = param_set.leave_site_out is not possible: without { $sites }, all training subjects are of one class. Add sites with both classes, or use cv_folds.
harmonise-few = { $field } needs at least { $least } training subjects per site; { $sites }. Leave these sites out, or do not harmonise.
harmonise-few-in-folds = { $field } needs at least { $least } training subjects per site in each of the { $folds } folds; { $sites }. Leave these sites out, or do not harmonise.
harmonise-two-sites = param_set.leave_site_out with harmonised sites needs at least three sites: of { $sites }, only one is left to train on, and nothing to harmonise. Use cv_folds, or switch one of the two off.
nested-few = { $named ->
    [yes] param_set.{ $setting } needs at least { $least } training subjects of each class within each fold; class { $label } has { $count }, of whom { $folds } folds leave { $left }. Switch it off, or add subjects.
   *[no] param_set.{ $setting } needs at least { $least } training subjects within each fold; there are { $count }, of whom { $folds } folds leave { $left }. Switch it off, or add subjects.
}
nested-few-without-site = param_set.{ $setting } needs at least { $least } training subjects of each class; without { $sites } there are fewer. Switch it off, or leave_site_out.
sweep-cost = The sweep compares up to { $candidates } candidates in about { $fits } trainings, { $folds } folds and all training subjects with { $inner } inner folds each.
atlas-layouts-differ = The datasets { $first } and { $name } are named as one atlas, and do not fit together. { $reason } Separate atlases by semicolons; in JSON, give each a list of its own.
adjust-few-in-folds = param_set.adjust needs at least { $least } subjects to fit { $columns } columns of covariates; there are { $count }, of whom { $folds } folds leave { $left }. Name fewer covariates, use more folds, or adjust 'none'.
graph-without-coordinates = param_set.graph is 'spatial', which needs the regions' coordinates; no atlas is known for { $names }. Answer the question 'atlas' of the dataset.
graph-without-series = param_set.graph is 'tangent', which needs time series of the regions; missing in { $names }.
without-series = param_set.{ $field } needs time series of the regions; missing in { $names }.
without-repetition-time = The measure low_frequency needs the repetition time in seconds, which is not known of { $names }. Answer series.tr, as with 'sgn data answer NAME --map series.tr=2'.
graph-without-connectome = param_set.graph is '{ $graph }', which needs a connectome (columns FC_i_j); missing in { $names }.
graph-with-few-measures = param_set.graph is 'similarity', which needs at least { $least } measures per region; the data have { $count } ({ $measures }).

# The parent of a fine-tuning.
parent-missing = trained_task_id is missing; a fine-tuning (dl_ft) needs the id of a finished task.
no-parent = trained_task_id is { $task }, but there is no task of that id.
parent-of-other-service = trained_task_id is { $task }, which is { $kind }; it is not a training.
parent-of-predecessor = trained_task_id is { $task }, which is a task of this service's predecessor; an operator can bring the model in with 'sgn model import'.
parent-not-finished = trained_task_id is { $task }, which is { $status }; a fine-tuning needs a task that is Finished.
parent-removed = trained_task_id is { $task }. { $reason } Choose another, or train it again.
parent-kept-nothing = It has kept no parameters.
parent-unusable = trained_task_id is { $task }. { $reason }
other-model = model is { $model }, but the task { $task } trained { $trained }; leave model empty or name { $trained }.

# What was not used.
fields-unknown = These fields are unknown and were not used: { $names }.
field-moved = { $name } was used as { $place }: this is the name and place of the field.
field-misspelt = The field { $name } is unknown and was not used. Did you mean { $meant }? { $model ->
    [parent] The model is the one of the task that is fine-tuned.
   *[other] The model trained is { $model }.
}
given-twice = { $place } is given twice with different values: { $values }. Give it once, as { $place }.
given-as = { $name } is { $value }
nothing-tested = enable_test is true but test_data is empty, so nothing is tested.
test-data-unused = enable_test is false, so nothing is tested on { $names }. Set enable_test to true to test on these data.
settings-without-effect = { $model } is computed and not trained epoch by epoch; these settings have no effect: { $names }.
learning-curve-nobody = param_set.learning_curve needs folds (cv_folds) or test data.
parent-not-used = trained_task_id is used by dl_ft only; this task starts from scratch.
no-cpu-worker = No worker that trains on a CPU is there at present; the task waits for one.
no-cuda-worker = No worker with a CUDA device is there at present; the task waits for one.

# A task that is to be tried again.
not-retriable = The task { $task } is { $status }; only failed or cancelled tasks can be retried.
stored-form-unreadable = The form of the task { $task } cannot be read; submit it anew.

# Uploads.
file-missing = datafile is missing; it must hold the file.
file-empty = The file is empty.
file-twice = datafile stands twice; send one file at a time.
file-and-upload = A file came together with an upload's id; send one of them.
upload-kept = The file is kept for an hour as the upload { $upload } and need not be sent again.
upload-too-long = The piece is longer than what is missing: { $missing } of { $size } bytes.
upload-no-body = The request that begins an upload has no body; the file comes in pieces, by PATCH.
upload-offset = The piece does not begin where the upload stands: { $received } bytes have come.
upload-content-type = The Content-Type of a piece must be { $right }.
upload-number = { $name } is { $value }; it must be a number of bytes.
upload-md5 = md5 must be the MD5 of a part in 32 hexadecimal digits, or a list of them.
upload-md5-count = md5 has { $given } entries; the upload has { $count } parts.
upload-part = part must be the number of a part, from 1 on.
upload-part-number = part is { $part }; the upload has the parts 1 to { $count }.
upload-parts-missing = Of { $count } parts these have not come, or have another size or MD5: { $parts }. Send them again.
upload-is-direct = This upload was begun with direct=true: its parts go into the bucket, not here.
upload-not-direct = This upload does not go straight into the bucket: send its pieces here, by PATCH.
upload-metadata = Upload-Metadata must be names, each followed by a blank and its text in base64, with commas between them, and have at most 4,000 characters.
try-again = Try again in a moment.
no-owner = user_id is empty, so nobody can download or delete this dataset in NEURO-LEARN; name a user of NEURO-LEARN there.
name-unusable = data_name is { $name }, which cannot be used here; choose another.
name-unusable-other = data_name is { $name }, which cannot be used here; choose another, such as { $other }.
questions-open = { $question } Answer with the mapping: { $choices }.
several-questions = The file can be read in more than one way.

# How a file is meant.
mapping-right = give map=id=choice for each question, or mapping={"{"}"id": "choice"{"}"}
mapping-missing = mapping is missing; it must answer the questions by their ids.
mapping-body = The body cannot be read as JSON; it must hold the mapping.
mapping-not-object = mapping must be a JSON object of at most { $most } answers; { $right }.
mapping-twice = { $id } is answered twice: { $first } and { $second }.
mapping-not-json = mapping cannot be read as JSON; { $right }.
map-not-pair = map is { $value }; { $right }.
mapping-not-text = mapping answers { $id } with something that is not text; { $right }.
mapping-too-long = mapping holds a text of more than { $most } characters; { $right }.

# Workers that answer.
no-answer = No worker has answered within { $seconds } s.
no-worker = No worker is running. Start one with `sgn worker`; `sgn up` starts one by itself.
queue-silent = The queue does not answer.
