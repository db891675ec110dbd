"""What the name of a file says: whose it is, what is in it, and how it differs from others.

Known are the names of DPABI, GRETNA, CONN, CAT12, ABIDE, ADHD-200 and BIDS (XCP-D, giga_connectome,
fMRIPrep, MRtrix, QSIRecon, micapipe). Other files are found by an id of the subjects' table in
their path.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from graphnet.data.identifiers import bare, number_of, without_zeros
from graphnet.data.interpretation import COUNTS, OTHER, R, Z
from graphnet.messages import Message
from graphnet.readers.connectomes.weights import STRUCTURAL

SERIES, MATRIX, MEASURE, UNKNOWN = "series", "matrix", "measure", ""
TEXTS = (".tsv", ".csv", ".txt", ".1D", ".dat", ".edge", ".edgelist", ".ssv")
PTSERIES, PCONN, PSCALAR = CIFTI = (".ptseries.nii", ".pconn.nii", ".pscalar.nii")
GIFTI, GRAPHML, NETCC = ".shape.gii", ".graphml", ".netcc"
ENDS = (*TEXTS, NETCC, ".mat", ".npy", ".npz", ".h5", ".hdf5", *CIFTI, GIFTI, GRAPHML)
PACKED = ".gz"
FOLDER, NAME, VALUES, FORMAT = "folder", "name", "values", "format"  # entities that no name spells
NEVER = {
    "confound", "confounds", "motion", "headmotion", "filteredmotion", "outlier", "outliers",
    "coverage", "regressor", "regressors", "nuisance", "framewise", "movement", "realignment",
}  # fmt: skip
NEVER_FOLDERS = NEVER | {"covs", "realignparameter", "fd"}
NO_REGIONS = Message("readers_folders.no-regions")
NAMED = re.compile(r"(sub|ses|task|acq|dir|run|space|seg|atlas)-[^_]+")
P_VALUES = re.compile(
    r"(.*[^a-z])?[pq][-_ ]?val(ue)?s?([^a-z].*)?|sub-[^_]+(_.*)?_[pq]", re.IGNORECASE
)
NEVER_STEMS = re.compile(
    r"ROI_(OrderKey|CenterOfMass).*|rp_.*|FD_.*|.*_(scans|sessions|events|physio|channels|electrodes|"
    r"stim|blood|aslcontext|dseg|desc-qc.*|qc|fd|tissue|beh)|HeadMotion.*"
)
DATATYPES = {"func", "anat", "dwi", "perf", "pet", "eeg", "meg", "connectivity", "timeseries"}
DPABI = (
    (re.compile(r"z?ROISignals_(?P<id>.+)"), SERIES, ""),
    (re.compile(r"z?ROICorrelation_FisherZ_(?P<id>.+)"), MATRIX, Z),
    (re.compile(r"zROICorrelation_(?P<id>.+)"), MATRIX, Z),
    (re.compile(r"ROICorrelation_(?P<id>.+)"), MATRIX, R),
)
GRETNA = re.compile(r"Gretna\w*?(?P<what>Matrix(?P<values>[ZR])?|TimeCourse)\w*", re.IGNORECASE)
ABIDE = re.compile(r"(?P<whole>.*?(?P<id>\d+))_rois_(?P<atlas>[A-Za-z0-9]+)")
CONN_SERIES = re.compile(
    r"ROI_(?P<id>Subject\d+)_(?P<key>Condition|Session)(?P<value>\d+)", re.IGNORECASE
)
CONN_MATRIX = re.compile(r"resultsROI_(?P<id>Subject\d+)_Condition(?P<value>\d+)", re.IGNORECASE)
CAT12 = re.compile(r"catROIs?_(?P<id>.+)\.(xml|mat)", re.IGNORECASE)
PARCELS = re.compile(r"(^|_)atlas-[^_]+")  # in names of GIFTI, which else hold vertices
ADHD = re.compile(
    r"(?P<steps>[a-z]*?)(?P<id>\d+)_session_(?P<ses>\d+)_rest_(?P<run>\d+)(?:_(?P<atlas>\w+?))?(?:_TCs)?"
)
MATRICES = {"relmat", "connectome", "conmat", "connectivity", "adjacency"}
MATRIX_WORD = re.compile(
    r"fc|sc|.*(corr|conn?mat|connecti|connectom|adjacen|matrix|matrices|fisherz).*"
)
SERIES_WORD = re.compile(r"ts|rois|timecourses?|signals?|.*(timeseries|timecourse|roisignals).*")
SUFFIXES = {"relmat", "boldmap", "connectome", "timeseries"}  # that say no more than the kind
PLAIN_CORRELATION = re.compile(
    r"(pearson)?(corr(elation)?)?(coefficient)?(fisher)?(z|r)?(transformed)?", re.IGNORECASE
)
MEASURES = {"bold", "morph", "parc"}
MEASURE_NAMES = {"alff": "ALFF", "falff": "fALFF", "reho": "ReHo", "dc": "DC", "vmhc": "VMHC"}
ENTITY = re.compile(r"(?P<key>[a-zA-Z]+)-(?P<value>[^_]+)")


@dataclass(frozen=True)
class Scan:
    """A file of one subject.

    ``subjects`` are the ids that its name may mean, the likeliest first. ``kind`` is ``series``,
    ``matrix``, ``measure``, or "" where only the content tells. ``entities`` are what it may differ
    in from other files of the subject; ``hint`` says what a matrix holds, ``measure`` is the name
    of a measure, and ``member`` of the table, in a file that holds several.
    """

    path: Path
    subjects: tuple[str, ...]
    kind: str
    entities: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    measure: str = ""
    member: str = ""


def ending(name: str) -> str:
    """The ending of a file's name that says its format, ``.tsv`` of ``x.TSV.gz``; "" if unknown."""
    plain = name.lower().removesuffix(PACKED)
    end = next((end for end in ENDS if plain.endswith(end.lower())), "")
    return "" if end == GIFTI and not PARCELS.search(name) else end


def stem(name: str) -> str:
    """A file's name without its format; ``x`` of ``x.dense.tsv.gz``."""
    packed = len(PACKED) if name.lower().endswith(PACKED) else 0
    return name[: len(name) - packed - len(ending(name))].removesuffix(".dense")


def is_never(name: str) -> bool:
    """Whether a file is known to hold no brain: confounds, motion, order of regions, events."""
    plain = stem(name)
    words = {word.lower() for word in TOKEN.findall(NAMED.sub("", plain))}
    return bool(words & NEVER or NEVER_STEMS.fullmatch(plain) or P_VALUES.fullmatch(plain))


def is_in_never(inner: PurePath) -> bool:
    """Whether a folder is named for nothing but motion, confounds or p-values."""
    return any(
        P_VALUES.fullmatch(part)
        or ((words := set(TOKEN.findall(part.lower()))) <= NEVER_FOLDERS and words)
        for part in inner.parent.parts
    )


def scan_of(path: Path, folder: Path) -> Scan | None:
    """The scan that a file is by its name; None where its name is of no known kind."""
    inner = path.relative_to(folder)
    if not ending(path.name):
        return None
    for convention in (_dpabi, _gretna, _conn, _virtual_brain, _bids, _abide, _adhd):
        scan = convention(path, inner)
        if scan is not None:
            return scan
    return None


def is_of_probabilities(name: str) -> bool:
    """Whether the name of a file may say that it holds p-values: ``S01_p.txt``."""
    return bool(set(TOKEN.findall(stem(name).lower())) & {"p", "q"})


def scan_by_id(
    path: Path, folder: Path, ids: Mapping[str, str], *, last: bool = False
) -> Scan | None:
    """The scan of a file with an id in its path; ``ids`` are those of a table, see :func:`keys`.

    The longest id counts, the first or ``last`` of as long ones, and one in the file's own name
    before one of a folder.
    """
    inner = path.relative_to(folder)
    if not ending(path.name):
        return None
    parts = [stem(inner.name), *reversed(inner.parent.parts)]
    for place, part in enumerate(parts):
        span = _span(part, ids, last=last)
        if span is None:
            continue
        token = part[span[0] : span[1]]
        rest = f"{part[: span[0]]}*{part[span[1] :]}"
        name = rest if place == 0 else parts[0]
        entities = _entities(inner, (token,), {NAME: name})
        hint = hint_of(name) or hint_of_folders(inner, token)
        kind = _kind_of_end(path.name) or _kind_of(name)
        return Scan(path, (token,), kind, entities, hint)
    return None


def scan_listed(path: Path, folder: Path, subject: str) -> Scan:
    """The scan of a file that a table says to be the subject's, whatever it is called."""
    kind = _kind_of_end(path.name) or _kind_of(stem(path.name))
    inner = path.relative_to(folder)
    hint = hint_of(stem(path.name)) or hint_of_folders(inner, subject)
    return Scan(path, (subject,), kind, {}, hint)


def keys(ids: list[str]) -> dict[str, str]:
    """Ways to write each id, as a file's name may hold it."""
    subject_of: dict[str, str] = {}
    for form in (str.strip, bare, without_zeros, number_of):
        for subject in ids:
            if form(subject):
                subject_of.setdefault(form(subject), subject)
    return subject_of


def _dpabi(path: Path, inner: PurePath) -> Scan | None:
    for pattern, kind, hint in DPABI:
        match = pattern.fullmatch(stem(path.name))
        if match:
            entities = {VALUES: hint} if hint else {}
            return Scan(
                path, (match["id"],), kind, _entities(inner, (match["id"],), entities), hint
            )
    return None


def _gretna(path: Path, inner: PurePath) -> Scan | None:
    match = GRETNA.fullmatch(inner.parent.name)
    if match is None:
        return None
    name = stem(path.name)
    values = (match["values"] or "").lower()
    subjects = (name.removeprefix(values), name) if values else (name,)
    found = {VALUES: values} if values else {}
    entities = _entities(PurePath(*inner.parent.parent.parts, inner.name), subjects, found)
    kind = SERIES if match["what"].lower() == "timecourse" else MATRIX
    return Scan(path, subjects, kind, entities, values)


def _abide(path: Path, inner: PurePath) -> Scan | None:
    match = ABIDE.fullmatch(stem(path.name))
    if match is None:
        return None
    entities = _entities(inner, (match["id"],), {"atlas": match["atlas"]})
    return Scan(path, (match["id"], match["whole"]), SERIES, entities)


def _adhd(path: Path, inner: PurePath) -> Scan | None:
    match = ADHD.fullmatch(stem(path.name))
    if match is None:
        return None
    entities = {key: match[key] for key in ("ses", "run", "atlas") if match[key]}
    entities |= {NAME: f"{match['steps']}*"} if match["steps"] else {}
    return Scan(path, (match["id"],), SERIES, _entities(inner, (match["id"],), entities))


def _conn(path: Path, inner: PurePath) -> Scan | None:
    series = CONN_SERIES.fullmatch(stem(path.name))
    match = series or CONN_MATRIX.fullmatch(stem(path.name))
    if match is None or ending(path.name) != ".mat":
        return None
    key = "ses" if series and series["key"].lower() == "session" else "condition"
    entities = _entities(inner, (match["id"],), {key: match["value"]})
    kind, hint = (SERIES, "") if series else (MATRIX, Z)
    return Scan(path, (match["id"],), kind, entities, hint)


def _virtual_brain(path: Path, inner: PurePath) -> Scan | None:
    """Weights in a folder that is named for the subject."""
    folders = inner.parent.parts
    if path.name != "weights.txt" or not folders:
        return None
    return Scan(path, (folders[-1],), MATRIX, _entities(inner, (folders[-1],), {}))


def cat12_subjects(name: str) -> tuple[str, ...]:
    """The ids that the name of a catROI file of CAT12 may mean; () of every other file.

    It ends in the name of the image: ``catROI_sub-01_ses-1_T1w.xml``.
    """
    match = CAT12.fullmatch(name)
    if match is None:
        return ()
    image: str = match["id"]
    tokens = image.split("_")
    firsts = ["_".join(tokens[:2])] if tokens[1:] and tokens[1].startswith("ses-") else []
    return tuple(dict.fromkeys((tokens[0], *firsts, image)))


def _bids(path: Path, inner: PurePath) -> Scan | None:
    tokens = stem(path.name).split("_")
    if not re.fullmatch(r"sub-[^_]+", tokens[0]) or len(tokens) < 2:
        return None
    entities = {match["key"]: match["value"] for token in tokens[1:]
             if (match := ENTITY.fullmatch(token))}  # fmt: skip
    suffix = tokens[-1] if not ENTITY.fullmatch(tokens[-1]) else ""
    words = [token for token in tokens[1:-1] if not ENTITY.fullmatch(token)]
    if ending(path.name) in CIFTI:
        entities.pop("den", "")  # of vertices, not of parcels
    kind = (
        _kind_of_end(path.name)
        or _bids_kind(suffix, entities)
        or _kind_of("_".join([*words, suffix or entities.get("desc", "")]))
    )
    measure = ""
    if kind == MEASURE:
        measure = entities.pop("desc", "") if suffix == "morph" else entities.pop("stat", "")
        measure = MEASURE_NAMES.get(measure.lower(), measure)
    said = entities.pop("meas", "") or entities.pop("stat", "") if kind == MATRIX else ""
    described = " ".join([said, entities.get("desc", ""), *words, suffix])
    hint = hint_of(described) if kind != SERIES else ""
    if said and not PLAIN_CORRELATION.fullmatch(said):
        entities["meas"] = said
    if hint in {Z, R}:
        entities[VALUES] = hint
    if words or (suffix and suffix not in SUFFIXES and kind != MEASURE):
        entities[NAME] = "_".join([*words, suffix])
    subjects = _scans_of_bids(tokens)
    return Scan(path, subjects, kind, _entities(inner, subjects, entities), hint, measure)


def _scans_of_bids(tokens: Sequence[str]) -> tuple[str, ...]:
    """``sub-01``, ``sub-01_ses-1`` and ``sub-01_ses-1_run-2``: ids that a table may have."""
    ids = [tokens[0]]
    for token in tokens[1:]:
        if token.startswith(("ses-", "run-")):
            ids.append(f"{ids[-1]}_{token}")
    return tuple(ids)


def _bids_kind(suffix: str, entities: Mapping[str, str]) -> str:
    if suffix == "timeseries":
        return SERIES
    if suffix in MATRICES:
        return MATRIX
    if suffix in MEASURES and ("stat" in entities or "desc" in entities):
        return MEASURE
    return UNKNOWN


def _kind_of_end(name: str) -> str:
    """What files of this ending hold, whatever else their names say."""
    end = ending(name)
    return SERIES if end == PTSERIES else MATRIX if end in {PCONN, GRAPHML, NETCC} else UNKNOWN


def _kind_of(name: str) -> str:
    """What a name of no known kind says all the same, by its last word that does."""
    for token in reversed(TOKEN.findall(name.lower())):
        if SERIES_WORD.fullmatch(token):
            return SERIES
        if MATRIX_WORD.fullmatch(token):
            return MATRIX
    return UNKNOWN


def _entities(
    inner: PurePath, subjects: tuple[str, ...], found: Mapping[str, str]
) -> dict[str, str]:
    """Entities of the name, and of the folders it lies in, without what these say again."""
    folders = []
    own = {bare(subject) for subject in subjects}
    entities = dict(found)
    for part in inner.parent.parts:
        session = re.fullmatch(r"ses-(?P<ses>[^_]+)", part)
        if session:
            entities.setdefault("ses", session["ses"])
        elif bare(part) not in own and part not in DATATYPES:
            folders.append(part)
    return entities | {FOLDER: "/".join(folders) or ".", FORMAT: _format(inner.name)}


def _span(part: str, ids: Mapping[str, str], *, last: bool) -> tuple[int, int] | None:
    """Where in a name an id stands, between characters that are neither letters nor digits."""
    spans = [match.span() for match in TOKEN.finditer(part)]
    found = [
        (start, end)
        for first, (start, _) in enumerate(spans)
        for _, end in spans[first:]
        if part[start:end] in ids or number_of(part[start:end]) in ids
    ]
    found = found[::-1] if last else found
    return max(found, key=lambda span: span[1] - span[0], default=None)


def _format(name: str) -> str:
    return ending(name) + (PACKED if name.lower().endswith(PACKED) else "")


Tells = Callable[[str, set[str]], bool]
TOKEN = re.compile(r"[^\W_]+")
WEIGHTS = {"fa", "dist", "cov", "coherence"}  # "ad" may be a disease, "md" another


def hint_of(text: str) -> str:
    """What a name says of the values of a matrix, or "".

    ``z``, ``r``, ``counts``, ``other``, or ``structural`` where it is only known to be no
    correlation.
    """
    tokens = {token.lower() for token in TOKEN.findall(text)}
    plain = "".join(TOKEN.findall(text)).lower()
    return next((hint for hint, tells in HINTS if tells(plain, tokens)), "")


def hint_of_folders(inner: PurePath, token: str) -> str:
    """What the folders say, the innermost first, but for the one that is named for the subject."""
    folders = [part for part in reversed(inner.parent.parts) if token not in part]
    return next((hint for part in folders if (hint := hint_of(part))), "")


def _says(*parts: str, words: frozenset[str] | set[str] = frozenset()) -> Tells:
    """Whether a name holds one of these ``parts`` anywhere, or one of the ``words`` by itself."""
    return lambda plain, tokens: any(part in plain for part in parts) or bool(tokens & words)


HINTS: tuple[tuple[str, Tells], ...] = (
    (Z, _says("fisher", "ztransform", "resultsroi", words={"z", "zfc", "fcz", "zscore", "zcorr"})),
    (OTHER, _says("covariance", "precision", "distance", "length", "meanfa", "logcount",
                  "invnodevol", words=WEIGHTS)),
    (R, _says("pearson", "correlation", words={"corr", "r", "corrmat", "partialcorr"})),
    (COUNTS, _says("streamline", "count", words={"sift", "sift2", "nos"})),
    (STRUCTURAL, _says("structural", words={"sc"})),
)  # fmt: skip
