# Simple methods that are fitted to the training subjects of a fine-tuning's parent too, "with parent's data".
# $reason is one sentence or several; "parent" stands for the parent model and its own parents.

none = Simple methods were fitted to the new training subjects only, although the model has also learned from its parent's; the comparison with them may favour the model. { $reason }
some = Simple methods with parent's data were not fitted to all subjects from whom the model has learned. { $reason }
part = Simple methods with parent's data could use { $found } of the parent model's { $recorded } training subjects, from all of whom the model has learned. { $reason }
not-in-folds = In folds, simple methods were not fitted with parent's data, because the models of the folds were not fine-tuned either.
changed = The values of the dataset { $dataset } are not those that the parent model was trained on; simple methods with parent's data were fitted to those of today.

# The fine-tuned model beside the simple method with the highest AUC of those with parent's data.
model-better = The model is better than each simple method that was fitted to the parent's training subjects, too (the best, { $method }: AUC { $auc }; model minus method { $difference }).
model-alike = There is no evidence that the model is better than a simple method that was fitted to the parent's training subjects, too ({ $method }: AUC { $auc }; model minus method { $difference }).
model-worse = A simple method that was fitted to the parent's training subjects, too, is better than the model ({ $method }: AUC { $auc }; model minus method { $difference }).

# Why training subjects of the parent are not there.
not-in-project = { $count ->
    [one] The dataset { $datasets }, on which the parent model was trained, is not in this project: it was deleted, or belongs to another project.
   *[other] The datasets { $datasets }, on which the parent model was trained, are not in this project: they were deleted, or belong to another project.
}
other-project = { $count ->
    [one] 1 of the datasets on which the parent model was trained belongs to another project.
   *[other] { $count } of the datasets on which the parent model was trained belong to another project.
}
not-recorded = The parent model does not record on which datasets it was trained.
not-readable = The dataset { $dataset }, on which the parent model was trained, can no longer be read.
not-usable = The dataset { $dataset } gives no training subjects of the parent model: { $reason }
fewer = { $count ->
    [one] 1 subject of the dataset { $dataset }, on whom the parent model was trained, is no longer in it.
   *[other] { $count } subjects of the dataset { $dataset }, on whom the parent model was trained, are no longer in it.
}
too-many = There are too many of them: simple methods are fitted to at most { $most_subjects } subjects and { $most_values } values in total.
not-given = The files on which the parent model was trained were not given (--parent-train).
files-not-given = Some of the files on which the parent model was trained were not given (--parent-train).
without-parent = --parent-train names files on which the model of --parent was trained; give --parent as well.
unlike = The parent's training data cannot be put together with the new ones: { $reason }
nobody-left = All of the parent's training subjects take part in this task.
nobody-trained-on = the parent model was trained on none of its subjects.
classes-unknown = it has { $classes }, which the parent model does not know.
