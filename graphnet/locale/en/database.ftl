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

# The address of the database.
url-scheme = SGN_DATABASE_URL must begin with mysql://, mariadb://, postgres:// or sqlite://.
url-unreadable = SGN_DATABASE_URL cannot be read; it must look like mysql://user:password@host:3306/name.
url-relative = SGN_DATABASE_URL must name a file by its full path: sqlite:///….
no-postgres-driver = PostgreSQL needs a driver that is not installed; install it with pip install 'nld-sgn[postgres]'.
not-neuro-learn = The table { $table } is missing or has other columns, so this is not NEURO-LEARN's database, or its own migrations have not run.

# Migrations.
migration-awaited = Another process has been migrating the database for too long.
newer = The database is of a newer version of this service: it has the migration { $has }, and the last that this version knows is { $knows }. Run the newer version, or go back with that version's `sgn migrate --to { $to }`.
no-migration = There is no migration '{ $asked }' to go to; it must be one of { $names }.
no-way-back-on-sqlite = A migration cannot be undone on SQLite; restore the file that was copied before the upgrade.
in-use = { $count ->
    [one] 1 task is being trained: { $task }. End all workers and services before a migration is undone.
   *[other] { $count } tasks are being trained, such as { $task }. End all workers and services before a migration is undone.
}
installation-id-invalid = '{ $id }' cannot be an installation's id; it must have 3 to 16 characters: lower-case letters, digits and hyphens.

# What is written.
dataset-too-large = The dataset takes { $size } MB in one statement, and the database server accepts { $most } MB; its max_allowed_packet must be at least { $needed }M.
profile-too-large = The dataset's profile takes { $size } MB in one statement, and the database server accepts { $most } MB; its max_allowed_packet must be at least { $needed }M.
result-too-large = The result takes { $size } MB in one statement, and the database server accepts { $most } MB; its max_allowed_packet must be at least { $needed }M.
key-used = The Idempotency-Key was used before.
