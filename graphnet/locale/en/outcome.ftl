# Where the metric at the top of a task's page comes from.

on-test = on test subjects, who were used for no choice
in-cross-validation = in cross-validation of the training subjects
at-left-out-sites = at left-out sites
on-validation = on validation subjects
on-validation-chose-epoch = on validation subjects, who chose the epoch
on-training = on the training subjects, which says nothing about new ones
