# Errors of the Python client, which the command shows too.

silent = { $url } does not answer ({ $reason }): start a service with 'sgn up', or give the address of a running one with --url or SGN_URL.
too-late = { $url } did not answer in time; the request may still be carried out.
cut-off = The connection to { $url } broke off ({ $reason }); the request may still be carried out.
other-server = The server that answered at { $address } (status { $status }) is not this service: check that { $url } is its address.
not-an-address = { $url } is not the address of a service; it must begin with http:// or https://.
refused = The service refused the request with error { $number }.
token-unreadable = The file that SGN_TOKEN_FILE names cannot be read: { $path }.

# A service that is started for a notebook.
no-address-file = The service that runs in { $folder } does not tell its address; stop it first.
not-started = The service did not start in { $folder }: { $reason }
see-log = see { $file }.

# Tasks and files.
not-ended = { $task } has not ended within { $seconds } seconds; it continues.
event-not-json = An event of the service is not JSON.
event-not-object = An event of the service is not a JSON object.
name-not-text = { $folder } has a file whose name cannot be sent: { $name }; rename it.
storage-away = The storage at { $host } cannot be reached from here ({ $reason }).
storage-refuses = The storage at { $host } does not take the file (status { $status }).
file-shorter = { $file } has become shorter while it was sent; send it again.
