# `--help` of `sgn` and of `python -m graphnet`, and what argparse says of a command line.

# Headings and notes.
usage = Usage
options = Options
arguments = Arguments
commands = Commands
example = Example
options-metavar = [OPTIONS]
command-metavar = COMMAND [ARGS]...
optional-command-metavar = [COMMAND] [ARGS]...
variable = env var: { $name }
default = default: { $value }
range = { $least } to { $most }
at-least = { $least } or more
required = required
exit-status =
    Exit status:
      0    success
      1    failure, with a message on stderr
      2    invalid command line
      130  interrupted
section-start = Getting started
section-data = Data
section-tasks = Tasks
section-results = Results
section-models = Models
section-operators = For operators
section-command = The command itself

# Commands of `sgn`.
command-sgn = Train classifiers of brain networks, evaluate them and download them.
command-up = Start the whole service on this machine; Ctrl-C stops it.
command-demo = Show a training, from data to result.
command-data = Upload, list, show, change and delete datasets.
command-data-add = Upload subjects; show how the file was read and what is wrong with the data.

    FILE is of any kind that docs/data.md lists, or a folder with a file per subject; it is sent as it is. If it can be read in more than one way, the command asks on a terminal; otherwise it ends and lists the options that answer.
command-data-answer = Say how to read a stored dataset that can be read in more than one way.
command-data-show = Show a dataset: its content, how it was read and what is wrong with it.
command-data-list = List datasets with their subjects and measures.
command-data-edit = Rename, describe, tag or archive a dataset.
command-data-delete = Delete a dataset; models that were trained on it stay.
command-data-erase = Erase subjects from a dataset, and name the models that were trained on them.

    Models are not changed: retrain without the subjects, or delete them with 'sgn delete'.
command-submit = Send a task form; print the task's id.

    If FORM.json is -, the form is read from standard input.
command-tasks = List tasks, newest first; with --refused, the forms that were refused.
command-tasks-end-orphans = End tasks of this service's predecessor that are Submitted or Running for ever.

    This service has no run of them, so they will never be trained. They are listed first; once confirmed, each becomes Failed, with the reason. With --json there is no question, so nothing is ended without --yes. Rows of other services are never changed.
command-show = Show a task: its form, its progress and its result.
command-watch = Watch a task until it has ended; exit with 1 if it failed.

    A service that restarts in the meantime is waited for.
command-log = Show the log of a task.
command-cancel = Cancel a task; the best parameters so far are kept.
command-retry = Retry a failed or cancelled task; print the new task's id.

    The new task resumes from the last checkpoint of the old one.
command-edit = Rename, describe, tag or archive a task.
command-delete = Delete a task that has ended, with its model, its results and its log.
command-report = Write the report of a task, a self-contained HTML page.

    It is rendered again from the stored results.
command-predictions = Write a task's predictions of its own subjects, as CSV.
command-compare = Show the metrics of several tasks side by side.
command-export = Show a task that has ended as a run in MLflow.

    Parameters, metrics, datasets, the model, its manifest, a model card, the report and the predictions are sent to a tracking server. A task that is exported again updates its run.
command-lineage = List a task and those it was fine-tuned from.
command-models = List the models that can be trained, with their recommended settings.
command-model = Download the model that a task has trained, or import an old one.

    The default command is 'get'.
command-model-get = Download the model that a task has trained.
command-model-import = Import the model of a task of the old service, so that it can be fine-tuned here.

    FILE is a state dictionary that torch.save has written. A worker reads it, and unpickles nothing in it.
command-predict = Predict new subjects by the model of a task.

    FILE is of any kind that 'sgn data add' takes, or a folder; it needs no labels, and it is not kept.
command-serve = Run the HTTP process, configured by the SGN_ variables.
command-worker = Run a worker process, configured by the SGN_ variables.
command-migrate = Migrate the database to this version.
command-token = Create, list and revoke access tokens.
command-token-new = Create a token and print it; it is never shown again.

    Once the first token exists, every request needs one.
command-token-list = List tokens without their secrets.
command-token-revoke = Revoke a token now; TOKEN is its id, as 'sgn token list' shows it.
command-doctor = Look for what is wrong here, and say what to do.

    It looks at all that a service or a worker needs, as the SGN_ variables say. The exit status is 0 where nothing is a fault.
command-clean = Remove old models, and stored objects that belong to no task.
command-audit = List who has changed, deleted or erased what, newest first.
command-completion = Print the script that completes 'sgn' in a shell.

    Task ids and dataset names come from the service, if it answers at once.
command-version = Show the version.

# Options of `sgn`.
option-help = Show this message and exit.
option-lang = Language of the output, here or before the command.  [default: of the environment]
option-json = Print one JSON document, for programs.
option-url = Address of the service, here or before the command.
option-address = Address of the service.
option-version = Show the version and exit.
option-port = Port to listen on; 0 takes a free one.
option-host = Address to listen on.
option-open = Show the page in a browser.
option-until-stdin-ends = Also stop when standard input ends.
option-up-home = Folder for all data; created if absent.
option-demo-home = Folder for its data.  [default: demo-home]
option-home = The folder of an 'sgn up'; without it, SGN_DATABASE_URL names the database.
option-doctor-home = The folder of an 'sgn up' to look at.
option-proj = Only this project's.
option-data-add-proj = The project that it belongs to.
option-project = The project; '*' for all projects.
option-limit = How many are listed.
option-name = Name of the dataset.  [default: the file's, without its ending]
option-user = The NEURO-LEARN user who owns it.  [default: that of the project's other datasets]
option-preview = Show how the file would be read; store nothing.
option-map = Answer a question on the file, such as class.positive=SZ; may be repeated.
option-mapping = The answers in a file that --save-map has written.
option-save-map = Save the answers, for the next file that looks the same.
option-upload = Id under which the service already has FILE, so that it is not sent again.
option-archived = Also those that were archived.
option-rename = A new name.
option-description = What to note of it.
option-tag = In place of its tags.
option-tag-only = Only with this tag.
option-no-tags = Remove its tags.
option-archive = Hide it in lists.
option-yes = Do it without asking, for a script.
option-subjects = A file with one id per line; - is stdin.
option-evidence = Also from predictions and reports of tasks.
option-wait = Wait for the task to end; exit with 1 if it failed.
option-status = Only these, such as Running or Failed.
option-search = Only if id or name contains it.
option-refused = List refused forms, and why they were refused.
option-older-than = Only tasks submitted at least so many days ago, by the time in their id.
option-dry-run = Only list them.
option-end-orphans-yes = End them without asking, for a script.
option-follow = Follow the log until the task has ended.
option-report-output = File to write, replacing an older one; - is standard output.
option-report-stored = The report as it was stored, not rendered again.
option-predictions-output = File to write, replacing an older one.  [default: standard output]
option-mlflow = Address of MLflow's tracking server; user and password, or a token, are those of MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.
option-experiment = The experiment in MLflow, which is created if absent.  [default: the task's project]
option-no-artifacts = Send no files: report, predictions, manifest and model card name subjects or hashes of their ids.
option-split = Only this split.
option-model-get-output = Folder for model.safetensors and manifest.json; created if absent.
option-task = The old service's task that trained it.
option-architecture = GCN is the reference net, TopK the variant with pooling.
option-scaler = How measures were scaled before they went into the net: none, fit (by mean and standard deviation of the training data) or unknown.
option-measures = Measures in the order of the old data.
option-regions = Regions: aal90, their number, or a file with one name per line; by default those of the training data.
option-classes = Names of the classes 0, 1, …
option-graph = One of the graphs that 'sgn models' lists.
option-train-data = A dataset that the model was trained on; may be repeated. Without it, those of the task's form are assumed.
option-replace = Replace a model that was imported before.
option-predict-output = Write a CSV file, replacing an older one; - is standard output.
option-explain = Show how much each region contributed.
option-to = Migrate to this number, such as 0002; going back loses the data of later migrations.
option-new-installation = Give a copied database a new id, so that both can use the same Redis.
option-installation-id = Set the installation's id, part of its names on Redis; random by default.
option-role = What its holder may do: read, also submit, or also manage (admin).
option-days = Days until it expires.
option-doctor-stored = Look instead whether every model that was stored is still in the registry.
option-deep = With --stored: read every object and compare its SHA-256.
option-models-older-than = Also remove models whose tasks ended that long ago, unless something refers to them.
option-unknown = Also remove models of tasks that are not in this database; another may need them.
option-clean-yes = Remove them; without it, they are only listed.

# Options of `python -m graphnet`.
train = Train a brain-network classifier from files and folders, without any service.
train-train = Training subjects.
train-val = Validation subjects.
train-test = Test subjects.
train-out = Folder for model.safetensors, manifest.json, result.json, evidence.json and report.html.
train-parent = Fine-tune the model in this folder.
train-parent-train = Files on which that model was trained: simple methods are fitted to these subjects, too.
train-model = One of { $models }.
train-device = auto, cpu, cuda or cuda:0.
train-threads = Threads on a CPU. Each number rounds otherwise; 1, the default, is as a worker computes.
train-atlas = An atlas such as aal90, or a table of region, x, y and z in millimetres; by default the atlas that the regions' names say.
train-atlases = Files of the same subjects, measured on another atlas or in another way; once per atlas. Subjects are matched by id, and the best atlas is chosen by inner cross-validation, as by --sweep.
train-map = Answers a question that a file asks, such as class.positive=SZ; may be repeated.
train-lang = Language of the output and of the report; by default the environment's.

# `python -m graphnet.readers` and `python -m graphnet.predecessor`.
read = Read one file of subjects into a folder of arrays.
read-old-model = Read the parameters of a model that the previous service stored.
read-file = The file to read.
read-out = An empty folder for the outcome.
read-name = What messages call the file; by default its own name.
read-mapping = A file of answers to questions, as { "{" }"id": "choice"{ "}" }.
read-most = The most bytes that may be unpacked from the file.
read-without-class = Ignore classes and covariates, as in new subjects.
read-covariates = Read covariates even with --without-class.
read-profile = Also describe the contents.
read-content = Also write NEURO-LEARN's text if it takes no more bytes than this.
read-memory-mb = The most memory that the process may take; by default without limit.
read-lang = Language of the help and of errors; by default the environment's.

# What argparse says of a command line; in English by its own words.
error = { $program }: error: { $sentence }
of-argument = { $argument }: { $sentence }
missing = these are required: { $names }
unrecognised = these are not known: { $names }
one-value = a value is required
some-values = at least one value is required
no-value = no value is taken, but { $value } is given
not-a-choice = { $value } is not one of { $choices }
not-a-number = { $value } is not a number
not-accepted = { $value } is not valid; it must be { $expected }
not-accepted-default = { $value } is not valid; it must be { $expected } (default: { $default })
ambiguous = { $given } could be any of { $names }
positive = must be at least 1
