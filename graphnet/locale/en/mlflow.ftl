# The export of a task to MLflow, and the model card that goes with it.

no-address = Where is MLflow? Give the address of a tracking server, such as --mlflow http://127.0.0.1:5000, or set MLFLOW_TRACKING_URI.
not-a-server = { $uri } is not the address of an MLflow tracking server: it must begin with http:// or https://. For a folder or a database, start one with 'mlflow server'.
silent = MLflow at { $url } does not answer ({ $reason }): check the address, and that 'mlflow server' runs there.
too-late = MLflow at { $url } did not answer in time; export the task again.
other-server = The server at { $url } (status { $status }) is not an MLflow tracking server, or a proxy in front of it does not let this pass.
signed-out = MLflow at { $url } does not know who you are: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.
forbidden = MLflow at { $url } does not allow this ({ $reason }): ask for the right to edit the experiment; if the name of the host was refused, start 'mlflow server' with --allowed-hosts.
refused = MLflow at { $url } refused the request with { $code }: { $reason }
certificate-unreadable = The file that MLFLOW_TRACKING_SERVER_CERT_PATH names cannot be used: { $file } ({ $reason }).
experiment-deleted = The experiment { $name } has been deleted in MLflow: restore it there, or give another name with --experiment.
artifacts-elsewhere = The server keeps files at { $place }, where only its own clients with access can put them; start 'mlflow server' with --artifacts-destination and use a new experiment, or export with --no-artifacts.
not-ended = { $task } has not ended; export it once it has.
predecessor = { $task } was left by the previous service and has nothing that could be exported.
file-absent = { $file } was left out, because the service does not have it: { $reason }
file-not-taken = { $file } could not be stored; the run { $run } stays unfinished until the task is exported again. { $reason }
no-datasets = This MLflow is older than 2.4 and does not know of datasets; they are in the tags.
created = Exported { $task } as run { $run } of the experiment { $experiment }.
updated = { $task } was in the experiment { $experiment } already; its run { $run } was updated.
not-computed = { $count ->
    [one] 1 metric could not be computed and was not sent: { $names }.
   *[other] { $count } metrics could not be computed and were not sent: { $names }.
}

card-headline = { $metric } { $value } on { $n } subjects who are new to the model ({ $split }).
card-headline-interval = { $metric } { $value } (95 % interval { $low } to { $high }) on { $n } subjects who are new to the model ({ $split }).
card-untested = Not tested on subjects who are new to the model.
card-use = Intended use
card-research-only = For research only. It classifies groups of subjects, which is not a diagnosis of a person. Predictions for subjects of a scanner, site or age that the training data do not have may be wrong.
card-value = Value
card-parent = Fine-tuned from
card-epoch = Epoch
card-parameters = SHA-256 of the parameters
card-versions = Versions
card-data = Data
card-split = Subjects for
card-performance = Performance
card-metric = Metric
card-seen = The model was trained on some of these subjects or all of them; the figures are optimistic.
card-unseen = None of these subjects was used to train the model that predicted them.
card-perhaps-seen = It is not known whether the model was trained on these subjects.
