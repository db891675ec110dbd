"""Files that a reader can take from a report: methods as text and TeX, BibTeX, regions, effects."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import NamedTuple

from graphnet.figures.importance import Importance
from graphnet.report.citations import MARK, WORKS, Citations, keys_of
from graphnet.report.facts import Facts
from graphnet.spreadsheet import safe

Paragraphs = Sequence[tuple[str, str]]  # headings and sentences, as they cite: [@key]

TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def files_of(facts: Facts, paragraphs: Paragraphs) -> dict[str, str]:
    """The files by name, only those that hold something."""
    files = {
        "methods.txt": methods_text(paragraphs),
        "methods.tex": methods_tex(paragraphs),
        "references.bib": bibtex(cited(paragraphs)),
        "regions.csv": regions_csv(facts),
        "regions.node": regions_node(facts),
        "effects.csv": effects_csv(facts),
    }
    return {name: content for name, content in files.items() if content}


def methods_text(paragraphs: Paragraphs) -> str:
    """Plain text: headings, paragraphs with numbered citations, the works cited."""
    citations = Citations()
    parts = [f"{heading}\n\n{citations.numbered(words)}\n" for heading, words in paragraphs]
    works = "\n".join(f"[{number}] {work}" for number, work in enumerate(citations.listed, 1))
    return "\n".join([*parts, f"{works}\n"])


def methods_tex(paragraphs: Paragraphs) -> str:
    r"""A section of LaTeX to be ``\input``, with citations by the keys of :func:`bibtex`."""
    lines = [r"% Needs \bibliography{references}; text in Chinese needs the package ctex."]
    for heading, words in paragraphs:
        lines += [rf"\subsection*{{{_tex(heading)}}}", _cited(words), ""]
    return "\n".join(lines)


def _cited(words: str) -> str:
    parts, at = [], 0
    for match in MARK.finditer(words):
        keys = keys_of(match)
        if set(keys) <= WORKS.keys():
            parts += [_tex(words[at : match.start()]), rf"~\cite{{{','.join(keys)}}}"]
            at = match.end()
    return "".join([*parts, _tex(words[at:])])


def _tex(words: str) -> str:
    return "".join(TEX.get(letter, letter) for letter in words)


def cited(paragraphs: Paragraphs) -> list[str]:
    """The keys of the works that are cited, in the order of their first citation."""
    keys = [
        key for _, words in paragraphs for match in MARK.finditer(words) for key in keys_of(match)
    ]
    return list(dict.fromkeys(key for key in keys if key in WORKS))


class Work(NamedTuple):
    """A work as its line in ``references.toml`` says it; "" for what the line does not say."""

    authors: str
    year: str
    title: str
    where: str
    volume: str = ""
    pages: str = ""
    eprint: str = ""


LINE = re.compile(r"(?P<authors>.+?) \((?P<year>\d{4})\)\. (?P<title>.+?[.?])(?: (?P<rest>.+))?")
PREPRINT = re.compile(r" ?arXiv:(?P<eprint>[\d.]+\d)\.?$")
PLACED = re.compile(r"(?P<where>.+) (?P<volume>\d+):(?P<pages>[\w-]+)")


def work_of(line: str) -> Work:
    """Take a line apart. Raises ValueError where it is not written as the others are."""
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(line)
    rest = found["rest"] or ""
    preprint = PREPRINT.search(rest)
    where = PREPRINT.sub("", rest).removesuffix(".")
    placed = PLACED.fullmatch(where)
    return Work(
        found["authors"],
        found["year"],
        found["title"].removesuffix("."),
        placed["where"] if placed else where,
        placed["volume"] if placed else "",
        placed["pages"].replace("-", "--") if placed else "",
        preprint["eprint"] if preprint else "",
    )


def bibtex(keys: Iterable[str]) -> str:
    """BibTeX entries of works by their keys."""
    return "\n".join(_entry(key, WORKS[key]) for key in keys)


def _entry(key: str, line: str) -> str:
    try:
        work = work_of(line)
    except ValueError:  # software without a year
        return f"@misc{{{key},\n  note = {{{_tex(line)}}}\n}}\n"
    kind, place = _kind(work)
    fields = {
        "author": _authors(work.authors),
        "title": f"{{{_tex(work.title)}}}",
        place: _tex(work.where),
        "year": work.year,
        "volume": work.volume,
        "pages": work.pages,
        "eprint": work.eprint,
        "archiveprefix": "arXiv" if work.eprint else "",
    }
    listed = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{kind}{{{key},\n{listed}\n}}\n"


def _kind(work: Work) -> tuple[str, str]:
    """The kind of entry, and the field that says where the work appeared."""
    if work.volume:
        return "article", "journal"
    if not work.where:
        return "misc", "howpublished"
    return ("book", "publisher") if work.where in PUBLISHERS else ("inproceedings", "booktitle")


PUBLISHERS = {"Chapman & Hall", "Academic Press"}


def _authors(listed: str) -> str:
    """``Kipf TN, Welling M`` as ``Kipf, T. N. and Welling, M.``."""
    return " and ".join(map(_author, listed.split(", ")))


def _author(author: str) -> str:
    if author == "et al.":
        return "others"
    family, _, initials = author.rpartition(" ")
    return f"{family}, {' '.join(f'{letter}.' for letter in initials if letter.isalpha())}"


def regions_csv(facts: Facts) -> str:
    """All regions with what was attributed to them, one a row, in the order of the data.

    Read beside a surface or volume of the same atlas (Connectome Workbench, BrainNet Viewer, R).
    "" where nothing was explained.
    """
    evidence = facts.evidence or {}
    found = Importance.of(evidence)
    if found is None:
        return ""
    measures = [str(measure) for measure in evidence["measures"]]
    columns = ("contribution", "low", "high", "agreement")
    given = [name for name in columns if getattr(found, name) is not None]
    slopes = measures if found.slope is not None and len(measures) <= MOST_SLOPES else []
    places, names = _places(facts), _names(facts)
    written = StringIO()
    writer = csv.writer(written)
    titles = ["region", "name", *("xyz" if places else ""), "share", *given, "stable", "occlusion"]
    writer.writerow([*titles, *(safe(f"slope_{measure}") for measure in slopes)])
    occlusion = evidence["importance"]["occlusion"]
    for row, region in enumerate(map(str, evidence["regions"])):
        stable = found.is_stable(row)
        writer.writerow(
            [
                safe(region),
                safe(names[row]),
                *(places[row] if places else ()),
                f"{found.share[row]:.6g}",
                *(f"{getattr(found, name)[row]:.6g}" for name in given),
                "" if stable is None else "yes" if stable else "no",
                f"{occlusion[row]:.6g}",
                *(
                    f"{found.slope[row][place]:.6g}"
                    for place in range(len(slopes))
                    if found.slope is not None
                ),
            ]
        )
    return written.getvalue()


MOST_SLOPES = 20  # measures; the rows of a connectome would be a column each


def regions_node(facts: Facts) -> str:
    """A node file of BrainNet Viewer (Xia et al. 2013): x y z, colour, size, label.

    Colour is the contribution, or the share where there is none; 0 where its sign is not stable.
    Size is the magnitude, relative to the largest. "" without coordinates.
    """
    found, places = Importance.of(facts.evidence or {}), _places(facts)
    if found is None or not places:
        return ""
    values = found.share if found.contribution is None else found.contribution
    largest = max(float(abs(values).max()), 1e-12)
    rows = [
        "\t".join(
            (
                *(f"{axis:g}" for axis in places[row]),
                f"{0.0 if found.is_stable(row) is False else values[row]:.6g}",
                f"{abs(values[row]) / largest:.4f}",
                re.sub(r"\W+", "_", name) or "-",
            )
        )
        for row, name in enumerate(_names(facts))
    ]
    return "\n".join([*rows, ""])


def _places(facts: Facts) -> list[list[float]]:
    """The centres in millimetres; [] where no atlas is known, or they are none."""
    stored = (facts.evidence or {}).get("importance") or {}
    try:
        return [list(map(float, place)) for place in stored.get("coordinates") or ()]
    except ValueError:
        return []


def _names(facts: Facts) -> list[str]:
    stored = (facts.evidence or {}).get("importance") or {}
    return list(map(str, stored.get("names") or (facts.evidence or {})["regions"]))


def effects_csv(facts: Facts) -> str:
    """All effect sizes that are stored; "" where there are none."""
    effects = facts.effects
    if effects is None or not effects.rows:
        return ""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(["region", "measure", "n", effects.kind, "low", "high", "p", "q"])
    for each in effects.rows:
        bounds = ("" if bound is None else f"{bound:.6g}" for bound in (each.low, each.high))
        numbers = (f"{each.value:.6g}", *bounds, f"{each.p:.6g}", f"{each.q:.6g}")
        writer.writerow([safe(each.region), safe(each.measure), each.n, *numbers])
    return written.getvalue()
