# Stored models: what cannot be read, and what does not fit.

shard-damaged = A stored part of this task cannot be read.
checkpoint-of-other-training = The checkpoint belongs to another training.
other-architecture = The stored model is { $stored } and cannot be fine-tuned as { $asked }; leave model empty or choose { $stored }.
