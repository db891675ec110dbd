# Why the database does not do what is asked of it.

read-only = The database is read-only.
full = The database is full: it has no room for what is to be written.
files = The database cannot use its own files: check their disk and permissions.
rights = The database user lacks a right: `sgn doctor` names it.
silent = The database does not answer.
not-let-in = The database server refuses the user, the password or the database name in SGN_DATABASE_URL.
deadlock = The database is busy with the same rows; try again in a second.
refused = The database refused a statement.
statement-too-large = The database server takes less in one statement than this; its max_allowed_packet must be raised.
behind = A table is missing or older than this version; run `sgn migrate`.
own-tables-behind = The service's own tables are missing or older; run `sgn migrate`.
model-removed = The model of the task { $task } was cleaned away on { $day }.
name-taken = There is a dataset named { $name } already.
name-taken-alike = There is a dataset named { $other } already, which the database does not tell from { $name }.
dataset-id-taken = The dataset's id is used already; send the file again.
no-task-id = No free task id was found; try again in a second.
cursor-invalid = cursor is invalid: use next_cursor from an earlier response.
character = { $field } holds '{ $letter }' ({ $point }), which cannot be stored: NEURO-LEARN's database is { $charset }.
charsets = NEURO-LEARN's tables are { $names }: names with other characters are refused, and failure messages lose them.
