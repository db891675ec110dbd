# Makes the bucket $1 in MinIO, and the user of the secret s3_credentials, who may use no other.
# The image of mc has no programs but mc, sh and cat.
set -eu
bucket=$1
secrets=${SECRETS:-/run/secrets}
temporary=${TMPDIR:-/tmp}

value() {
    while read -r key _ text; do
        if [ "$key" = "$1" ]; then echo "$text"; fi
    done <"$secrets/s3_credentials"
}

export MC_CONFIG_DIR=$temporary/mc
MC_HOST_store="http://sgn-admin:$(cat "$secrets/minio_root_password")@${MINIO:-storage:9000}"
export MC_HOST_store
user=$(value aws_access_key_id)

cat >"$temporary/policy.json" <<END
{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::$bucket"]},
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
     "Resource": ["arn:aws:s3:::$bucket/*"]}]}
END

mc mb --ignore-existing "store/$bucket"
mc admin policy create store "$bucket" "$temporary/policy.json"
mc admin user add store "$user" "$(value aws_secret_access_key)"
# Attaching what is attached already is an error, and no fault.
mc admin policy attach store "$bucket" --user "$user" \
    || case "$(mc admin user info store "$user")" in
        *PolicyName*"$bucket"*) ;;
        *) exit 1 ;;
    esac
