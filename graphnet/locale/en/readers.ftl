# How a file of subjects was read: what is asked, what was assumed, why it was refused.
# $file is the name of a file or folder, $key the key of an answer ("class", "missing.Age").

answer-not-a-choice = { $key } is { $answer }; it must be one of { $choices }.
answer-not-asked = The mapping answers { $keys }, which { $file } does not ask; leave it out.
correlated-here = computed here from the time series
empty = { $file } is empty.
unknown-kind = { $file } is of no known kind. { $advice }
zip-in-packed = { $file } holds a ZIP file within a packed file; unpack it once.
