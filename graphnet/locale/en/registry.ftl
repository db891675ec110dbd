# The registry: what is wrong with it, and what to do. Each problem is said with a remedy beside it.

object-missing = The registry has no { $name } of the task { $task }.
object-too-large = The object { $address } has more bytes ({ $size }) than this registry accepts ({ $most }).
object-changed = The registry { $place } returned other bytes than it was given.
object-stored-changed = The registry { $place } has stored other bytes of { $object } than it was given.
task-id-invalid = The task id '{ $task }' cannot name a stored object.
name-invalid = The name '{ $name }' cannot name a stored object.

# A directory.
directory-absent = The registry directory { $path } does not exist.
directory-layout = The registry directory { $path } is not laid out as a registry, because it has a file where a folder must be, or a folder where a file must be.
directory-forbidden = The registry directory { $path } cannot be used by this process.
directory-read-only = The registry directory { $path } is on a disk that is mounted read-only.
directory-unusable = The registry directory { $path } cannot be used ({ $reason }).

# A directory or a bucket.
full = The registry { $place } is full.

# A bucket.
read-only = The registry { $place } is read-only.
credentials-refused = The registry { $place } refuses our credentials.
writing-refused = The registry { $place } does not allow writing.
writing-fails = The registry { $place } answers but does not write (error '{ $error }').
no-credentials = The registry { $place } needs credentials, and none were found.
not-trusted = The registry { $place } offers no encrypted connection that this machine trusts.
silent = The registry { $place } does not answer.
no-answer-in-time = The registry did not answer within { $seconds } s.
unusable = The registry { $place } cannot be used.
no-bucket = The registry { $place } has no such bucket.
answered-with-error = The registry { $place } answered with the error '{ $error }'.

# SGN_REGISTRY_URL and SGN_S3_ENDPOINT_URL.
url-unreadable = The registry URL '{ $url }' is not a URL.
url-with-query = The registry URL '{ $url }' contains a '?' or a '#'.
url-unknown = The registry URL '{ $url }' begins with neither file:// nor s3://.
url-with-credentials = The registry URL contains credentials before an '@'.
url-relative = The registry URL '{ $url }' does not name an absolute folder.
bucket-invalid = The registry URL '{ $url }' names the bucket '{ $bucket }', which is not a valid name.
prefix-invalid = The registry URL '{ $url }' names the prefix '{ $prefix }', which is not a valid one.
endpoint-unreadable = The S3 endpoint '{ $url }' is not a URL.
endpoint-with-credentials = The S3 endpoint contains credentials before an '@'.
endpoint-not-web = The S3 endpoint '{ $url }' is not a web address.
endpoint-without-host = The S3 endpoint '{ $url }' has no usable host name.
aws-endpoint-without-host = The S3 endpoint of the AWS settings has no usable host name.

# What to do.
check-task = Check the task's id, and that the task has finished.
store-less = Store less, or raise the limit.
use-valid-id = An id has 1 to 32 letters, digits, '_' or '-'.
use-valid-name = A name has 1 to 100 lower-case letters, digits, '_', '-' or '.', and does not start with '.'.
create-directory = Create it, mount it, or correct the registry URL.
clear-directory = Move away what does not belong to the registry, or correct the registry URL.
check-permissions = Check its owner, its permissions and its mount.
remount = Check the disk, and mount it for writing.
check-disk = Check its disk.
free-space = Free some space, or raise its quota.
make-writable = Check its disks, and let it write again.
check-credentials = Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may list, read and write this bucket.
check-right-to-write = Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, that they may write this bucket, and whether it is over its quota.
check-full-or-down = It is probably full, or one of its servers is down; check the log of the storage.
set-credentials = Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of the AWS files.
check-certificate = Check whether its endpoint is http or https, its certificate, and AWS_CA_BUNDLE for a certificate of your own.
check-running = Check that the storage is running and that its endpoint is correct.
check-settings = Check its endpoint, the AWS_* variables and the AWS files.
create-bucket = Create it, or correct the registry URL.
check-log = Check the log of the storage.
check-log-and-disks = Check the log of the storage, and its disks.
use-valid-url = Use file:///folder or s3://bucket/prefix.
use-credential-variables = Remove them, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead.
use-absolute-folder = Use three slashes and the whole path, such as file:///srv/registry.
use-valid-bucket = A bucket's name has 3 to 63 lower-case letters, digits, '-' or '.', such as s3://sgn-models/site-a.
use-valid-prefix = Between its slashes, a prefix may contain letters, digits, '_', '-', '=' and '.', such as s3://sgn-models/site-a.
use-web-address = Use an address such as http://storage.example.org:9000.

# How it is known that stored bytes stay as they are.
kept-by-sha256 = SHA-256, which the storage keeps and checks
kept-by-md5 = MD5 only, because the storage keeps no SHA-256
kept-unknown = MD5 only, because the storage could not be asked for more
kept-by-file-system = the file system alone
