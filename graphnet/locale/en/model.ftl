# Stored models: what cannot be read, and what does not fit.

shard-damaged = A stored part of this task cannot be read.
checkpoint-of-other-training = The checkpoint belongs to another training.
other-architecture = The stored model is { $stored } and cannot be fine-tuned as { $asked }; leave model empty or choose { $stored }.
solved-fine-tuning = A { $model } is the optimum for its training subjects, so nothing of a parent would be left in it; train it from scratch (dl_ts) on the new subjects, or on old and new ones together.

unknown = There is no model '{ $model }'; choose from { $models }.
parameters-changed = The stored parameters are not those of the manifest (SHA-256).
manifest-changed = The stored manifest is not the one that was written (SHA-256).
manifest-damaged = The stored model cannot be read: { $part ->
    [json] its manifest is not JSON
    [settings] its manifest has no settings
    [connectomes] its manifest does not say what its connectomes hold
    [classes] its manifest does not list its classes
    [regions] its manifest does not list its regions
    [measures] its manifest does not list its measures
   *[model] its manifest is damaged
}.
other-format = The stored manifest does not have the format { $format }.
wrong-shapes = The stored model cannot be read: { $part ->
    [replicas] its parameters differ in their number of replicas
    [scaler] its scaler does not have one scale per region and measure
    [graph] its graph does not have one row per region
    [calibration] its calibration is not of its classes
   *[parameters] its parameters do not have the shapes of its architecture
}.
not-finite = The stored model cannot be used: { $part } has values that are not finite.
settings-unusable = The settings of the stored model cannot be used:
data-do-not-fit = The data do not match the stored model.
other-atlas = The model is of the atlas { $model }, and the regions of the data are of { $data }.
other-edges = The model was trained on connectomes that hold { $model }; the connectomes of these data hold { $data }.
domain-damaged = The stored manifest does not describe the training data.
checkpoint-damaged = The checkpoint is damaged.
scaling-unknown = It is unknown how the measures of the imported model were scaled, so it cannot predict. Fine-tune it, or ask the operator to import it again with --scaler none or fit.
predictions-damaged = The stored predictions are damaged: they are not JSON with one value per subject, class and region.
predictions-of-other-format = The stored predictions do not have the format { $format }.
harmoniser-damaged = The stored model cannot be read: { $problem ->
    [shape] its harmonisation does not have one value per column and site
    [infinite] its harmonisation has values that are not finite
   *[json] its harmonisation is damaged
}.
scaler-damaged = The stored model cannot be read: { $problem ->
    [shape] its scaler does not have one scale per region and measure
    [infinite] its scaler has values that are not finite
   *[json] its scaler is damaged
}.
target-damaged = The stored model cannot be read: { $problem ->
    [scale] its target has no scale
   *[json] its target is damaged
}.
adjuster-damaged = The stored model cannot be read: what it says of covariates is damaged.
