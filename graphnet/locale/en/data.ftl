# Subjects, regions and measures of datasets and splits: what cannot be used, and what limits a
# result. $split is train, val or test; $where is a dataset, a split or one of the next five.

the-data = the data
the-training-data = the training data
the-model = the model
the-stored-model = the stored model
the-parent = the parent model
only-regions = Only { $where } has the regions { $names }.
only-measures = Only { $where } has the measures { $names }.
layouts-differ = The datasets { $first } and { $second } do not fit together. { $difference }

# Connectomes

edges-z = Fisher's z
edges-counts = streamline counts
edges-other = values of another kind
edges-of-dataset = { $edges } in { $name }
edges-differ = The connectomes do not fit together: they hold { $datasets }.
other-edges = The connectomes of train_data hold { $train }, those of { $split }_data { $edges }; both must hold the same.
connectome-missing = { $count ->
    [one] No connectome was used, because { $datasets } has none.
   *[other] No connectome was used, because { $datasets } have none.
}

# A dataset

no-dataset = There is no dataset to read.
no-class-column = The dataset { $name } has no classes, because it has no column LABEL_GROUP, LABEL, group, diagnosis or similar. If another column holds them, name it with class=COLUMN.
no-score-column = The dataset { $name } has no column LABEL_SCORE with a clinical score. If another column holds it, name it with score=COLUMN.
no-class-no-score = The dataset { $name } has no class and no clinical score. Name the column of the class with class=COLUMN, or that of a score with score=COLUMN.
nobody = The dataset { $name } has no subject{ $target ->
    [group] {" "}with a class
    [score] {" "}with a score
   *[any] {""}
}.
no-measurements = The dataset { $name } has neither measures nor a connectome.
no-series = { $name } has no time series, from which the measures and the connectome of this model are computed.
no-repetition-time = { $name } does not say how many seconds its time points are apart, which the measure low_frequency needs. Answer series.tr, such as --map series.tr=2.
repetition-time-without-series = The dataset has no time series, so series.tr does not apply.
repetition-time-no-seconds = series.tr={ $answer } is not a repetition time: give seconds above 0 and up to 100, such as 2.
too-short-for-partial = { $name }: partial correlations need at least { $least } time points that all regions have; { $subjects } have fewer.
partial-from-series = partial correlations, computed here from the time series
no-id-column = { $name } has no column of subject ids, so subjects who are in two datasets cannot be found.
rows-without-id = { $count ->
    [one] { $name }: 1 row has no id, so it is unknown whether the subject is in another dataset.
   *[other] { $name }: { $count } rows have no id, so it is unknown whether the subjects are in another dataset.
}
rows-dropped = { $name }: { $count ->
    [one] 1 row has
   *[other] { $count } rows have
} no { $target ->
    [score] score
   *[group] class
} and { $count ->
    [one] was
   *[other] were
} left out.
not-used = { $name }: not used: { $columns }.
ids-matched = { $datasets }: { $detail }
ids-repeated = Subject ids on more than one row: { $ids }.
findings-cut = { $count ->
    [one] 1 more finding is not listed.
   *[other] { $count } more findings are not listed.
}

# Classes

word-in = '{ $word }' in { $where }
class-names-differ = Class { $label } is { $words }; these subjects count as one class.
classes-crossed = '{ $word }' is class { $label } in { $where } and class { $other } in { $there }. Use the same coding in both.
classes-unknown = { $split }_data has { $classes }, which the model does not know (it knows { $known }).

# Splits

train-val-overlap = { $count ->
    [one] train_data and val_data share 1 subject ({ $subjects }), so the validation metrics do not estimate performance on new subjects.
   *[other] train_data and val_data share { $count } subjects ({ $subjects }), so the validation metrics do not estimate performance on new subjects.
}
train-test-overlap = { $count ->
    [one] train_data and test_data share 1 subject ({ $subjects }), so the test metrics do not estimate performance on new subjects.
   *[other] train_data and test_data share { $count } subjects ({ $subjects }), so the test metrics do not estimate performance on new subjects.
}
val-test-overlap = { $count ->
    [one] val_data and test_data share 1 subject ({ $subjects }), so the epoch was not selected on validation subjects.
   *[other] val_data and test_data share { $count } subjects ({ $subjects }), so the epoch was not selected on validation subjects.
}
splits-matched = { $left }_data and { $right }_data: { $detail }
no-held-out-subjects = There are no validation and no test subjects: nobody new tested this model itself. Its metrics on its own training subjects do not estimate performance on new subjects.
epoch-selected = The epoch was selected by the loss on the validation subjects, so the validation metrics are slightly optimistic; test metrics are not affected.
several-scans = { $split }_data has { $scans } scans of { $subjects } subjects; { $count ->
    [one] 1 of them has several
   *[other] { $count } of them have several
} ({ $ids }). Metrics count scans; intervals and tests go by subject.
# Of results of older versions.
repeated-subjects = { $count ->
    [one] { $split }_data has 1 subject id on more than one row ({ $ids }); each row counts, so the confidence intervals are too narrow.
   *[other] { $split }_data has { $count } subject ids on more than one row ({ $ids }); each row counts, so the confidence intervals are too narrow.
}
one-class = { $split }_data has only { $name }, so metrics that need two classes (balanced accuracy, AUC) cannot be computed.
few-subjects = { $count ->
    [one] { $split }_data has only 1 subject, so its metrics are uncertain; see the confidence intervals.
   *[other] { $split }_data has only { $count } subjects, so its metrics are uncertain; see the confidence intervals.
}
few-of-class = { $count ->
    [one] { $split }_data has only 1 subject of { $name }.
   *[other] { $split }_data has only { $count } subjects of { $name }.
}

# What the quality rules found in a dataset

subjects = { $count ->
    [one] 1 subject ({ $names })
   *[other] { $count } subjects ({ $names })
}
regions = { $count ->
    [one] region { $names }
   *[other] regions { $names }
}
in-regions = {" "}({ $regions })
regions-without-edges = { $count ->
    [one] { $dataset }: { $regions } has no edge in { $subjects }; see the quality rules for what was done.
   *[other] { $dataset }: { $regions } have no edge in { $subjects }; see the quality rules for what was done.
}
edges-missing = { $count ->
    [one] { $dataset }: 1 edge{ $where } of { $subjects } is missing; see the quality rules for what was done.
   *[other] { $dataset }: { $count } edges{ $where } of { $subjects } are missing; see the quality rules for what was done.
}
values-unusable = { $count ->
    [one] { $dataset }: 1 { $measures } value{ $where } of { $subjects } is
   *[other] { $dataset }: { $count } { $measures } values{ $where } of { $subjects } are
} { $rule ->
    [infinite] infinite
    [absurd] implausible
    [constant] constant
    [broken] from a failed computation
   *[missing] missing
}; see the quality rules for what was done.

# Subjects who were found among those a model was trained on, by another spelling of their id

id-there = { $id } is { $there } there
spelled-differently = { $count ->
    [one] 1 subject matched a training subject although the id is spelled differently ({ $ids }).
   *[other] { $count } subjects matched a training subject although their ids are spelled differently ({ $ids }).
}

# Harmonisation and scores

harmonise-one-site = harmonise needs at least two sites, but train_data has only site { $site }.
adjust-no-covariates = adjust needs covariates, and the training data have none that is recognised; name them in covariates.
adjust-few-subjects = adjust needs at least { $least } subjects to fit { $columns } columns of covariates, but has { $count }.
covariate-input-unknown = covariate_inputs names { $names }, which the training data do not have; they have { $known }.
covariate-input-levels = covariate_inputs names { $name }, which has { $count } different words among the training subjects; at most { $most } can be inputs.
covariate-input-adjusted = covariate_inputs names { $names }, and adjust = '{ $adjust }' is fitted to the same. A covariate is either adjusted for or an input: leave it out of covariates or of covariate_inputs, or use adjust = 'none'.
site-has = { $site } has { $count }
harmonise-few-subjects = harmonise needs at least { $least } training subjects per site; { $sites }.
score-constant = All subjects of train_data have the same LABEL_SCORE. A score can only be learned if it varies.

# An atlas

atlas-unreadable = The atlas { $file } is not a table with a region in its first column and the columns x, y and z in millimetres.
atlas-region-twice = The atlas { $file } has these regions on more than one row: { $regions }. Keep one row per region.
not-in-atlas = The atlas does not have the regions { $regions }.
# $atlas is the title of an atlas, such as "AAL, 90 regions".
atlas-by-names = { $missing ->
    [0] The names of the regions are those of the atlas { $atlas }.
   *[other] The names of the regions are those of the atlas { $atlas }, of which { $missing } are missing.
}
atlas-which = Of which atlas are the regions? It gives them names and places; without an answer everything else works.
atlas-unknown = atlas is { $atlas }; it must be one of { $atlases }.
atlas-as-answered = As answered, the regions are those of the atlas { $atlas }.
atlas-numbered = { $atlas }, in its own order: the first is { $first }, the last is { $last }
atlas-possible = { $atlas }
atlas-none = none of these, or unknown
atlas-does-not-fit = The { $count } regions are not those of the atlas { $atlas }.
atlas-of-dataset = { $name } has those of { $atlas }
atlases-differ = The regions are of different atlases: { $datasets }. Only data of one atlas can be used together.

# A stored dataset

folder-damaged = { $what ->
    [too-large] The dataset folder { $folder } has a dataset.json of more than { $limit } MB
    [json] The dataset folder { $folder } has no dataset.json that can be read
    [format] The dataset folder { $folder } has a dataset.json of another format
    [changed] The dataset folder { $folder } has a dataset.json that was changed (SHA-256)
    [array] The dataset folder { $folder } has no { $file }, or that file was changed
    [npy-version] The dataset folder { $folder } has { $file } in another version of NumPy's format
    [shape] The dataset folder { $folder } has { $file } in another dtype or shape than its dataset.json says
    [dimensions] The dataset folder { $folder } has { $file } of another size than its subjects and regions
    [series] The dataset folder { $folder } has time series of another size than its subjects and regions
   *[content] The dataset folder { $folder } does not match its dataset.json
}. Save the dataset again from its file.
folder-of-other-version = The dataset folder { $folder } has version { $stored } of its format; this program reads version { $read }.
arrays-not-listed = The dataset's dataset.json does not list its arrays.
array-unknown = The dataset's dataset.json names an unknown array, '{ $name }'.
covariate-odd = { $count ->
    [one] { $name }: 1 value of { $covariate } is infinite or beyond 1e12 and counts as missing.
   *[other] { $name }: { $count } values of { $covariate } are infinite or beyond 1e12 and count as missing.
}
covariate-codes = { $covariate } is coded in different ways ({ $codes }) by sites or datasets, so it was not used as a covariate; code it alike in all.
covariate-units = { $covariate } is in different units in sites or datasets (typical values { $low } and { $high }), so it was not used as a covariate; give it in one unit.
measure-units = { $measure } is in different units: typical values are { $datasets }. Convert it to one unit in all datasets; if the unit is the same, put them into one file, of which it is asked.
size-of-dataset = { $size } in { $name }
covariate-kinds = { $covariate } holds numbers in one dataset and words in another, so it was not used as a covariate; write it alike in all.
adjust-no-controls = adjust = 'regress_controls' needs controls and patients among the training subjects; use 'regress'.
combat-confounded = adjust = 'combat' cannot tell { $names } from the sites: within each site nothing of it varies. Leave it out of covariates, or use adjust = 'none' with harmonise.

# The same subjects on several atlases

atlas-site = The site
atlas-score = The score
atlas-named-twice = { $names } cannot be named twice: the datasets of each atlas are others, with other names.
atlas-without-ids = { $dataset } has no column of subject ids, so its subjects cannot be found on the other atlases. Upload it with ids, or leave the other atlases out; rows are never matched by their order.
atlas-ids-repeated = { $count ->
    [one] The id { $ids } stands on more than one row of { $where }, so it is unknown which row is that of another atlas.
   *[other] { $count } ids stand on more than one row of { $where } ({ $ids }), so it is unknown which row is that of another atlas.
} Keep one row per subject; datasets of different atlases are separated by semicolons.
atlas-nobody = No subject of { $split }_data is in { $atlas }: the ids here are such as { $here }, there such as { $there }.
atlas-nobody-on-all = No subject of { $split }_data is on all atlases ({ $atlases }).
atlas-class-of = { $subject } is { $here } in { $own } and { $there } in { $atlas }
atlas-classes = { $count ->
    [one] One subject has different classes on two atlases: { $subjects }.
   *[other] { $count } subjects have different classes on two atlases, such as: { $subjects }.
} Correct the data, or use the same coding in { $own } and { $atlas }.
atlas-value-of = { $subject } has { $here } in { $own } and { $there } in { $atlas }
atlas-values = { $what } of { $count ->
    [one] one subject differs between atlases: { $subjects }.
   *[other] { $count } subjects differs between atlases, such as: { $subjects }.
} Correct the data, or leave the column out of one of them.
atlas-covariate-differs = { $covariate } differs between { $own } and { $atlas } in { $count ->
    [one] one subject, by { $most }
   *[other] { $count } subjects, by up to { $most }
}; the values of { $own } are used on every atlas.
atlas-left-out = { $count ->
    [one] 1 of { $total } subjects of { $split }_data is not in { $atlas } ({ $subjects }), and was left out on every atlas.
   *[other] { $count } of { $total } subjects of { $split }_data are not in { $atlas } ({ $subjects }), and were left out on every atlas.
}
