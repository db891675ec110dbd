"""A dataset and the preview of a file, as a terminal shows them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from graphnet.messages import Message, as_message, as_one
from graphnet.names import (
    COVARIATES,
    EDGES,
    ORIENTATIONS,
    SEPARATORS,
    TRIANGLES,
    measures_of_file,
    preview_column,
    rule_help,
    rule_name,
)
from service.cli.terminal import (
    Column,
    listed,
    names_listed,
    note,
    say,
    show_facts,
    show_heading,
    show_json,
    show_table,
    words,
)

if TYPE_CHECKING:
    from graphnet.data.interpretation import (
        ClassCoding,
        ConnectomeReading,
        CovariateReading,
        Interpretation,
        MissingCode,
        Question,
        SeriesReading,
        TextFormat,
    )
    from service.client import Dataset, Preview


Facts = Iterator[tuple[Message, object]]

MOST_FINDINGS, MOST_MEASURES = 20, 20
UNREAD, ASKS, REFUSED = "unread", "asks", "refused"  # states besides "ready"


def show_dataset(dataset: "Dataset", *, as_json: bool) -> None:
    """Print a dataset: its content, how it was read, what is wrong with it."""
    if as_json:
        show_json(dataset.facts)
        return
    show_facts(_summary(dataset))
    _show_reading(dataset)
    if _state(dataset) is not None:
        _show_questions(dataset)
    else:
        _show_findings(dataset)


def show_preview(seen: "Preview", *, as_json: bool) -> None:
    """Print how a file would be read."""
    if as_json:
        optional = ("questions", "suggested", "upload")
        given = {name: seen.facts[name] for name in optional if seen.facts.get(name)}
        always = {"dataset": seen.facts.get("dataset"), "preview": seen.facts["preview"]}
        show_json({**always, **given})
        return
    show_look(seen)
    if seen.facts.get("dataset"):  # a file with open questions has no findings yet
        _show_findings(seen.dataset)
    note(Message("cli.nothing-stored"))


def show_look(seen: "Preview") -> None:
    """Print how a file is read, and its first rows."""
    kind = [] if seen.dataset.interpretation else [(Message("cli.kind"), seen.kind)]
    show_facts([*kind, *_summary(seen.dataset)])
    _show_reading(seen.dataset)
    show_heading(Message("cli.first-rows"))
    columns = [
        Column(preview_column(name, place), spare=place > 0)
        for place, name in enumerate(seen.columns)
    ]
    show_table(columns, [[_cell(value) for value in row] for row in seen.rows])


def holds(dataset: "Dataset") -> str:
    """Such as ``58 subjects (HC: 29, SZ: 29), 90 regions, GMV, ReHo``."""
    if dataset.problems:
        return words(as_one(dataset.problem_messages))
    state = _state(dataset)
    if state is not None:
        return words(state)
    subjects = Message("cli.subjects", count=_number(dataset.subjects))
    if dataset.classes:
        classes = _classes(dataset)
        subjects = Message(
            "cli.subjects-of-classes", count=_number(dataset.subjects), classes=classes
        )
    regions = Message("cli.regions", count=_number(dataset.regions))
    measures = names_listed(_measures(dataset))
    return listed((subjects, regions, *([measures] if measures else [])))


def _summary(dataset: "Dataset") -> Facts:
    yield Message("cli.dataset"), dataset.data_name
    yield Message("cli.id"), dataset.data_id
    yield Message("cli.project"), dataset.proj_id
    yield Message("cli.user"), dataset.user_id
    yield Message("doctor.state"), _state(dataset)
    yield Message("cli.description"), dataset.description
    yield Message("cli.tags"), names_listed(dataset.tags)
    yield Message("cli.archived"), dataset.archived_at
    yield Message("cli.former-names"), names_listed(dataset.former_names)
    yield Message("cli.of-subjects"), dataset.subjects or ""
    yield Message("cli.classes"), _classes(dataset)
    yield Message("cli.of-regions"), _regions(dataset)
    yield Message("cli.measures"), shortened(_measures(dataset), MOST_MEASURES)
    assumed = dataset.interpretation.assumptions if dataset.interpretation else ()
    for sentence in (*dataset.problem_messages, *dataset.note_messages):
        if str(sentence) not in map(str, assumed):
            yield Message("cli.note"), sentence


def _show_reading(dataset: "Dataset") -> None:
    if dataset.interpretation is not None:
        show_heading(Message("cli.how-it-was-read"))
        show_facts(reading_facts(dataset.interpretation))


def _show_questions(dataset: "Dataset") -> None:
    if dataset.questions:
        show_heading(Message("cli.questions"))
        show_facts((question.id, question.message) for question in dataset.questions)


def _show_findings(dataset: "Dataset") -> None:
    if not dataset.findings:
        click.echo()
        say(Message("cli.no-findings"))
        return
    show_heading(Message("cli.quality"))
    columns = [
        *(Column(Message("cli.rule")), Column(Message("cli.subject"))),
        *(Column(Message("cli.measure")), Column(Message("cli.of-regions"), right=True)),
    ]
    shown = dataset.findings[:MOST_FINDINGS]
    show_table(
        columns, [(rule_name(item.rule), item.subject, item.measure, item.count) for item in shown]
    )
    if len(dataset.findings) > len(shown):
        say(Message("cli.more-in-json", count=len(dataset.findings) - len(shown)))
    click.echo()
    rules = dict.fromkeys(item.rule for item in dataset.findings)
    show_facts((rule_name(rule), rule_help(rule, dataset.rules.get(rule, ""))) for rule in rules)


def _state(dataset: "Dataset") -> Message | None:
    """What keeps a dataset from being used; None where it is ready."""
    if dataset.state == UNREAD:
        return Message("cli.dataset-unread")
    if dataset.state == ASKS:
        return Message("cli.dataset-asks", name=dataset.data_name)
    if dataset.state == REFUSED:
        return Message("cli.dataset-refused", name=dataset.data_name)
    return None


def _classes(dataset: "Dataset") -> str:
    return names_listed(f"{name}: {count}" for name, count in dataset.named_classes.items())


def _regions(dataset: "Dataset") -> str:
    """Their number, and the first names if they have names."""
    names = dataset.interpretation.regions if dataset.interpretation else ()
    if not names or all(name.isdecimal() for name in names):
        return str(dataset.regions or "")
    return f"{len(names)}: {shortened(names)}"


def _measures(dataset: "Dataset") -> list[str]:
    """The names of the measures, and "connectome" if there is one."""
    names = measures_of_file(dataset.measures, connectome=dataset.connectome)
    return [*names, *([words(Message("cli.connectome"))] if dataset.connectome else [])]


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else value


def _number(value: int | None) -> int | str:
    return "?" if value is None else value


MOST_NAMES = 6  # regions and covariates that are named
MOST_UNUSED = 20  # columns and files that were not used


def reading_facts(reading: "Interpretation") -> Facts:
    """How the file was read; an empty text is not shown."""
    yield Message("cli.kind"), _kind(reading.kind, reading.text)
    yield Message("cli.id-column"), reading.id or Message("cli.none")
    yield Message("cli.class-column"), "" if reading.label is None else _coding(reading.label)
    yield Message("cli.site-column"), reading.site or ""
    yield Message("cli.score-column"), reading.score or ""
    covariates = [_covariate(covariate) for covariate in reading.covariates]
    yield Message("cli.covariates"), shortened(covariates)
    if reading.connectome is not None:
        yield Message("cli.of-connectome"), _connectome(reading.connectome)
    if reading.series is not None:
        yield Message("cli.series"), _series(reading.series)
    if reading.atlas is not None:
        yield Message("cli.atlas"), reading.atlas.message
    yield from ((Message("cli.not-answered"), _offered(offer)) for offer in reading.offers)
    yield Message("cli.files"), pairs(reading.files.items())
    yield from ((Message("cli.missing-code"), _missing(code)) for code in reading.missing)
    yield Message("cli.answers"), pairs(reading.answers.items())
    yield from _unused(reading)
    yield from ((Message("cli.assumed"), assumption) for assumption in reading.assumptions)


def shortened(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """The first names, and how many more there are."""
    first = names_listed(names[:most])
    if len(names) <= most:
        return first
    return words(Message("cli.and-more", names=first, count=len(names) - most))


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """As ``--map`` takes them."""
    return ", ".join(f"{key}={value}" for key, value in items)


def _kind(kind: str, text: "TextFormat | None") -> str:
    if text is None:
        return kind
    separator = SEPARATORS.get(text.separator, repr(text.separator))
    details: list[Message | str] = [text.encoding, Message("cli.separator", separator=separator)]
    if text.decimal != ".":
        details.append(Message("cli.decimal", mark=repr(text.decimal)))
    return words(Message("cli.in-detail", name=kind, details=listed(details)))


def _coding(label: "ClassCoding") -> str:
    """Such as ``DX_GROUP: 2 = control (0), 1 = autism (1)``: the text, the name, the number."""
    ordered = sorted(label.values.items(), key=lambda coded: coded[1])
    return f"{label.column}: {', '.join(_class(label, *coded) for coded in ordered)}"


def _class(label: "ClassCoding", text: str, number: int) -> str:
    name = label.names.get(number, str(number))
    return "".join(
        (text, f" = {name}" if name != text else "", f" ({number})" if name != str(number) else "")
    )


def _covariate(covariate: "CovariateReading") -> str:
    details = [COVARIATES.get(covariate.kind, as_message(covariate.kind))]
    if covariate.missing:
        details.append(Message("cli.missing", count=covariate.missing))
    return words(Message("cli.in-detail", name=covariate.name, details=listed(details)))


def _connectome(reading: "ConnectomeReading") -> str:
    values = EDGES.get(reading.values, as_message(reading.values))
    triangle = TRIANGLES.get(reading.triangle, as_message(reading.triangle))
    held = listed((values, triangle))
    if not words(reading.message) or reading.triangle == "series":
        return held
    return words(Message("cli.because", what=held, reason=reading.message))


def _series(reading: "SeriesReading") -> str:
    least, most = reading.least_points, reading.most_points
    points = Message("cli.points-from-to", least=str(least), most=str(most))
    details: list[Message | str] = [
        Message("cli.points", count=most) if least == most else points,
        ORIENTATIONS.get(reading.orientation, reading.orientation),
    ]
    details += [Message("reading.header-row")] if reading.header else []
    details += [Message("reading.index-column")] if reading.index else []
    return listed(details)


def _offered(question: "Question") -> Message:
    """A question that need not be answered, and with what it is."""
    answers = [f"--map {question.id}={choice.value}" for choice in question.choices]
    return Message("cli.offered", question=question.message, answers=answers)


def _missing(code: "MissingCode") -> Message:
    return Message("cli.code-in-column", code=code.code, column=code.column, count=code.count)


def _unused(reading: "Interpretation") -> Facts:
    for item in reading.left_alone[:MOST_UNUSED]:
        yield Message("cli.not-used"), Message("cli.because", what=item.what, reason=item.message)
    if len(reading.left_alone) > MOST_UNUSED:
        more = len(reading.left_alone) - MOST_UNUSED
        yield Message("cli.not-used"), Message("cli.more-in-json", count=more)
