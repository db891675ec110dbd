# What `sgn doctor` finds, each with what to do where something is to be done.

# The table and its end.
state = State
check = Check
found = Found
state-ok = ok
state-warning = warning
state-fault = fault
totals = faults: { $faults }, warnings: { $warnings }
nothing-to-examine = There is nothing to examine: set the SGN_ variables that 'sgn serve' needs, or name the folder of an 'sgn up' with --home.
no-folder = There is no folder { $folder }.

# --stored
deep-without-stored = --deep requires --stored.
tasks-examined = { $count ->
    [one] 1 task examined, faults: { $faults }
   *[other] { $count } tasks examined, faults: { $faults }
}
stored-fault = { $task }  { $state ->
    [lost] lost
   *[damaged] damaged
}: { $object }
stored-totals = tasks examined: { $count }, lost or damaged objects: { $faults }

# Any check.
check-failed = The check failed ({ $error })
no-answer = No answer within { $seconds } s
check-reachable = Check that it runs, and what lies between it and this machine.
correct-variable = Correct { $name }.
correct-variables = Correct the variables.

# version, settings
version = { $distribution } { $version }, Python { $python }
not-installed = { $distribution } is not installed; Python { $python }
install = Install it with pip install nld-sgn, because tasks record the version that trained them.
variables-valid = Every SGN_ variable can be used
set-variable = Set { $name }, such as { $example }.
unset-variable = Correct { $name }, or unset it to use its default.

# torch, device
torch = { $torch }, { $cuda ->
    [none] without CUDA
   *[other] CUDA { $cuda }
}; { $driver ->
    [none] no NVIDIA driver
   *[other] NVIDIA driver { $driver }
}
torch-absent = torch is not installed: this is a service image, which does not train
torch-late = torch did not answer within { $seconds } s
torch-broken = torch cannot be imported, or it ends the process
run-inspection = Run 'python -m actors.inspection auto no', and read its output.
device = { $device }
device-memory = { $device }, { $total } GB, { $share } GB per worker
device-warning = { $device }: { $warning }

# cores, spool
cores = { $cores ->
    [one] 1 core; SGN_THREADS is { $threads }
   *[other] { $cores } cores; SGN_THREADS is { $threads }
}
cores-unknown = The number of cores is unknown; SGN_THREADS is { $threads }
lower-threads = Set SGN_THREADS to { $cores } or less, because threads that wait for each other are slower.
spool = { $folder }, { $gigabytes } GB free
spool-not-writable = { $folder } cannot be written
set-spool = Set SGN_SPOOL to a folder that this user may write, such as one below /tmp.
free-spool = Free some space, or set SGN_SPOOL to a folder on another disk.

# database, schema, rights, writes, packet, charset
no-database-file = The file { $path } does not exist
create-database = Run 'sgn migrate', which creates it.
check-database = Start the server; check host, port, user, password and name in SGN_DATABASE_URL.
server = { $name } { $version }, { $milliseconds } ms per request
move-nearer = Move the service nearer to its database, because each task makes many requests to it.
schema = The tables are those of this version
migrate = Run 'sgn migrate' of this version.
rights = All required rights are granted
rights-missing = The database user lacks: { $rights }
grant-rights = Grant them to the user.
writes = A row was written and removed
let-database-write = Let the server write again, or name one that does in SGN_DATABASE_URL.
free-database = Free space on the server's disk, or raise its quota.
check-database-files = Check the server's disk and the owner of its files.
grant-listed-rights = Grant the user the rights that docs/neuro-learn.md lists.
charset = Every character can be stored
convert-charset = Ask NEURO-LEARN's operator to convert its tables to utf8mb4, or leave them as they are.
packet = max_allowed_packet is { $mebibytes } MiB
packet-small = max_allowed_packet is { $mebibytes } MiB; a dataset of SGN_MAX_UPLOAD_MB may need { $needed } MiB
raise-packet = Run SET GLOBAL max_allowed_packet = { $bytes }, or lower SGN_MAX_UPLOAD_MB.

# access
access-to-everyone = SGN_HOST is { $host }, and SGN_TRUSTED_NETWORKS admits everyone: { $network }
trust-fewer = Name only the networks whose clients need no token.
access-by-token = SGN_HOST is { $host }; a token is required
access-by-token-or-network = SGN_HOST is { $host }; a token is required, except from { $networks }
access-from-here = SGN_HOST is { $host }: only this machine can connect, and no token exists
access-from-networks = SGN_HOST is { $host }; only clients from { $networks } can connect, because no token exists
access-to-anyone = SGN_HOST is { $host }, and ANYONE who reaches it can use the service
access-undecided = SGN_HOST is { $host } and no token exists, so 'sgn serve' does not start
restrict-access = Create a token with 'sgn token new', or set SGN_TRUSTED_NETWORKS to the networks whose clients need none.

# redis, eviction, appendonly, workers, installation
not-running = The local service is not running
start-local = Start it: sgn up --home FOLDER.
redis-password = Redis refuses the password
correct-password = Correct the password in SGN_REDIS_URL.
redis-silent = No answer at SGN_REDIS_URL ({ $error })
check-redis = Start the server; check host and port in SGN_REDIS_URL.
raise-maxmemory = Raise its maxmemory, or remove what else fills it; waiting messages are then sent.
grant-redis = Let its user ping, ask INFO and call scripts; its keys are dramatiq:* and sgn:*.
check-redis-log = Check its log and its disk, and that SGN_REDIS_URL names the primary.
newer-redis = Use Redis 6 or newer, or Valkey.
eviction = maxmemory-policy is { $policy }
eviction-of-messages = maxmemory-policy is { $policy }: messages are lost when memory is short
eviction-of-heartbeats = maxmemory-policy is { $policy }: heartbeats may be lost when memory is short
stop-eviction = Set it to noeviction: CONFIG SET maxmemory-policy noeviction, and in its configuration file.
appendonly = Its contents survive a restart
appendonly-off = appendonly is off: a restart loses the queue, which costs time but no task
start-appendonly = Start it with --appendonly yes.
no-worker = No worker is running
start-worker = Start a worker: 'sgn worker', or more replicas of its deployment.
workers = Workers running: { $workers }
workers-of-kind = { $count } on { $kind ->
    [unknown] an unknown device
   *[other] { $kind }
}
installation = The id of this installation is { $id }
installation-among-others = The id of this installation is { $id }; on this Redis there are also { $others }
installation-running = { $id } ({ $databases })
installation-idle = { $id } (not running)
installation-twice = Two databases have the id { $id }: { $databases }
separate-installations = If one is a copy of the other, end its processes and give it an id of its own: 'sgn migrate --new-installation'. If these are two names of one database, write it the same way everywhere.

# registry
registry-ready = Objects can be written
registry-folder = The folder { $url } can be written, read and emptied; its integrity is checked by { $kept }
registry-bucket = { $url } at { $endpoint ->
    [none] Amazon S3
   *[other] { $endpoint }
} can be written, read and emptied; its integrity is checked by { $kept }

# uploads straight into the bucket; $url is SGN_S3_PUBLIC_URL, $origin the address of the pages
direct-works = Clients and browsers at { $origin } can write parts of files at { $url }
direct-no-bucket = SGN_S3_PUBLIC_URL is set, but the registry is no bucket: it has no effect
direct-silent = { $url } does not answer from here ({ $error }): if clients cannot reach it either, every large file is tried there in vain before it goes through the service
direct-reachable = Try the address from a client's machine. If it answers only there, this warning can be ignored.
direct-refused = { $url } refuses a part with a valid signature (status { NUMBER($status, useGrouping: 0) }): every large file is tried there in vain before it goes through the service
direct-pass-on = Check that SGN_S3_PUBLIC_URL leads to the same storage, and that a proxy in front of it passes on the header Host and the path unchanged.
direct-origin-unknown = Clients can write parts of files at { $url }; whether a browser may is unknown, as SGN_PUBLIC_URL does not say where the pages are
direct-set-origin = Set SGN_PUBLIC_URL to the address of the pages, and run this again.
direct-not-https = The pages at { $origin } use HTTPS and { $url } does not: no browser sends anything there
direct-use-https = Give the storage an address with https.
direct-no-cors = The storage at { $url } does not allow pages of { $origin } to send files (CORS): browsers try it in vain before a large file goes through the service
direct-set-cors = Give the bucket a CORS rule with the origin { $origin }, the method PUT and the header content-md5 (docs/operations.md).

# clock
clock-ahead = The clock of { $whose ->
    [database] the database server
   *[storage] the S3 storage
} is { $seconds } s ahead of this machine's
clock-behind = The clock of { $whose ->
    [database] the database server
   *[storage] the S3 storage
} is { $seconds } s behind this machine's
clock-refused = { $clock }, so the storage refuses our signatures
set-clocks = Set the clocks of both machines by NTP (timedatectl, chrony).
