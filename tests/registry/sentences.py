"""What an operator may be shown."""

import re

VENDOR = re.compile(
    r"boto|urllib|errno|error\(|exception|traceback|<class|HTTPConnection|\n", re.IGNORECASE
)


def is_plain(error: Exception) -> bool:
    """What happened and what to do, without the words of the libraries below."""
    text = str(error)
    return text.startswith("The ") and text.endswith(".") and VENDOR.search(text) is None
