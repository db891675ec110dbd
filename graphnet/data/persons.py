"""Who is the same person on the rows of several datasets, whatever their ids look like there."""

from collections.abc import Sequence

from graphnet.data.identifiers import match_ids


def persons(ids: Sequence[str], datasets: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """For each row the id by which its subject is first written, and how others were matched.

    Ids of one dataset are different people if they are written differently there.
    """
    names = list(dict.fromkeys(datasets))
    if len(names) < 2:
        return tuple(ids), ()
    first: dict[tuple[str, str], str] = {}
    known: dict[str, None] = {}  # an ordered set
    how: list[str] = []
    for name in names:
        own = list(
            dict.fromkeys(each for each, of in zip(ids, datasets, strict=True) if of == name)
        )
        match = match_ids(own, list(known))
        how += match.how
        there = match.as_dict
        for each in own:
            person = there.get(each, each)
            first[name, each] = person
            known[person] = None
    rows = zip(datasets, ids, strict=True)
    return tuple(first[row] for row in rows), tuple(how)
