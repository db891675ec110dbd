# The checklist at the end of a report: what guidelines ask, in our words.

asked = What is asked
where = Where
authors = Not known to this software; the authors must state it.
here = { $sections }
partly = { $sections }; the authors must add what the files do not say.
model-size = { $parameters } trainable parameters, { $inputs } inputs.
subjects-for-parameters = { $classes ->
    [yes] { $subjects } training subjects, { $fewest } of them in the smallest class, for { $trained } trained parameters.
   *[no] { $subjects } training subjects for { $trained } trained parameters.
}
not-done = Not done in this run.
note = Asked by TRIPOD+AI [@tripod], CLAIM [@claim] and STARD [@stard], on which STARD-AI builds. The wording is ours and several items share a row, so the checklist does not replace a journal's own form. The STARD column has the numbers of 2015.

title = Title and abstract that name the kind of study, the target and the performance
background = Background, intended use and users
inequalities = Known inequalities in health between groups
objectives = Objectives, and whether a model is developed or evaluated
design = Whether data were collected before or after the study was planned
sources = Where the data come from, and when they were collected
eligibility = Who could take part, and how subjects were found and chosen
setting = Where subjects were seen, and which treatment they had
acquisition = How images were acquired: scanner, sequence, quality control
preparation = How images became these measures, and how measures were prepared
deidentification = How data were de-identified
reference = How the diagnosis or score was made, why so, and by whom
raters = Whether raters were blinded, and how well they agree
predictors = Which measures entered, and how they were chosen
sample-size = How the sample size was arrived at
missing = How missing and indeterminate values were handled
partitions = How subjects were divided, and that no subject is in two parts
model = The model in enough detail to build it again
training = Training, tuning, the choice of the final model, ensembles
software = Software and versions
measures = Measures of performance and of uncertainty
updating = Whether the model was updated for new subjects
threshold = Output of the model, and how the threshold was chosen
imbalance = Whether and how class imbalance was handled
fairness = Performance in groups of people
differences = How development and evaluation subjects differ
ethics = Ethical approval and consent
funding = Funding and conflicts of interest
protocol = Protocol and registration
sharing = Where data, code and model are available
public = Involvement of the public and of those concerned
flow = Flow of subjects, with numbers in and out
characteristics = Characteristics of the subjects in each part
interval = Time and treatment between measurement and diagnosis
cross-table = Predictions against the truth, and calibration
accuracy = Performance with intervals, and beside other methods
clusters = How performance differs between sites or groups
external = Testing on data from elsewhere
explained = How predictions were explained, and whether that is sound
failures = Cases in which the model fails, and harm from them
limits = Limitations
interpretation = Interpretation, usability and next steps
