"""The Virtual Brain's connectivity: a ZIP file per brain, of weights and the centres of regions.

Its texts may be compressed with bzip2. Lengths of tracts, areas and orientations are left alone.
"""

import bz2
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.folders.archives import Archive, too_large
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable, read_numbers

WEIGHTS, CENTRES = "weights.txt", "centres.txt"
PACKED = ".bz2"


def is_connectivity(path: Path, most: int) -> bool:
    """Whether a ZIP file holds weights and centres."""
    try:
        archive = Archive.of(path, path.name, most)
    except CohortError:
        return False
    with archive.file:
        return {WEIGHTS, CENTRES} <= _places(archive).keys()


def read_connectivity(path: Path, inquiry: Inquiry, most: int) -> NumberTable:
    """The weights (N, N), with the names of the regions.

    Raises:
        CohortError: it is damaged, or has not as many centres as weights.

    """
    archive = Archive.of(path, path.name, most)
    with archive.file, TemporaryDirectory(prefix="sgn-upload-") as folder:
        places = _places(archive)
        wanted = [places[WEIGHTS], places[CENTRES]]
        archive.unpack(Path(folder), wanted)
        weights, centres = (_text(Path(folder) / place, path.name, most) for place in wanted)
    values = read_numbers(weights, inquiry, f"{path.name}: {WEIGHTS}").values
    lines = centres.decode("utf-8", "replace").splitlines()
    names = tuple(line.split()[0] for line in lines if line.split() and line[0] != "#")
    if values.shape != (len(names), len(names)) or len(set(names)) < len(names):
        raise CohortError(
            Message(
                "readers_brains.other-centres",
                file=path.name,
                shape=" x ".join(map(str, values.shape)),
                centres=len(names),
            )
        )
    return NumberTable(values, names, names)


def _places(archive: Archive) -> dict[str, str]:
    """The path of each text, by its name without the packing."""
    return {PurePosixPath(path).name.removesuffix(PACKED): path for path in archive.members}


def _text(path: Path, name: str, most: int) -> bytes:
    body = path.read_bytes()
    if path.suffix != PACKED:
        return body
    stream = bz2.BZ2Decompressor()
    try:
        text = stream.decompress(body, most + 1)
    except (OSError, ValueError) as error:
        raise CohortError(Message("readers_folders.damaged-zip", file=name)) from error
    if len(text) > most:
        raise too_large(name, most)
    if not stream.eof:
        raise CohortError(Message("readers_folders.damaged-zip", file=name))
    return text
