# Redis or Valkey: why it does not do what is asked of it.

silent = Redis does not answer at SGN_REDIS_URL.
full = Redis is full: its contents have reached its maxmemory.
replica = Redis is read-only: SGN_REDIS_URL names a replica.
loading = Redis is still reading its data from its disk.
no-permission = Redis does not let the user of SGN_REDIS_URL write.
not-let-in = Redis refuses the user or the password in SGN_REDIS_URL.
cannot-save = Redis is read-only, because it cannot save to its disk.
no-password = Redis requires a password, and SGN_REDIS_URL has none.
few-replicas = Redis is read-only: too few of its replicas answer.
primary-down = Redis is read-only: its link to the primary is down.
cluster-down = Redis does not write: its cluster is down.
refused = Redis refused a command; its log says why.
