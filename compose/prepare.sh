#!/bin/sh
# Makes .env and the secrets that compose.yaml names. What is there already stays as it is.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p compose/secrets

random() {
    od -An -N20 -tx1 /dev/urandom | tr -d ' \n'
}

# Containers read these files as users of their own; the folder keeps everybody else out.
keep() {
    if [ ! -e "$1" ]; then
        cat >"$1"
        chmod 644 "$1"
    fi
}

cd compose/secrets
for name in database_password database_root_password minio_root_password; do
    random | keep $name
done
echo "requirepass $(random)" | keep redis_conf
for name in s3_credentials storage_admin; do
    keep $name <<END
[default]
aws_access_key_id = sgn-$(random | cut -c 1-16)
aws_secret_access_key = $(random)
END
done

# The value of a line of such a file.
value() {
    sed -n "s/^$2 = //p" $1
}

keep storage_identities <<END
{"identities": [
    {"name": "admin", "actions": ["Admin"], "credentials": [
        {"accessKey": "$(value storage_admin aws_access_key_id)",
         "secretKey": "$(value storage_admin aws_secret_access_key)"}]},
    {"name": "sgn", "credentials": [
        {"accessKey": "$(value s3_credentials aws_access_key_id)",
         "secretKey": "$(value s3_credentials aws_secret_access_key)"}],
     "actions": ["Read:sgn-models", "Write:sgn-models", "List:sgn-models"]}]}
END
echo "mysql://sgn:$(cat database_password)@database:3306/neurolearn?charset=utf8mb4" | keep database_url
keep database_migrate_url <database_url
echo "redis://:$(sed -n 's/^requirepass //p' redis_conf)@redis:6379/0" | keep redis_url
keep neuro_learn_token </dev/null

cd ../..
keep .env <<END
# The MariaDB of compose.yaml. Without this line it is not started: name NEURO-LEARN's own MySQL in
# compose/secrets/database_url.
COMPOSE_PROFILES=database
# Where nginx listens.
PUBLISH=127.0.0.1:7014
# 1 lets in whoever reaches nginx, until the first token is made (docs/access.md).
SGN_ALLOW_ANONYMOUS=0
# By what names the service may be called without a token.
SGN_HOST_NAMES=localhost,127.0.0.1
# Where people reach the pages, for the addresses of tasks in NEURO-LEARN's rows.
SGN_PUBLIC_URL=
END
