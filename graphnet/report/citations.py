"""Works that sentences cite by their keys, as ``[@kipf]``: their numbers in a list, and as files.

And the files that a reader can take from a report: methods as text and TeX, BibTeX, regions.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import NamedTuple

from graphnet.report.explanation import effects_csv, regions_csv, regions_node, regions_volume
from graphnet.report.facts import Facts

WORKS: dict[str, str] = tomllib.loads(
    (files("graphnet.report") / "references.toml").read_text(encoding="utf-8")
)
MARK = re.compile(r" ?\[@(\w+(?:; @\w+)*)\]")


def _keys_of(match: "re.Match[str]") -> list[str]:
    """The keys of a mark."""
    return match[1].split("; @")


class Citations:
    """Turns ``[@key]`` in sentences into ``[1]`` and remembers what was cited."""

    def __init__(self) -> None:
        self._keys: list[str] = []

    def numbered(self, sentence: str) -> str:
        """The sentence with numbers; a mark that names no work, as in a dataset's words, stays."""
        return MARK.sub(self._numbers, sentence)

    @property
    def listed(self) -> list[str]:
        """The works in the order of their numbers, from 1 on."""
        return [WORKS[key] for key in self._keys]

    def _numbers(self, match: "re.Match[str]") -> str:
        keys = _keys_of(match)
        if not set(keys) <= WORKS.keys():
            return match[0]
        numbers = sorted(self._number(key) for key in keys)
        return f" [{', '.join(map(str, numbers))}]"

    def _number(self, key: str) -> int:
        if key not in self._keys:
            self._keys.append(key)
        return self._keys.index(key) + 1


Paragraphs = Sequence[tuple[str, str]]  # headings and sentences, as they cite: [@key]

TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": r"$-$",
}  # fmt: skip


def files_of(facts: Facts, paragraphs: Paragraphs) -> dict[str, str]:
    """The files by name, only those that hold something; one that is no text is in base64."""
    files = {
        "methods.txt": _methods_text(paragraphs),
        "methods.tex": _methods_tex(paragraphs),
        "references.bib": bibtex(cited(paragraphs)),
        "regions.csv": regions_csv(facts),
        "regions.node": regions_node(facts),
        "regions.nii.gz": regions_volume(facts),
        "effects.csv": effects_csv(facts),
    }
    return {name: content for name, content in files.items() if content}


def _methods_text(paragraphs: Paragraphs) -> str:
    """Plain text: headings, paragraphs with numbered citations, the works cited."""
    citations = Citations()
    parts = [f"{heading}\n\n{citations.numbered(words)}\n" for heading, words in paragraphs]
    works = "\n".join(f"[{number}] {work}" for number, work in enumerate(citations.listed, 1))
    return "\n".join([*parts, f"{works}\n"])


def _methods_tex(paragraphs: Paragraphs) -> str:
    r"""A section of LaTeX to be ``\input``, with citations by the keys of :func:`bibtex`."""
    lines = [r"% Needs \bibliography{references}; text in Chinese needs the package ctex."]
    for heading, words in paragraphs:
        lines += [rf"\subsection*{{{_tex(heading)}}}", _cited(words), ""]
    return "\n".join(lines)


def _cited(words: str) -> str:
    parts, at = [], 0
    for match in MARK.finditer(words):
        keys = _keys_of(match)
        if set(keys) <= WORKS.keys():
            parts += [_tex(words[at : match.start()]), rf"~\cite{{{','.join(keys)}}}"]
            at = match.end()
    return "".join([*parts, _tex(words[at:])])


def _tex(words: str) -> str:
    return "".join(TEX.get(letter, letter) for letter in words)


def cited(paragraphs: Paragraphs) -> list[str]:
    """The keys of the works that are cited, in the order of their first citation."""
    keys = [
        key for _, words in paragraphs for match in MARK.finditer(words) for key in _keys_of(match)
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
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    rest = match["rest"] or ""
    preprint = PREPRINT.search(rest)
    where = PREPRINT.sub("", rest).removesuffix(".")
    placed = PLACED.fullmatch(where)
    return Work(
        match["authors"],
        match["year"],
        match["title"].removesuffix("."),
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
