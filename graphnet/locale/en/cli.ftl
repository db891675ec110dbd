# What the command `sgn` prints while it runs.

# Titles of columns and of facts.
task = Task
name = Name
project = Project
status = Status
done = Done
result = Result
type = Type
model = Model
best-of-sweep = { $model }, the best of the sweep
best-of-atlases = { $atlas }, the best of { $count }
chosen-atlas = Atlas
days = Days
dataset = Dataset
holds = Holds
id = Id
user = User
of-subjects = Subjects
classes = Classes
of-regions = Regions
measures = Measures
note = Note
kind = Kind
id-column = Id column
class-column = Class column
site-column = Site column
score-column = Score column
covariates = Covariates
of-connectome = Connectome
series = Series
files = Files
missing-code = Missing code
atlas = Atlas
not-answered = Not answered
offered = { $question } { $answers }
answers = Answers
assumed = Assumed
not-used = Not used
rule = Rule
subject = Subject
measure = Measure
site = Site
predicted = Predicted
trained-by = Trained by
imported = Imported
error = Error
parent = Parent
retry-of = Retry of
train-data = Train data
val-data = Validation data
test-data = Test data
settings = Settings
not-known = Not known
parameters = Parameters
what-it-is = What it is
recommended-settings = Recommended settings
refused-at = Refused (UTC)
request = Request
why = Why
token = Token
role = Role
created = Created
expires = Expires
revoked = Revoked
split-cv-short = Cross-val.
seen-in-training = Used for training
this-model = This model

# Headings.
first-rows = First rows
how-it-was-read = How it was read
questions = Questions
quality = Quality
warnings = Warnings
verdict = Verdict
train-instead = To train the simpler method on the same subjects: echo { $form } | sgn submit - --wait
graphs = Graphs
metrics = Metrics, with 95 % intervals
metrics-of-split = { $split }, with 95 % intervals
compared-with-baselines = Compared with simple methods ({ $split })
regions-that-contributed = Regions that contributed most
done-and-assumed = What was done and assumed

# The command line.
see-help = { $sentence }. See '{ $command } --help'.
value-invalid = Invalid value for { $option }: { $reason }
parameter-missing = Missing: { $option }
no-such-option = No such option: { $option }
no-such-command = No such command: { $command }
option-without-value = { $option } requires a value
too-many-arguments = Unexpected arguments: { $arguments }
must-be-one-of = it must be one of { $choices }
must-be-whole-number = it must be a whole number{ $least ->
    [none] {""}
   *[other] {" "}from { $least } on
}{ $most ->
    [none] {""}
   *[other] {" "}up to { $most }
}
file-unusable = { $file } does not exist or cannot be used
map-malformed = { $pair } is not of the form ID=CHOICE.
map-twice = { $key } is answered twice.
regions-count = there are 1 to { $most } regions, not { $text }
regions-unknown = { $text } is neither aal90, nor a number, nor a text file that can be read
regions-in-file = { $file } names { $count } regions; there are 1 to { $most }
project-id-invalid = a project's id has 1 to 32 printable characters
refused-alone = --refused goes with --proj and --limit only.
stored-report-is-english = The stored report is in English: leave out --stored or --lang.

# Files.
unreadable = { $file } cannot be read: { $reason }.
unwritable = { $file } cannot be written: { $reason }.
system = The operating system refused: { $reason }.
system-file = { $file }: { $reason }.
not-json = { $file } is not JSON.
not-json-at = { $file } is not JSON: see line { $line }, column { $column }.
not-a-form = { $file } must hold one JSON object, the form's fields.
not-a-mapping = { $file } must contain one JSON object of texts, as --save-map writes it.

# Datasets.
no-datasets-tagged = There are no datasets with the tag { $tag }.
no-datasets = There are no datasets yet: upload one with 'sgn data add'.
no-open-questions = { $dataset } has no open questions; use --map to have it read differently.
user-is = The user is { $user }, as for the project's other datasets.
user-needed = The dataset needs a user: NEURO-LEARN lets only a dataset's user download and delete it. Name the user with --user ID or SGN_USER_ID; --user '' is nobody.
which-user = NEURO-LEARN user who owns it
which-user-of = NEURO-LEARN user who owns it ({ $users })
nothing-stored = Nothing was stored.
dataset-unread = No worker has read it yet.
dataset-asks = It has open questions; answer with 'sgn data answer { $name }'.
dataset-refused = It cannot be read; to name its columns, use 'sgn data answer { $name } --map'.
subjects = { $count ->
    [one] 1 subject
   *[other] { $count } subjects
}
subjects-of-classes = { $count ->
    [one] 1 subject ({ $classes })
   *[other] { $count } subjects ({ $classes })
}
regions = { $count ->
    [one] 1 region
   *[other] { $count } regions
}
connectome = connectome
no-findings = No values are missing or unusable.
more-in-json = and { $count } more, which --json lists
and-more = { $names } and { $count } more
none = none
separator = { $separator } between cells
decimal = { $mark } before decimals
missing = { $count } missing
points = { $count ->
    [one] 1 point
   *[other] { $count } points
}
points-from-to = { $least } to { $most } points
code-in-column = { $count ->
    [one] { $code } in { $column }, once
   *[other] { $code } in { $column }, { $count } times
}

# Questions on a file.
question-open = { $question } Add { $options }.
or = or
more-choices = { $count ->
    [one] 1 more choice
   *[other] { $count } more choices
}
read-before-with = A file that looked the same was read with { $options }.
answered-before-with = A file that looked the same was answered with { $number }.
upload-kept = Add --upload { $upload } within an hour to avoid sending the file again.
choice = Choice
waiting-for-worker = Waiting for a worker to read the file…

# Tasks.
no-tasks = There are no such tasks: submit one with 'sgn submit'.
task-is = { $task } is { $status }.
of-predecessor = of the predecessor
trained-by-predecessor = this service's predecessor; its model is not stored here
epoch-of = epoch { $epoch } of { $epochs }
time-left = { $time } left
continues-show = { $task } continues; 'sgn show { $task }' shows its progress.
continues-watch = { $task } continues; 'sgn watch { $task }' watches it again.
nothing-refused = No form was refused in the last 30 days.
nothing-to-compare = None of these tasks has metrics to compare.
together-how = Each subject's log odds beyond the class shares of each task's training subjects are added up, with equal weights that are fixed beforehand. A gain whose interval includes 0 is no evidence that both together are better. Of the Brier score, lower is better.
together-who = Prediction
different-datasets = { $split }: the tasks were evaluated on different datasets, so a difference may be due to the data rather than the models.
leakage-unknown = { $split }: it is unknown whether { $task } was trained on these subjects.
leakage = { $split }: { $task } was trained on { $count } of these subjects; its result is optimistic.
mark-failed = { $count ->
    [one] Mark this task as Failed?
   *[other] Mark these { $count } tasks as Failed?
}
orphans-ended = { $ended } ended, { $unchanged } unchanged.
no-orphans = The predecessor left no unfinished tasks.

# Models, tokens, and the rest.
how-to-fine-tune = To fine-tune it, submit a form of type dl_ft with trained_task_id { $task }.
parameters-changed = The parameters of { $task } do not match the SHA-256 in its manifest; nothing was written. Try again.
keep-token = Keep it: it is not shown again. { $token } expires on { $day }.
no-tokens = There are no tokens: create one with 'sgn token new'.
no-such-token = There is no valid token { $token }.
sign-in = Set SGN_TOKEN to the token, or SGN_TOKEN_FILE to a file that contains it.
not-a-home = { $folder } is not the folder of an 'sgn up'.
package-missing = This command needs { $package }, which is not installed: run pip install 'nld-sgn[all]'.
version-unknown = The version is unknown: { $distribution } runs from a folder and is not installed.
too-narrow = The terminal is too narrow for: { $columns }.

# Parts of a line.
comma = ,{" "}
in-detail = { $name } ({ $details })
because = { $what }: { $reason }
status-and-position = { $status }: { $position }
description = Description
tags = Tags
archived = Archived
former-names = Former names
deleted = { $name } was deleted.
rows-erased = { $count ->
    [one] 1 row was erased, { $left } are left.
   *[other] { $count } rows were erased, { $left } are left.
}
not-in-dataset = Not in the dataset: { $ids }.
by = By
nothing-to-change = Name what to change: --rename, --description, --tag, --no-tags, --archive or --restore.
add-yes = Add --yes to do it.
go-on = Go on?
trained-on = Trained on
was-predicted = Predicted
tasks-of-others = { $count ->
    [one] 1 task of another project has used it too.
   *[other] { $count } tasks of other projects have used it too.
}
time = Time (UTC)
action = Action
kind-of-object = Kind
