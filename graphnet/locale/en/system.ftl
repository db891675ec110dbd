# Why the operating system refused; in English these are the system's own words.

no-such-file = No such file or directory
permission-denied = Permission denied
not-permitted = Operation not permitted
is-directory = Is a directory
not-directory = Not a directory
file-exists = File exists
no-space = No space left on device
read-only = Read-only file system
name-too-long = File name too long
input-output = Input/output error
address-in-use = Address already in use
no-such-address = Cannot assign requested address
connection-refused = Connection refused
connection-reset = Connection reset by peer
network-unreachable = Network is unreachable
no-route = No route to host
