# The service on one machine (`sgn up`), and commands that work by the settings of the environment.

folder-unusable = The folder { $folder } cannot be used: { $reason }.
up-page = Page   { $url }
up-data = Data   { $folder } (database, models, uploads: copy this folder as a backup while nothing runs)
up-logs = Logs   { $folder } (worker.log, valkey.log); the service writes its own to this terminal
up-next = Next   Open the page: it offers an example cohort, or takes your table. From a second terminal: SGN_URL={ $url } sgn data add FILE.csv --proj STUDY. Ctrl-C stops the service; the same command resumes it.
already-running = Another sgn up is running on { $folder }; end it first.
queue-not-started = The queue (Valkey) did not start within { $seconds } s; see log/valkey.log in the home.
worker-not-started = The worker did not start; see log/worker.log in the home.
cannot-listen = The service cannot listen on { $host }:{ $port }: { $reason }; choose another port, or end what uses it.
lacks-right = The user in SGN_DATABASE_URL lacks a right: { $said }. docs/neuro-learn.md lists the rights that `sgn migrate` needs.
demo-task-ended = { $task } is { $status }. { $reason }
other-installation = The database knows none of the { $count } tasks that the registry holds: do SGN_DATABASE_URL and SGN_REGISTRY_URL belong to one installation?
installation-id = The installation's id is { $id }.

# sgn demo
demo-starting = Starting the service in { $folder }; the demo takes about a minute.
demo-uploading = 1. Uploading six files of synthetic subjects from two sites.
demo-uploaded = { $name }: { $subjects } subjects, { $values } unusable values
demo-training = 2. Training SGN from scratch on site one, and testing it on site two.
demo-fine-tuning = 3. Fine-tuning it on 48 subjects of site two, and testing it again.
demo-test-subjects = Site two, { $subjects } test subjects
demo-trained = trained on site one
demo-fine-tuned = fine-tuned on site two
demo-model = Model of { $task }: { $path }
demo-lineage = Lineage: { $task } from { $parent }
demo-report = Report   { $file }; open it in a browser.
demo-page = Page     { $page }
demo-next = Next     To see both tasks on a page, run
    {"  "}{ $command }
    The result of the second is then { $page }. Ctrl-C stops the service.
