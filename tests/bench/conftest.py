"""PyG, which some of what is measured is compared with, is imported without its warning."""

import warnings

with warnings.catch_warnings():
    # It compiles one of its own classes as it is imported, which torch now advises against.
    warnings.simplefilter("ignore", DeprecationWarning)
    import torch_geometric  # noqa: F401
