"""What is written where NEURO-LEARN reads is ASCII, and harmless as HTML."""

import json
from typing import Any

import pytest

from db.submissions.form import TaskForm
from db.texts import in_ascii, json_object, json_text, plain

MARKUP = "<b>bold</b> &amp; \\u003ci\\u003e"


@pytest.mark.parametrize(
    "value",
    [{"name": MARKUP}, {"<b>": [MARKUP, "脑🧠", "\ud800", '"']}, {"": None, "n": [1.5, True]}],
)
def test_json_is_ascii_without_markup_and_means_the_same(value: dict[str, Any]) -> None:
    text = json_text(value)
    assert text.isascii()
    assert not set("<>&") & set(text)
    assert json_object(text) == json.loads(text) == value
    written = json.dumps(value, ensure_ascii=False)
    assert in_ascii(written).isascii()
    assert json.loads(in_ascii(written)) == value


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_no_answer_can_hold_is_read_as_none(number: str) -> None:
    assert json_object(f'{{"auc": {number}, "n": [1.5, {number}]}}') == {
        "auc": None,
        "n": [1.5, None],
    }


def test_a_number_that_json_does_not_know_is_no_text() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"auc": float("nan")})


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("train_data names '<b>bold</b>'.", "train_data names '[b]bold[/b]'."),
        ("A & B, &lt;i&gt;", "A + B, +lt;i+gt;"),
        ("a\\b\\u003cb\\u003e", "a/b/u003cb/u003e"),
        ("Zürich, Kraków: 5 × 3 – “so”…", 'Zurich, Krakow: 5 x 3 - "so"...'),
        ("受试者12 of 脑🧠", "???12 of ??"),
        ("\N{FULLWIDTH LESS-THAN SIGN}b> \N{NOT LESS-THAN}", "[b] ["),
        ("two\nlines\tand\x00\x7f\ud800", "two lines and???"),
        ("It is so.", "It is so."),
    ],
)
def test_a_sentence_is_ascii_and_harmless_and_can_be_read(sentence: str, shown: str) -> None:
    assert plain(sentence) == shown
    assert plain(shown) == shown


def test_a_form_is_stored_in_ascii_and_read_back() -> None:
    form = TaskForm("dl_ts", MARKUP, ("脑<b>",), settings={"epochs": 3})
    assert form.config_text.isascii()
    assert not set("<>&") & set(form.config_text)
    assert TaskForm.from_config("dl_ts", json.loads(form.config_text)) == form
