# Datasets and tasks are renamed, described, archived, deleted; subjects are erased.

in-use = { $count ->
    [one] 1 task that has not ended needs it: { $tasks }. Wait until it has ended, or cancel it.
   *[other] { $count } tasks that have not ended need it: { $tasks }. Wait until they have ended, or cancel them.
}
in-use-elsewhere = { $count ->
    [one] 1 task of another project that has not ended needs it. Try again later.
   *[other] { $count } tasks of other projects that have not ended need it. Try again later.
}
in-use-meanwhile = { $count ->
    [one] 1 task that has not ended needs it. Try again later.
   *[other] { $count } tasks that have not ended need it. Try again later.
}
dataset-changed = The dataset { $name } was renamed, changed or deleted meanwhile; look at it again.
task-gone = The task { $task } was deleted meanwhile.
task-not-ended = The task { $task } has not ended, or its checkpoint is still to be stored; cancel it, or try again later.
task-imported = { $task } is a task of this service's predecessor, whose model was imported. Its row belongs to NEURO-LEARN: delete it there, then run 'sgn clean --yes'.
erasure-leaves-nobody = The dataset { $name } would have no subject left; delete the dataset instead.
not-ours-rename = NEURO-LEARN has stored the dataset { $name }, so it is not renamed here. Upload its file in NEURO-LEARN again under another name.
not-ours-delete = NEURO-LEARN has stored the dataset { $name }, so it is not deleted here. Its user can delete it in NEURO-LEARN; what this service keeps of it is then removed within a minute.
not-ours-erase = NEURO-LEARN has stored the dataset { $name }, so nobody is erased from it here. Remove the subjects from the file, delete the dataset in NEURO-LEARN, and upload the file there again.
confirm-delete-dataset = { $count ->
    [0] Deleting the dataset { $name } cannot be undone. Send confirm=true to delete it.
    [one] 1 task has used the dataset { $name }; its model, if it has one, stays usable. Deleting the dataset cannot be undone. Send confirm=true to delete it.
   *[other] { $count } tasks have used the dataset { $name }; their models stay usable. Deleting the dataset cannot be undone. Send confirm=true to delete it.
}
confirm-delete-task = { $count ->
    [0] Deleting the task { $task } with its model and its results cannot be undone. Send confirm=true to delete it.
    [one] 1 task was fine-tuned from { $task } and stays usable. Deleting { $task } with its model and its results cannot be undone. Send confirm=true to delete it.
   *[other] { $count } tasks were fine-tuned from { $task } and stay usable. Deleting { $task } with its model and its results cannot be undone. Send confirm=true to delete it.
}
confirm-erase = { $count ->
    [0] No stored model or prediction of these subjects was found. Erasing them from { $name } cannot be undone. Send confirm=true to erase them.
    [one] 1 task has something stored of these subjects. Erasing them from { $name } cannot be undone. Send confirm=true to erase them.
   *[other] { $count } tasks have something stored of these subjects. Erasing them from { $name } cannot be undone. Send confirm=true to erase them.
}
field-unknown = { $field } cannot be changed; these can: { $fields }.
nothing-to-change = The body names nothing to change; it can hold { $fields }.
description-invalid = description must be text of at most { $most } characters.
tags-invalid = tags must be a list of at most { $most } words of 1 to { $longest } printable characters, without commas.
flag-invalid = { $field } must be true or false.
name-invalid = { $field } must have { $least } to { $most } printable characters.
subjects-invalid = subjects must be a list of 1 to { $most } ids.
not-granted = The service's database user may not change or delete rows of NEURO-LEARN's tables. An operator can grant it (docs/neuro-learn.md).
