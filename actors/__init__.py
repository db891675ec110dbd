"""What a worker process does: claim a task, train, store the model, finish.

``settings``, ``queue`` and ``relay`` are free of torch: the service uses them too.
"""
