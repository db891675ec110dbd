"""What is small on disk and large in memory is refused before it is large."""

import tracemalloc
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from graphnet.errors import CohortError
from tests.graphnet.test_uploads import MAT, MEGABYTE, element, matrix, reading, refused, zipped


def bombs(regions: int = 3000, names: int = 20_000) -> dict[str, bytes]:
    """Small files of which much would be made; each by what was believed of it."""
    many = ",".join(f"GMV_{place}" for place in range(names)).encode()
    none = np.zeros(0)
    wide = " ".join(["1"] * regions).encode()
    return {
        "short rows": many + b"\n" + b"1\n" * 500,
        "a row without names": b"GMV_1\n" + b"1," * names + b"1\n",
        "names below a blank line": b"\n" + b"GMV_1," * 250_001 + b"\n1\n",
        "objects in JSON": b'{"a": [' + b"{}," * 600_000 + b"{}]}",
        "numbers in JSON": b'{"a": {' + b'"1":0,' * 1_100_000 + b'"1":0}}',
        "no subjects": npz(features=np.zeros((0, 10**7, 0)), ids=none, measures=none),
        "no measures": npz(features=np.zeros((10**6, 1, 0)), ids=np.zeros(10**6, "U1"),
                           measures=none),
        "many subjects": npz(features=np.zeros((10**6, 1, 1), "i1"), ids=np.zeros(10**6, "i1"),
                             measures=np.zeros(1)),
        "text of no width": MAT + matrix(b"ids", (10**7, 0), element(16, b""), kind=4),
        "no subjects of MATLAB": MAT + matrix(b"features", (0, 10**7, 0), element(9, b"")),
        "a table in a folder": zipped({"a.csv": many + b"\n" + b"1\n" * 500, "b.csv": b"ID\n1\n"}),
        "many regions": zipped({"subjects.csv": b"ID,LABEL\np1,1\n",
                                "ROISignals_p1.txt": b"\n".join([wide] * 10)}),
    }  # fmt: skip


def npz(**arrays: Any) -> bytes:
    stream = BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize("name", bombs(3, 3))
def test_what_is_small_does_not_become_large(name: str) -> None:
    """Within the memory that the largest table of so many cells may take."""
    body, most = bombs()[name], 8 * MEGABYTE
    if name == "many regions":
        most *= 10  # its connectome alone is 72 MB, and as a table of columns far more
    refused(b"ID\n", most)  # imports
    tracemalloc.start()
    try:
        with pytest.raises(CohortError):  # which a question is too
            reading(body, most).settled()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * most
