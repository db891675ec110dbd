# The variables that a process reads from its environment: what is wrong with them, and what to do.

not-set = The environment variable { $name } (or { $name }_FILE) is not set.
invalid = The environment variable { $name } cannot be used: { $reason }.
file-unreadable = The file that { $name }_FILE names cannot be read: { $path }.

# Why the text of a variable cannot be used.
redis-address = it must look like redis://:password@host:6379/0, with / ? # of the password as %2F %3F %23
web-address = it must look like https://sgn.example.org, without ? and #
positive = it must be a whole number above 0, not '{ $value }'
natural = it must be a whole number from 0 on, not '{ $value }'
share = it must be a number above 0 up to 1, not '{ $value }'
port = it must be a port from 1 to { $most }, or 0 for none, not '{ $value }'
log-format = it must be text or json, not '{ $value }'
yes-or-no = it must be 1 or 0, not '{ $value }'
networks = { $reason }; it must list networks such as 10.1.0.0/16,10.2.3.4
webhook-address = it must look like https://hooks.example.org/sgn, without user and #
webhook-plain = only a host in SGN_WEBHOOK_HOSTS may be told without TLS; use https://, or list { $host } there
certificates = { $file } cannot be used: { $reason }
no-certificate = it holds no certificate in PEM (BEGIN CERTIFICATE)
webhook-secret = it must have at least { $least } characters, such as those of 'openssl rand -hex 32'

# The spool.
spool-foreign = The spool's folder { $folder } belongs to another user or can be written by all.
use-own-spool = Set SGN_SPOOL to a folder of this user alone (chmod 700).
spool-not-created = The spool { $folder } cannot be created: { $reason }.
use-writable-spool = Set SGN_SPOOL to a folder that this user may write.

# Traces.
tracing-absent = OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, which need an extra that is not installed.
install-tracing = Install it with pip install 'nld-sgn[tracing]', or unset the variable.
tracing-refused = OpenTelemetry's variables cannot be used: { $reason }

# Access.
open-to-anyone = SGN_HOST is { $host }, where anyone in the network could use the service without a token.
restrict-access = Create a token with 'sgn token new', set SGN_TRUSTED_NETWORKS to the networks whose clients need none, or set SGN_ALLOW_ANONYMOUS=1 if the network itself keeps strangers out.
