"""HDF5, in which MATLAB 7.3 and others keep their arrays: named, and refused with a remedy."""

from graphnet.errors import CohortError

HDF5 = b"\x89HDF\r\n\x1a\n"
MARK, NEWER = slice(124, 128), {b"\x00\x02IM", b"\x02\x00MI"}


def is_hdf5(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is HDF5, alone or below MATLAB's own header."""
    return head.startswith(HDF5) or head[MARK] in NEWER


def refuse_hdf5(head: bytes, name: str) -> CohortError:
    """How to save the file ``name`` otherwise."""
    if head[MARK] in NEWER:
        return CohortError(
            f"{name} is of MATLAB's version 7.3, which is HDF5. Save it with the option -v7: "
            "save('cohort.mat', 'fc', 'ids', 'labels', '-v7')."
        )
    return CohortError(
        f"{name} is an HDF5 file. If MATLAB wrote it, save it with the option -v7; from Python "
        "save plain arrays: numpy.savez('cohort.npz', fc=…, ids=…, labels=…)."
    )
