"""Classes that sites write differently: in other numbers, which is refused, or words: asked."""

from collections.abc import Sequence
from dataclasses import replace

from graphnet.data.interpretation import CONTROL, PATIENT, Choice, ClassCoding
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry

WORDS = "class.sites"  # the key of the question
ONE, SEVERAL = "one", "several"
CODED = "readers_subjects.classes"
CODES = {code + end: code for code in "012" for end in ("", ".0")}


def alike_at_sites(
    coding: ClassCoding, cells: Sequence[str], sites: Sequence[str], inquiry: Inquiry
) -> ClassCoding:
    """The coding of a column of ``cells``; with one class of patients where that is answered."""
    _refuse_codes(coding.column, cells, sites, inquiry)
    names = _of_one_site_each(coding, cells, sites)
    if len(names) < 2:
        return coding
    answer = inquiry.ask(
        WORDS,
        Message("readers_subjects.ask-words-of-sites", column=coding.column, names=names),
        (
            Choice(ONE, Message("readers_subjects.one-class")),
            Choice(SEVERAL, Message("readers_subjects.several-classes", count=len(names) + 1)),
        ),
    )
    if answer == SEVERAL:
        return coding
    values = {value: min(number, PATIENT) for value, number in coding.values.items()}
    called = {CONTROL: coding.names[CONTROL], PATIENT: " / ".join(names)}
    # What was said of the classes before is true no more.
    inquiry.assumptions[:] = [said for said in inquiry.assumptions if said.code != CODED]
    classes = [
        Message("readers_subjects.is-class", value=name, number=number)
        for number, name in called.items()
    ]
    inquiry.assume(Message(CODED, column=coding.column, classes=first_of(classes)))
    return replace(coding, values=values, names=called)


def _of_one_site_each(coding: ClassCoding, cells: Sequence[str], sites: Sequence[str]) -> list[str]:
    """The words of patients, if each site has one of its own beside controls; [] otherwise."""
    classes: dict[str, set[int]] = {}
    for cell, site in zip(cells, sites, strict=True):
        if site and cell in coding.values:
            classes.setdefault(site, set()).add(coding.values[cell])
    own = [found - {CONTROL} for found in classes.values()]
    all_have_controls = all(CONTROL in found for found in classes.values())
    patients = {number for numbers in own for number in numbers}
    if not all_have_controls or any(len(numbers) != 1 for numbers in own):
        return []
    if patients | {CONTROL} != set(coding.names) or len(patients) < len(own):
        return []
    return [coding.names[number] for number in sorted(patients)]


def _refuse_codes(
    column: str, cells: Sequence[str], sites: Sequence[str], inquiry: Inquiry
) -> None:
    """Refuse a class that is 1 and 2 at one site, 0 and 1 at another, and never has three codes."""
    codes: dict[str, set[str]] = {}
    for cell, site in zip(cells, sites, strict=True):
        if site and cell in CODES:
            codes.setdefault(site, set()).add(CODES[cell])
    if any(len(own) > 2 for own in codes.values()):
        return
    one = next((site for site, own in codes.items() if own == {"1", "2"}), None)
    other = next((site for site, own in codes.items() if own == {"0", "1"}), None)
    if one is not None and other is not None:
        inquiry.refuse(
            Message(
                "readers_subjects.classes-coded-by-site",
                file=inquiry.name,
                column=column,
                one=one,
                other=other,
            )
        )
