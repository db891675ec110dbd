"""The name of one column taken apart: a measure and a region, if there are such in it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from graphnet.readers.subjects.words import (
    ATLASES,
    GLOBAL,
    HEMISPHERES,
    MEASURES,
    NOT_BRAIN,
    ORDINALS,
    POSITIONS,
    QUALIFIERS,
    REGION_LABELS,
    REGIONS,
    is_global,
    is_tissue,
    plain,
)

WORD = re.compile(r"[^_.\-\s/:|~<>→↔×]+")
LABELLED = re.compile(r"(?P<label>[^\W\d_]+)[_.\-\s]?(?P<number>[0-9]{1,6})")
UNIT = re.compile(  # GMV_1 (mm3), but not Cingulum (hippocampus)
    r"\s*[(\[]([mcuµμ]?m|[mµμ]?l|%|a\.?u\.?|[zr]|voxels?)\^?[23²³]?[)\]]$", re.IGNORECASE
)
NUMBER = re.compile(r"[0-9]{1,6}")
BRACKETED = re.compile(r"\A[(\[](?P<number>[0-9]{1,6})[)\]]\Z")  # GMV (12)
GLUED = re.compile(r"(?P<prefix>.*[^\W\d_])[(\[]?(?P<number>[0-9]{1,6})[)\]]?")  # GMV1, GMV[1]
GLUED_SIDE = re.compile(r"(?:([Ll]eft|[Rr]ight|[lr])(?=[A-Z])|[LR](?=[A-Za-z]{3})|[左右])(.+)")
GLUED_END = re.compile(r"(.{3,}?)[lr]h")
UK_BIOBANK = re.compile(
    r"(.*[_.\-])?f?[0-9]{3,6}[-_.][0-9]{1,2}[._][0-9]{1,3}|p[0-9]{2,6}_i[0-9]{1,2}(_a[0-9]{1,3})?"
    r"|X[0-9]{2,6}\.[0-9]{1,2}\.[0-9]{1,3}"  # as R writes 31-2.0
)
# What FreeSurfer calls the column of its subjects, and what R makes of it.
OF_FREESURFER = re.compile(r"[lr]h\.aparc[\w.\-]*\.[a-z_]+|Measure[:.]\w+", re.ASCII)
UNSEGMENTED = re.compile(r"Unsegmented[_.\- ]?WhiteMatter", re.IGNORECASE)  # of wmparc
AREA = "area"  # a measure, or the first word of a region
FIELD = re.compile(r"[pfX]?\.?[0-9]{2,6}")  # of UK Biobank, beside others with a visit


@dataclass(frozen=True)
class Part:
    """A measure ("" where the name has none) and a region in the name of a ``column``."""

    column: str
    measure: str
    region: str


@dataclass(frozen=True)
class Name:
    """The name of a column and the words in it, which ``_ . - : | ->`` and blanks separate."""

    text: str

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each word begins and ends."""
        return tuple(match.span() for match in WORD.finditer(self.text))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words in lower case."""
        return tuple(self.text[start:end].casefold() for start, end in self.spans)

    def cut(self, word: int) -> tuple[str, str]:
        """The name before the separator in front of a ``word``, and from it on."""
        return self.text[: self.spans[word - 1][1]], self.text[self.spans[word][0] :]

    @property
    def is_number(self) -> bool:
        """Whether the last word is a number, after others."""
        return len(self.words) > 1 and NUMBER.fullmatch(self.words[-1]) is not None

    @property
    def is_of_biobank(self) -> bool:
        """Whether it is a field of UK Biobank with its visit and array, as ``f26755_2_0``."""
        return UK_BIOBANK.fullmatch(self.text) is not None

    @property
    def is_of_people(self) -> bool:
        """Whether it begins like a questionnaire, a scanner, an age; or is of the whole brain."""
        if not self.words or OF_FREESURFER.fullmatch(self.text):
            return True
        first = self.words[0].rstrip("0123456789")
        if first in NOT_BRAIN or plain(self.text) in NOT_BRAIN or self.is_of_hemisphere:
            return True
        return is_global(self.text)

    @property
    def is_of_hemisphere(self) -> bool:
        """Whether it is a measure of a whole hemisphere, as ``thickness_lh``."""
        words = set(self.words)
        known = words <= MEASURES | QUALIFIERS | GLOBAL | HEMISPHERES
        return known and bool(words & MEASURES) and bool(words & HEMISPHERES)

    def measure_first(self) -> Part | None:
        """A known measure at the beginning and a region behind it; a hemisphere may come first."""
        sided = len(self.words) > 2 and self.words[0] in HEMISPHERES
        start = 1 if sided and self.words[1] in MEASURES else 0
        count = _run(self.words[start:])
        if not count:
            return self._glued()
        before, region = self.cut(start + count)
        if not start:
            return self._part(before, region)
        side, measure = self.text[: self.spans[0][1]], self.text[self.spans[1][0] : len(before)]
        return self._part(measure, f"{side}_{region}")

    def measure_last(self) -> Part | None:
        """A region and a known measure at the end; a hemisphere may come last."""
        count = _run(self.words[::-1])
        count -= self.words[-count] == "m" if count else 0  # Raphe_M_ALFF is of Raphe_M
        if count:
            region, measure = self.cut(len(self.words) - count)
            return self._part(measure, region)
        sided = len(self.words) > 2 and self.words[-1] in HEMISPHERES
        if not sided or self.words[-2] not in MEASURES:
            return None
        region, _ = self.cut(len(self.words) - 2)
        (start, end), (side, _) = self.spans[-2:]
        return self._part(self.text[start:end], f"{region}_{self.text[side:]}")

    def region_known(self) -> Part | None:
        """A known region or hemisphere, and what stands before it as a measure."""
        if not self.has_region_words:
            return None
        if plain(self.text) in REGIONS:
            return Part(self.text, "", self.text)
        for place, word in enumerate(self.words):
            if _begins_region(word):
                return (
                    Part(self.text, *self.cut(place)) if place else Part(self.text, "", self.text)
                )
        return None

    @property
    def has_region_words(self) -> bool:
        """Whether a word of it is the name of a region of a known atlas."""
        named = any(word in REGIONS or word in ATLASES for word in self.words)
        return named or plain(self.text) in REGIONS or plain(self.without_side or "") in REGIONS

    @property
    def has_hemisphere(self) -> bool:
        """Whether its first or last word is a hemisphere."""
        ends = (self.words[0], self.words[-1]) if len(self.words) > 1 else ()
        return any(word in HEMISPHERES for word in ends)

    @property
    def without_side(self) -> str | None:
        """The name without its hemisphere: ``V1`` of ``L_V1`` and ``V1_R``, ``Amy`` of ``lAmy``."""
        side = next((place for place, word in enumerate(self.words) if word in HEMISPHERES), None)
        if side is not None and len(self.words) > 1:
            start, end = self.spans[side]
            return f"{self.text[:start]}|{self.text[end:]}"
        match = GLUED_SIDE.fullmatch(self.text) or GLUED_END.fullmatch(self.text)
        return match.groups()[-1] if match else None

    def whole(self, measures: Collection[str]) -> Part | None:
        """One of these ``measures`` of the whole brain, of a hemisphere or of a tissue."""
        if "" in measures and is_tissue(self.text):
            return Part(self.text, "", self.text)
        if len(measures) == 1 and UNSEGMENTED.search(self.text):
            return Part(self.text, next(iter(measures)), self.text)
        for word in range(1, len(self.words)):
            before, after = self.cut(word)
            for measure, rest in ((before, after), (after, before)):
                words = {match.group().casefold() for match in WORD.finditer(rest)}
                is_whole = words <= GLOBAL | HEMISPHERES or is_global(rest) or is_tissue(rest)
                if measure in measures and is_whole:
                    return Part(self.text, measure, rest)
        return None

    def numbered(self) -> Part | None:
        """Anything with a number behind it, ``x_1`` or ``x1``, or else before it, ``1_x``."""
        if self.is_number:
            prefix, number = self.cut(len(self.words) - 1)
            return Part(self.text, prefix, number)
        match = GLUED.fullmatch(self.text)
        if match:
            return Part(self.text, match["prefix"], match["number"])
        if len(self.words) > 1 and NUMBER.fullmatch(self.words[0]):
            number, rest = self.cut(1)
            return Part(self.text, rest, number)
        return None

    def _glued(self) -> Part | None:
        """``GMV12``."""
        match = GLUED.fullmatch(self.text)
        if match and match["prefix"].casefold() in MEASURES and len(self.words) == 1:
            return Part(self.text, match["prefix"], match["number"])
        return None

    def _part(self, measure: str, region: str) -> Part | None:
        region = BRACKETED.sub(r"\g<number>", UNIT.sub("", region))
        words = {match.group().casefold() for match in WORD.finditer(region)}
        if words <= GLOBAL | HEMISPHERES or is_global(region):
            return None
        labelled = LABELLED.fullmatch(region)
        if labelled and labelled["label"].casefold() in REGION_LABELS | {AREA}:
            region = labelled["number"]
        return Part(self.text, measure, region)


def _run(words: tuple[str, ...]) -> int:
    """How many first words name a measure; 0 for none. At least one word is left."""
    count = 0
    has_measure = False
    for word in words[:-1]:
        if word not in MEASURES and word not in QUALIFIERS:
            break
        if word == AREA and has_measure:
            break  # GMV_Area hOc1 is of the area hOc1
        count += 1
        has_measure = has_measure or word in MEASURES
    return count if has_measure else 0


def _begins_region(word: str) -> bool:
    return any(word in words for words in (REGIONS, ATLASES, HEMISPHERES, ORDINALS, POSITIONS))
