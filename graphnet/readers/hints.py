"""What the name of a file says of the values of a matrix."""

import re
from collections.abc import Callable
from pathlib import PurePath

from graphnet.data.interpretation import COUNTS, OTHER, R, Z
from graphnet.readers.weights import STRUCTURAL

Tells = Callable[[str, set[str]], bool]
TOKEN = re.compile(r"[^\W_]+")
WEIGHTS = {"fa", "dist", "cov", "coherence"}  # "ad" may be a disease, "md" another


def hint_of(text: str) -> str:
    """What a name says of the values of a matrix, or "".

    ``z``, ``r``, ``counts``, ``other``, or ``structural`` where it is only known to be no
    correlation.
    """
    tokens = {token.lower() for token in TOKEN.findall(text)}
    plain = "".join(TOKEN.findall(text)).lower()
    return next((hint for hint, tells in HINTS if tells(plain, tokens)), "")


def hint_of_folders(inner: PurePath, token: str) -> str:
    """What the folders say, the innermost first, but for the one that is named for the subject."""
    folders = [part for part in reversed(inner.parent.parts) if token not in part]
    return next((hint for part in folders if (hint := hint_of(part))), "")


def _says(*parts: str, words: frozenset[str] | set[str] = frozenset()) -> Tells:
    """Whether a name holds one of these ``parts`` anywhere, or one of the ``words`` by itself."""
    return lambda plain, tokens: any(part in plain for part in parts) or bool(tokens & words)


HINTS: tuple[tuple[str, Tells], ...] = (
    (Z, _says("fisher", "ztransform", words={"z", "zfc", "fcz", "zscore", "zcorr"})),
    (OTHER, _says("covariance", "precision", "distance", "length", "meanfa", "logcount",
                  "invnodevol", words=WEIGHTS)),
    (R, _says("pearson", "correlation", words={"corr", "r", "corrmat", "partialcorr"})),
    (COUNTS, _says("streamline", "count", words={"sift", "sift2", "nos"})),
    (STRUCTURAL, _says("structural", words={"sc"})),
)  # fmt: skip
