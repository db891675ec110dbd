"""Which class the values of a column stand for: by known words, by known coding, else by asking."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from graphnet.data.interpretation import CONTROL, PATIENT, Choice, ClassCoding, MissingCode
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import POSITIVE, Inquiry
from graphnet.readers.subjects.words import (
    OF_DISEASE,
    UNKNOWN,
    is_control,
    is_patient,
    plain,
    words,
)
from graphnet.readers.tables.missing_codes import LABEL_CODES, MISSING, VALUE
from graphnet.readers.tables.sheet import is_missing

CONTROL_KEY = "class.control"
MOST_CLASSES = 10  # a column of more words, or of more numbers, is no class
MOST_SHOWN = 6
LARGEST_CLASS = 1_000_000
NEAR_NINE = 4  # 9 beside class numbers below it may be a code for missing
ABIDE, AUTISM = "dxgroup", {"1": PATIENT, "2": CONTROL}
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")

# No and yes in columns that ask for a disease.
TRUTHS = tuple(
    words(pair)
    for pair in (
        "false true", "no yes", "f t", "n y", "否 是", "无 有", "nein ja", "falsch wahr", "non oui",
        "faux vrai", "no si", "no sí", "falso verdadero", "não sim", "falso vero", "nee ja",
        "нет да", "いいえ はい", "아니오 예", "unchecked checked",
    )
)  # fmt: skip
TRUE_WORDS = words(
    "true yes t y 是 有 ja wahr oui vrai si sí verdadero sim vero да はい 예 checked"
)
# What only ABIDE's phenotypes have beside DX_GROUP, and the numbers of its subjects.
OF_ABIDE = {"ageatscan", "dsmivtr", "handednesscategory", "fileid"}
ABIDE_IDS = re.compile(r"(sub-)?(00)?(5[01][0-9]{3}|2[89][0-9]{3}|30[0-9]{3})")
MOST_OF_ABIDE = 0.9


def is_of_abide(names: Sequence[str], ids: Sequence[str]) -> bool:
    """Whether a table of these columns and ids is ABIDE's."""
    known = sum(ABIDE_IDS.fullmatch(subject.strip()) is not None for subject in ids)
    return not OF_ABIDE.isdisjoint(map(plain, names)) or known > MOST_OF_ABIDE * len(ids) > 0


def class_coding(
    column: str, cells: Sequence[str], inquiry: Inquiry, *, of_abide: bool = False
) -> ClassCoding | None:
    """The class number and name of each value of ``cells`` (S texts).

    ``of_abide``: the table is ABIDE's, where ``DX_GROUP`` 1 is autism; in others 1 may be either.

    None where the column cannot be a class, of which the problem is kept by the ``inquiry``.
    """
    counts = _named_classes(column, cells, inquiry)
    numbers = {value: number for value in counts if (number := _number(value)) is not None}
    if len(numbers) == len(counts):
        numbers = _without_codes(column, counts, numbers, inquiry)
        coded_so = of_abide and plain(column) == ABIDE
        return _of_numbers(column, numbers, inquiry.behind(f"missing.{column}"), of_abide=coded_so)
    if any(not _is_whole(number) for number in numbers.values()):
        _refuse(column, list(counts), inquiry)
        return None
    counts = _words_without_codes(column, counts, numbers, inquiry)
    _refuse_two_vocabularies(column, counts, numbers, inquiry)
    return _of_words(column, counts, inquiry.behind(f"missing.{column}"))


def _refuse_two_vocabularies(
    column: str, counts: Counter[str], numbers: Mapping[str, float], inquiry: Inquiry
) -> None:
    """Refuse numbers beside the words of controls and of others: nothing says what they mean."""
    coded = [value for value in counts if value in numbers]
    in_words = [value for value in counts if value not in numbers]
    if coded and len(in_words) > 1 and any(map(is_control, in_words)):
        inquiry.refuse(
            Message(
                "readers_subjects.classes-in-two-ways",
                file=inquiry.name,
                column=column,
                words=first_of(in_words, MOST_SHOWN),
                numbers=first_of(coded, MOST_SHOWN),
            )
        )


def _named_classes(column: str, cells: Sequence[str], inquiry: Inquiry) -> Counter[str]:
    """How often each value is there, without words such as ``unknown``.

    ``none`` is a missing class, but in a diagnosis it may be that of controls: then it is asked.
    """
    counts = Counter(cell for cell in cells if not is_missing(cell))
    if set(counts) == {"+"} and "-" in cells:  # beside which "-" is no missing value
        counts["-"] = list(cells).count("-")
    for value in [value for value in counts if plain(value) in UNKNOWN]:
        _note_code(column, value, counts.pop(value), inquiry)
    nones = Counter(cell for cell in cells if plain(cell) == "none")
    in_words = any(_number(value) is None for value in counts)
    if not nones or not in_words or any(map(is_control, counts)):
        return counts
    value = next(iter(nones))
    beside = Message("readers_subjects.other-words")
    if _asked_missing(column, value, nones.total(), beside, inquiry) == VALUE:
        counts += nones
    return counts


def _number(value: str) -> float | None:
    return float(value) if NUMBER.fullmatch(value) else None


def _without_codes(
    column: str, counts: Counter[str], numbers: dict[str, float], inquiry: Inquiry
) -> dict[str, float]:
    """The values that are no codes for missing; 9 beside 0 and 1 is asked about."""
    kept = {value: number for value, number in numbers.items() if number not in LABEL_CODES}
    codes = [value for value in numbers if value not in kept]
    if not kept:
        return numbers if not set(numbers.values()) & set(LABEL_CODES) else {}
    for value in codes:
        _note_code(column, value, counts[value], inquiry)
    for value in _doubtful(kept):
        beside = Message("readers_subjects.other-class-numbers")
        if _asked_missing(column, value, counts[value], beside, inquiry) == MISSING:
            _note_code(column, value, counts[value], inquiry)
            del kept[value]
    return kept


def _doubtful(numbers: dict[str, float]) -> list[str]:
    """The 9 beside smaller numbers, or the -1 beside 0 and 1: perhaps no class."""
    values = set(numbers.values())
    odd = {-1.0} if {0.0, 1.0} <= values else set()
    if max(values - {9.0}, default=9.0) < NEAR_NINE:
        odd |= {9.0}
    return [value for value, number in numbers.items() if number in odd]


def _asked_missing(column: str, value: str, count: int, beside: Message, inquiry: Inquiry) -> str:
    return inquiry.ask(
        f"missing.{column}",
        Message(
            "readers_subjects.ask-missing-class",
            column=column,
            code=value,
            count=count,
            beside=beside,
        ),
        (
            Choice(MISSING, Message("readers_subjects.code-is-missing-class", code=value)),
            Choice(VALUE, Message("readers_subjects.code-is-class", code=value)),
        ),
    )


def _words_without_codes(
    column: str, counts: Counter[str], numbers: dict[str, float], inquiry: Inquiry
) -> Counter[str]:
    """Words among which a number like -9999 is no class."""
    codes = [value for value, number in numbers.items() if number in LABEL_CODES]
    for value in codes:
        _note_code(column, value, counts[value], inquiry)
    return Counter({value: count for value, count in counts.items() if value not in codes})


def _note_code(column: str, value: str, count: int, inquiry: Inquiry) -> None:
    inquiry.missing.append(MissingCode(column, value, count))
    inquiry.assume(
        Message("readers_subjects.missing-class", column=column, code=value, count=count)
    )


def _of_numbers(
    column: str, numbers: dict[str, float], inquiry: Inquiry, *, of_abide: bool
) -> ClassCoding | None:
    values = set(numbers.values())
    odd = [value for value, number in numbers.items() if not _is_whole(number)]
    if odd or len(values) > MOST_CLASSES:
        _refuse(column, odd or sorted(numbers, key=lambda value: numbers[value]), inquiry)
        return None
    if of_abide and values <= {1.0, 2.0} and inquiry.answer(POSITIVE) is None:
        inquiry.assume(Message("readers_subjects.coded-as-abide", column=column))
        coded = {value: AUTISM[str(int(number))] for value, number in numbers.items()}
        return ClassCoding(column, coded, _only(coded, {CONTROL: "control", PATIENT: "autism"}))
    return _of_whole_numbers(column, numbers, inquiry)


def _of_whole_numbers(
    column: str, numbers: dict[str, float], inquiry: Inquiry
) -> ClassCoding | None:
    values = sorted(set(numbers.values()))
    usual = not values or (values[0] >= 0 and (0 in values or values == [1.0]))
    usual = usual and not is_control(column.casefold().removeprefix("is"))  # 1 may mean a control
    if usual and inquiry.answer(POSITIVE) is None and inquiry.answer(CONTROL_KEY) is None:
        return ClassCoding(column, {value: int(number) for value, number in numbers.items()}, {})
    groups: dict[str, list[str]] = {}
    for value, number in sorted(numbers.items(), key=lambda item: item[1]):
        groups.setdefault(f"{number:g}", []).append(value)
    return _chosen(column, groups, inquiry)


def _is_whole(number: float) -> bool:
    return number == round(number) and abs(number) <= LARGEST_CLASS


def _of_words(column: str, counts: Counter[str], inquiry: Inquiry) -> ClassCoding | None:
    groups = _spellings(counts)
    if len(groups) > MOST_CLASSES:
        _refuse(column, list(groups), inquiry)
        return None
    if inquiry.answer(POSITIVE) is not None or inquiry.answer(CONTROL_KEY) is not None:
        return _chosen(column, groups, inquiry)
    controls = [name for name in groups if is_control(name)]
    if not controls:
        controls = _not_affected(column, groups)
    others = sorted((name for name in groups if name not in controls), key=str.casefold)
    if not controls and all(map(is_patient, others)):
        return _coded(column, groups, [], others, inquiry)
    if not controls or (len(controls) > 1 and not others):
        return _chosen(column, groups, inquiry)
    return _coded(column, groups, controls, others, inquiry)


def _spellings(counts: Counter[str]) -> dict[str, list[str]]:
    """The spellings of each word, by the most common one."""
    spellings: dict[str, list[str]] = {}
    for value, _ in counts.most_common():
        spellings.setdefault(plain(value) or value, []).append(value)
    return {values[0]: values for values in spellings.values()}


def _not_affected(column: str, groups: dict[str, list[str]]) -> list[str]:
    """The word for no in a column that asks for a disease, or the one beside ``patient``."""
    word_of = {plain(name): name for name in groups}
    if plain(column) in OF_DISEASE and any(set(word_of) <= pair for pair in TRUTHS):
        return [name for word, name in word_of.items() if word not in TRUE_WORDS]
    return []


def _chosen(column: str, groups: dict[str, list[str]], inquiry: Inquiry) -> ClassCoding | None:
    """By the answer: which value is positive, or of more than two which is the control."""
    names = list(groups)
    if len(names) == 1:
        return _lone(column, groups, inquiry)
    if len(names) == 2 and inquiry.answer(CONTROL_KEY) is None:
        choices = [
            Choice(
                name,
                Message(
                    "readers_subjects.positive-and-control",
                    positive=name,
                    control=_other(names, name),
                ),
            )
            for name in reversed(names)
        ]
        answer = inquiry.ask(
            POSITIVE,
            Message(
                "readers_subjects.ask-positive", column=column, first=names[0], second=names[1]
            ),
            choices,
        )
        return _coded(column, groups, [_other(names, answer)], [answer], inquiry)
    answer = inquiry.ask(
        CONTROL_KEY,
        Message("readers_subjects.ask-control", column=column, values=first_of(names, MOST_SHOWN)),
        [Choice(name, Message("readers_subjects.is-class-0", value=name)) for name in names],
    )
    others = sorted((name for name in names if name != answer), key=_in_order)
    return _coded(column, groups, [answer], others, inquiry)


def _in_order(name: str) -> tuple[float, str]:
    number = _number(name)
    return (float("inf") if number is None else number, name.casefold())


def _lone(column: str, groups: dict[str, list[str]], inquiry: Inquiry) -> ClassCoding:
    (name,) = groups
    answer = inquiry.ask(
        POSITIVE,
        Message("readers_subjects.ask-only-class", column=column, value=name),
        (
            Choice(name, Message("readers_subjects.is-class-1", value=name)),
            Choice("none", Message("readers_subjects.is-control", value=name)),
        ),
    )
    controls, others = ([name], []) if answer == "none" else ([], [name])
    return _coded(column, groups, controls, others, inquiry)


def _other(names: Sequence[str], chosen: str) -> str:
    return names[1] if chosen == names[0] else names[0]


def _coded(
    column: str,
    groups: dict[str, list[str]],
    controls: Sequence[str],
    others: Sequence[str],
    inquiry: Inquiry,
) -> ClassCoding:
    """Controls are class 0, the others 1, 2, … in their order."""
    classes = dict.fromkeys(controls, CONTROL) | {name: row for row, name in enumerate(others, 1)}
    values = {value: classes[name] for name in classes for value in groups[name]}
    names = {number: name for name, number in reversed(classes.items())}
    if len(controls) > 1:
        names[CONTROL] = " / ".join(controls)
    coding = ClassCoding(column, values, dict(sorted(names.items())))
    classes_named = [
        Message("readers_subjects.is-class", value=name, number=number)
        for number, name in coding.names.items()
    ]
    inquiry.assume(
        Message("readers_subjects.classes", column=column, classes=first_of(classes_named))
    )
    return coding


def _only(values: dict[str, int], names: dict[int, str]) -> dict[int, str]:
    return {number: name for number, name in names.items() if number in values.values()}


def _refuse(column: str, values: Sequence[str], inquiry: Inquiry) -> None:
    inquiry.refuse(
        Message(
            "readers_subjects.not-classes",
            column=column,
            values=first_of(values, MOST_SHOWN),
            limit=MOST_CLASSES,
        )
    )
