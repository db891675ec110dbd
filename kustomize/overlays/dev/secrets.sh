#!/bin/sh
# Print the secrets of the overlay dev, with passwords made on the spot:
#   kustomize/overlays/dev/secrets.sh | kubectl create -f -
# "create" leaves secrets that are there as they are: the servers have taken their passwords from
# them.
set -eu

random() {
    head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

mariadb=$(random)
redis=$(random)
s3_user=$(random)
s3=$(random)

cat <<END
apiVersion: v1
kind: Secret
metadata: {name: sgn-database, namespace: sgn-dev}
stringData:
  url: mysql://sgn:$mariadb@mariadb:3306/neurolearn?charset=utf8mb4
  migrate-url: mysql://sgn:$mariadb@mariadb:3306/neurolearn?charset=utf8mb4
---
apiVersion: v1
kind: Secret
metadata: {name: sgn-mariadb, namespace: sgn-dev}
stringData:
  password: "$mariadb"
  root-password: "$(random)"
---
apiVersion: v1
kind: Secret
metadata: {name: sgn-redis, namespace: sgn-dev}
stringData:
  url: redis://:$redis@redis:6379/0
  users.acl: user default on >$redis ~* &* +@all
---
apiVersion: v1
kind: Secret
metadata: {name: sgn-storage, namespace: sgn-dev}
stringData:
  s3.json: |
    {"identities": [{"name": "sgn", "actions": ["Admin"],
     "credentials": [{"accessKey": "$s3_user", "secretKey": "$s3"}]}]}
  user: "$s3_user"
  password: "$s3"
---
apiVersion: v1
kind: Secret
metadata: {name: sgn-s3, namespace: sgn-dev}
stringData:
  credentials: |
    [default]
    aws_access_key_id = $s3_user
    aws_secret_access_key = $s3
END
