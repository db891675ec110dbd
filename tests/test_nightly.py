"""Which of the tests that take long are run."""

import re

import pytest

from tests.conftest import parameters, share


def test_those_that_always_run_are_there(request: pytest.FixtureRequest) -> None:
    """Else none of their parametrizations would, because of a name that has changed."""
    there: dict[str, set[str]] = {}
    wanted: dict[str, set[str]] = {}
    for item in request.session.items:
        name = item.nodeid.partition("[")[0]
        there.setdefault(name, set()).add(parameters(item))
        mark = item.get_closest_marker("nightly")
        if mark is not None and mark.kwargs:
            wanted[name] = set(mark.kwargs["but"])
    assert {name: some - there[name] for name, some in wanted.items() if some - there[name]} == {}


def test_shares_are_disjoint_and_make_the_whole() -> None:
    nightly = range(21)
    shares = [share(nightly, f"{part}/8") for part in range(8)]
    assert sorted(number for part in shares for number in part) == list(nightly)
    assert {len(part) for part in shares} == {2, 3}
    assert share(nightly, "8/8") == shares[0]


def test_all_or_none() -> None:
    assert list(share("ab", "all")) == ["a", "b"]
    assert not share("ab", "none")


@pytest.mark.parametrize("wanted", ["", "some", "3", "/8", "1/0", "-1/8"])
def test_anything_else_is_refused(wanted: str) -> None:
    with pytest.raises(pytest.UsageError, match=re.escape(repr(wanted))):
        share("ab", wanted)
