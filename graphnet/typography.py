"""Signs as readers see them, where texts that programs read have others.

Pages, reports and figures go through here; CSV, JSON and a terminal do not.
"""

import re

# A hyphen before a number that nothing stands before: no part of a word, a date or a range. Of
# letters without spaces between words, as Chinese has them, a number with decimals is none of a
# name.
HYPHEN = re.compile(r"(?<![\w.+/-])-(?=\.?\d)|(?<=[\u3400-\u9fff])-(?=\d+\.\d)")
MINUS = "\N{MINUS SIGN}"


def with_minus(text: str) -> str:
    """The text with a minus, and not a hyphen, before negative numbers."""
    return HYPHEN.sub(MINUS, text)
