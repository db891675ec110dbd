# Why the service does not do what a request asks for.

first-of-errors = { $count ->
    [one] { $first } (and 1 more)
   *[other] { $first } (and { $count } more)
}
two-sentences = { $first } { $second }
internal-error = The service failed with an internal error; its log has the details.
no-address = There is nothing at { $path }.
method-not-allowed = { $path } does not accept { $method }.

# Who may do what.
token-unknown = The token is unknown, has expired or was revoked.
token-needed = A token is needed here: send it as 'Authorization: Bearer …'; 'sgn token new' makes one.
role-needed = The token's role is { $role }; this needs the role { $needed }.
other-project = proj_id is { $value }, but the token is for another project.
host-name = Without a token, call this service by localhost or by one of the names in its SGN_HOST_NAMES, not by { $host }.
link-expired = This link has expired or is void. Ask whoever sent it for a new one.
sharing-off = Reports are not shared by links here: the operator has not set SGN_SHARE_SECRET.
nothing-to-share = { $task } has not finished, so it has no report to share.
operators-only = This page is for operators: it needs a token of the role admin for all projects, as 'sgn token new --project "*" --role admin' makes.
other-site = Pages of other sites may not use this service.

# The body of a request.
tus-version = The request speaks version { $version } of the tus protocol; this service speaks { $right }.
body-compressed = The body has Content-Encoding { $encoding }; send it uncompressed.
body-too-slow = The body came too slowly; at least { $kilobytes } kB per second are expected.
body-cut-off = The body broke off before its announced end.
body-too-large = The body has more than { $megabytes } MB, which is the limit here.
quota-exceeded = The project { $project } stores { $used } GB and may store { $quota } GB, which leaves no room for a file of { $size } GB; delete datasets that are no longer needed, or ask the operator to raise SGN_PROJECT_QUOTA_GB.
body-empty = The body is empty; it must hold the task form.
body-not-html-form = The body is not a complete HTML form.
body-not-json = The body cannot be read as JSON; it must hold the task form.
body-not-object = The body holds a JSON { $kind }; it must hold an object of fields.
form-too-large = The form has more than { $megabytes } MB or { $fields } fields beside its file.
read-as-latin-1 = The body is not UTF-8, so it was read as Latin-1 (ISO 8859-1); send it as UTF-8.
key-invalid = Idempotency-Key must be 1 to { $most } printable ASCII characters.
key-reused = The Idempotency-Key was used with a different form (task { $task }); use a new key for a new form.
key-in-use = The Idempotency-Key is being used at this moment; try again.
range-beyond = Range begins after the last byte; there are { $size } bytes.

# The query of an address.
project-id-invalid = proj_id is not a project id of at most 32 characters.
tag-invalid = tag must be at most { $most } printable characters.
search-invalid = q must be at most { $most } printable characters.
flag-invalid = { $name } is { $value }; it must be true or false.
limit-invalid = limit is { $value }; it must be a whole number from 1 to { $most }.
status-invalid = status is { $value }; it must be one of { $choices }.

# Limits.
too-many-tasks = { $count ->
    [one] 1 task is already waiting; try again in { $seconds } seconds.
   *[other] { $count } tasks are already waiting; try again in { $seconds } seconds.
}
too-many-tasks-of-project = { $count ->
    [one] 1 task of the project { $project } is already waiting; try again in { $seconds } seconds.
   *[other] { $count } tasks of the project { $project } are already waiting; try again in { $seconds } seconds.
}
too-many-streams = { $count ->
    [one] 1 client is already watching tasks; try again in { $seconds } seconds.
   *[other] { $count } clients are already watching tasks; try again in { $seconds } seconds.
}
too-many-predictions = { $count ->
    [one] 1 prediction is already being made; try again in { $seconds } seconds.
   *[other] { $count } predictions are already being made; try again in { $seconds } seconds.
}
too-many-comparisons = { $count ->
    [one] 1 comparison is already being made; try again in { $seconds } seconds.
   *[other] { $count } comparisons are already being made; try again in { $seconds } seconds.
}
too-many-uploads = { $count ->
    [one] 1 file is already being uploaded; try again in { $seconds } seconds.
   *[other] { $count } files are already being uploaded; try again in { $seconds } seconds.
}
not-ready = Not ready: { $dependencies }.

# What does not exist, or is not as it was stored.
no-project = There is no project { $project }.
no-task = There is no task { $task }.
no-dataset = There is no dataset { $name }.
no-file = There is no file { $file }.
object-lacking = The task { $task } is { $status } and has no stored { $object }.
not-finished = The task { $task } is { $status }; only a finished task has a report, predictions and evidence.
not-of-manifest = The stored parameters are not those that the manifest names.
not-of-result = It is not what the result names (SHA-256).
not-as-stored = It is not what was stored (SHA-256).
report-anew = Only the report can be rendered again from what else is stored: add ?fresh=true.

# Tasks of other services.
other-service = { $task } is { $kind }; it is not a training.
kind-of-task = { $type ->
    [ml_clf] a classification
    [ml_rgs] a regression
    [sa_da_ttest] a t-test
    [sa_da_anova] an analysis of variance
    [sa_ca_prson] a Pearson correlation
   *[sa_ca_spman] a Spearman correlation
} ({ $type }) of another NEURO-LEARN service
kind-unknown = a task of type { $type } of another NEURO-LEARN service
kind-absent = a task without a type of another NEURO-LEARN service
predecessor-model = { $task } is a task of this service's predecessor, and its model is not stored here; an operator can bring the model in with 'sgn model import'.
predecessor-object = { $task } is a task of this service's predecessor, and no { $object } of it is stored here.
predecessor-methods-unknown = { $task } is a task of this service's predecessor, whose training methods are not known here, so there is no report, and there are no predictions or evidence. Its page shows its learning curves.
predecessor-abandoned = { $task } is a task of this service's predecessor: nobody trains it any more; an operator can end such tasks with 'sgn tasks end-orphans'.
predecessor-ended = { $task } is a task of this service's predecessor: it is { $status } and stays so. Submit its form again to train it here.

# Tasks side by side.
comparison-count = { $count ->
    [one] task_ids names 1 task; it must name { $least } to { $most } different tasks, separated by commas.
   *[other] task_ids names { $count } tasks; it must name { $least } to { $most } different tasks, separated by commas.
}
comparison-no-task = task_ids names { $task }, but there is no task of that id.
comparison-other-service = task_ids names { $task }, which is { $kind }; it is not a training.
comparison-predecessor = task_ids names { $task }, which is a task of this service's predecessor; its methods are not known, so it is not compared.
comparison-without-predictions = One of them has no predictions stored; older versions stored none.
comparison-of-scores = A clinical score was predicted; only predicted classes are compared subject by subject.
comparison-of-other-classes = They do not predict the same classes.
comparison-of-few = Fewer than { $least } subjects of a class are new to both models.
comparison-other-labels = Fewer than { $least } subjects of a class are new to both models and of the same class in both tasks. { $count ->
    [one] 1 subject is of another class in each ({ $ids }).
   *[other] { $count } subjects are of another class in each ({ $ids }).
} Code the classes alike in both datasets, and check that their ids mean the same people.
comparison-other-sites = Fewer than { $least } subjects of a class are new to both models. { $count ->
    [one] 1 subject has the same id in both tasks, but not the same site ({ $id }: { $one } in one, { $other } in the other).
   *[other] { $count } subjects have the same id in both tasks, but not the same site (such as { $id }: { $one } in one, { $other } in the other).
} Subjects are matched by id and site; give both datasets the same column of sites.
at-site = site { $site }
at-no-site = no site

# What two tasks say together.
together = Both together
together-of = { $split }: { $first } + { $second }
together-alone = { $name } alone
together-minus = Both together − { $name }
together-everybody = Everybody, also those of one task
together-counts = { $n ->
    [one] 1 subject was predicted by both.
   *[other] { $n } subjects were predicted by both.
}{ $only_first ->
    [0] {""}
    [one] {" "}1 was predicted by { $first } alone and keeps its probability.
   *[other] {" "}{ $only_first } were predicted by { $first } alone and keep its probability.
}{ $only_second ->
    [0] {""}
    [one] {" "}1 was predicted by { $second } alone and keeps its probability.
   *[other] {" "}{ $only_second } were predicted by { $second } alone and keep its probability.
}{ $left_out ->
    [0] {""}
    [one] {" "}1 was left out.
   *[other] {" "}{ $left_out } were left out.
}
together-without-shares = It is not stored on how many subjects of each class a task was trained, so that its log odds beyond their share are not known.
together-same-measures = Both tasks have the same measures of the same regions, so what they say is largely the same and is counted twice: the probabilities of both together are likely too extreme; see the Brier score.
together-uncalibrated = Not calibrated: { $tasks }. A model that is more certain than it is right has more than its share in the sum.
together-other-class = { $count ->
    [one] 1 subject was left out because the class differs between the tasks ({ $ids }).
   *[other] { $count } subjects were left out because the class differs between the tasks ({ $ids }).
}
together-other-scans = { $count ->
    [one] 1 subject was left out because the number of scans differs between the tasks ({ $ids }).
   *[other] { $count } subjects were left out because the number of scans differs between the tasks ({ $ids }).
}
together-other-sites = { $count ->
    [one] 1 subject has the same id in both tasks, but not the same site ({ $id }: { $one } in one, { $other } in the other), and was not added up.
   *[other] { $count } subjects have the same id in both tasks, but not the same site (such as { $id }: { $one } in one, { $other } in the other), and were not added up.
}

# A dependency that was asked whether it is ready.
dependency-silent = The { $name } does not answer: it was asked for { $seconds } s.
no-centres = There is no table of centres for the regions of { $task }, so that they cannot be shown in a brain.
