# How a file of subjects was read: what is asked, what was assumed, why it was refused.
# $file is the name of a file or folder, $key the key of an answer ("class", "missing.Age").

answer-not-a-choice = { $key } is { $answer }; it must be one of { $choices }.
answer-not-asked = The mapping answers { $keys }, which { $file } does not ask; leave it out.
correlated-here = computed here from the time series
empty = { $file } is empty.
unreadable = { $file } cannot be read: it is damaged, or of an unknown kind. The worker's log has the details.
too-little-memory = Reading { $file } takes more than { NUMBER($megabytes, useGrouping: 0) } MB of memory, which is the limit for one file. Split it, or ask the operator to raise SGN_READ_MEMORY_MB.
too-slow = Reading { $file } took more than { NUMBER($seconds, useGrouping: 0) } s, which is the limit for one file. Split it, or ask the operator to raise SGN_READ_SECONDS.
process-killed = The process that read { $file } was killed. Most likely the worker's machine or container has less memory than the { NUMBER($megabytes, useGrouping: 0) } MB that reading one file may take (SGN_READ_MEMORY_MB). Send the file again, or split it.
process-ended = Reading { $file } ended the process that read it (status { NUMBER($status, useGrouping: 0) }). The file is damaged, or needs more memory than there is; the worker's log has the details.
atlas-offered = { $file }: it is not certain of which atlas the regions are. To name and draw them, add one of:
unknown-kind = { $file } is of no known kind. { $advice }
zip-in-packed = { $file } holds a ZIP file within a packed file; unpack it once.

# Files of one's own machine, for python -m graphnet.
map-malformed = --map { $pair } is not of the form ID=CHOICE or FILE:ID=CHOICE.
map-twice = --map answers { $key } twice.
map-not-asked = --map answers { $keys }, which no file asks; leave it out.
nothing-answered = Nothing was answered, so nothing was read.
file-unusable = { $file }: { $reason }.
question-open = { $question } Answer with { $answers }.
answer = --map { $answer } ({ $label })
either-answer = { $first }, or { $second }
asks = { $file }: { $question }
choice = Choice:{" "}
next-time = Next time: --map { $answer }
answered-as-before = { $file }: { $answer }, as before.
give-a-number = Give a number from 1 to { $most }.
same-measurements = { $subjects }
copied-subjects = { $count ->
    [one] In { $file }, the measurements of { $groups } are the same in every number. If one was copied by mistake, delete it.
   *[other] In { $file }, { $count } groups of subjects have the same measurements in every number: { $groups }. If some were copied by mistake, delete them.
}
scales-differ = { $count ->
    [one] { $measure } of { $file } is of another size in 1 subject ({ $subjects }): typical values are { $low } and { $high }. If the units differ, give all subjects in one.
   *[other] { $measure } of { $file } is of another size in { $count } subjects ({ $subjects }): typical values are { $low } and { $high }. If the units differ, give all subjects in one.
}
ask-units = { $measure } of { $file } is of different sizes, as if the units differed: typical values are { $groups }. What is right?
size-of-group = { $size } { $subjects }
group-of-sites = { $count ->
    [one] at site { $sites }
   *[other] at sites { $sites }
}
group-of-subjects = { $count ->
    [one] in 1 subject ({ $ids })
   *[other] in { $count } subjects ({ $ids })
}
convert-units = the units differ: multiply the values { $groups }
converted = { $subjects } by { $factor }
keep-units = the unit is the same: use the values as they are
