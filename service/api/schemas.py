"""The objects that answers hold, as JSON Schema with a sentence for each field."""

from typing import Any

TIME = "an instant in UTC, ISO 8601"
NUMBER, TEXT = "number", "string"

Fields = dict[str, tuple[str, str]]

PROGRESS: Fields = {
    "epoch": ("integer", "epochs of the model itself that are done"),
    "epochs": ("integer?", "epochs of it in all"),
    "percent": (NUMBER, "of all the work, folds and baselines too; an estimate"),
    "eta_seconds": ("number?", "what is left at the speed so far; only while it runs"),
    "place": ("integer?", "the place in the queue of a task that waits, 1 for the next"),
}
HEADLINE: Fields = {
    "split": (TEXT, "of which subjects: test, cv, leave_site_out or val"),
    "metric": (TEXT, "auc; of a clinical score r2"),
    "value": (NUMBER, "its value"),
    "low": ("number?", "the lower end of its 95 % interval"),
    "high": ("number?", "the upper end"),
}
TASK: Fields = {
    "task_id": (TEXT, "the id"),
    "proj_id": (TEXT, "the project"),
    "task_name": (TEXT, "the name"),
    "task_type": (TEXT, "dl_ts or dl_ft"),
    "owner": (TEXT, "ours, or predecessor: of the service that did this work before"),
    "task_status": (
        TEXT,
        "Submitted, Running, Finished, Failed or Cancelled; a predecessor's stays as it was left, "
        "also Success",
    ),
    "task_config": ("object", "the form, as it was understood"),
    "task_result": ("object?", "what came of it; in a list always null"),
    "headline": ("Headline?", "the figure that says most of subjects new to the model"),
    "error": (
        "string?",
        "why it failed, in a sentence; of one that was put back, what it waits for",
    ),
    "progress": ("Progress", "how far it is"),
    "attempt": ("integer", "how many workers have taken it"),
    "parent_task_id": ("string?", "the task that it was fine-tuned from"),
    "retry_of": ("string?", "the task that it tries again"),
    "request_id": ("string?", "the X-Request-Id of the request that made it"),
    "device": ("string?", "what trained it"),
    "submitted_at": ("string?", TIME),
    "started_at": ("string?", TIME),
    "finished_at": ("string?", TIME),
    "model_lost": (
        "boolean?",
        "whether its model is gone though nobody cleaned it away; null where none was stored, "
        "where the registry does not say, and in a list",
    ),
    "model_removed_at": ("string?", f"when its model was cleaned away; {TIME}"),
    "model_imported_at": ("string?", f"when the predecessor's model was imported; {TIME}"),
}
REFUSED_FORM: Fields = {
    "refused_at": (TEXT, TIME),
    "proj_id": (TEXT, "the project; empty where the form did not say or could not be read"),
    "request_id": (TEXT, "the X-Request-Id of the answer"),
    "error_num": ("integer", "why, as a number"),
    "msg": (TEXT, "why, as the answer said"),
    "errors": ("array", "each field and what is wrong with it: field, msg; the first 20"),
}
CHOICE: Fields = {
    "value": (TEXT, "what to give as the answer"),
    "label": (TEXT, "what it means"),
}
QUESTION: Fields = {
    "id": (TEXT, "the key of the answer in a mapping"),
    "sentence": (TEXT, "what can be understood in more than one way"),
    "choices": ("[Choice]", "the plausible readings"),
}
INTERPRETATION: Fields = {
    "kind": (TEXT, "the kind of file: csv, npz, mat, folder, json, …"),
    "text": ("object?", "of a text file its encoding, separator and decimal sign"),
    "id": ("string?", "the column of the subjects' ids"),
    "label": (
        "object?",
        "the class: its column, values (the class number of each text), names (the word of each "
        "number)",
    ),
    "site": ("string?", "the column of the sites"),
    "score": ("string?", "the column of a clinical score"),
    "covariates": ("array", "what else is known of subjects: name, kind, how many are missing"),
    "regions": ("array", "their names"),
    "measures": ("array", "their names"),
    "connectome": (
        "object?",
        "values (z: Fisher's z; r: Pearson's r, which is kept as z; counts; other), triangle, and "
        "the reason why",
    ),
    "series": ("object?", "time series: least_points, most_points, orientation, header, index"),
    "files": ("object", "which of several files of a subject were taken, by what they differ in"),
    "missing": ("array", "numbers that stand for a missing value: column, code, count"),
    "left_alone": ("array", "what was not used: what, and the reason"),
    "said": ("array", "sentences on what was assumed"),
    "answers": ("object", "the mapping that was given"),
}
DATASET: Fields = {
    "data_name": (TEXT, "the name"),
    "proj_id": (TEXT, "the project"),
    "user_id": (TEXT, "who brought it in"),
    "state": (
        TEXT,
        "ready; unread (no worker has read it yet); asks (its questions are open); refused (its "
        "problems say why)",
    ),
    "subjects": ("integer", "how many"),
    "classes": ("object", "how many subjects each class has"),
    "class_names": ("object", "the word for each class, empty where there are numbers alone"),
    "regions": ("integer", "how many"),
    "measures": ("array", "their names"),
    "notes": ("array", "sentences on what was left out"),
    "problems": ("array", "why it cannot be trained on"),
    "connectome": ("boolean?", "whether it holds connectivities"),
    "scores": ("integer?", "how many subjects have a clinical score"),
    "sites": ("array?", "their names"),
}
DETAILS: Fields = {
    "data_id": (TEXT, "the id; a preview has none"),
    "findings": (
        "array",
        "what cannot be used: rule, site, subject, measure, count of regions; the first 200",
    ),
    "rules": ("object", "what each rule means and what is done about it"),
    "by_site": ("object", "subjects of each class by site"),
    "distributions": ("object", "by measure and site n, low, q1, median, q3, high"),
    "interpretation": ("Interpretation?", "how it was read; null of one that was read long ago"),
    "questions": ("[Question]", "what is open, where its state is asks"),
}


def typed(kind: str) -> dict[str, Any]:
    """The schema of a kind: a JSON type, one of the objects, ``[…]`` of them; ``?``: or null."""
    if kind.startswith("["):
        return {"type": "array", "items": typed(kind[1:-1])}
    if kind[0].isupper():
        known = {"$ref": f"#/components/schemas/{kind.removesuffix('?')}"}
        return {"anyOf": [known, {"type": "null"}]} if kind.endswith("?") else known
    return {"type": [kind[:-1], "null"] if kind.endswith("?") else kind}


def objects() -> dict[str, Any]:
    """Every object by its name. In a list of datasets the details are left out."""
    return {
        "Progress": _object(PROGRESS),
        "Headline": _object(HEADLINE),
        "Task": _object(TASK),
        "RefusedForm": _object(REFUSED_FORM),
        "Choice": _object(CHOICE),
        "Question": _object(QUESTION),
        "Interpretation": _object(INTERPRETATION),
        "Dataset": _object(DATASET, DETAILS),
    }


def _object(always: Fields, sometimes: Fields | None = None) -> dict[str, Any]:
    fields = always | (sometimes or {})
    return {
        "type": "object",
        "required": list(always),
        "properties": {
            name: {**typed(kind), "description": text} for name, (kind, text) in fields.items()
        },
    }
