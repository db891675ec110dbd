"""The line of a refused form: what a dataset holds stays out of the log. Without a service."""

import logging

import pytest

from db.submissions.form import TaskForm
from graphnet.data.interpretation import Choice, Question
from graphnet.data.profile import Profile
from graphnet.messages import finished
from service.forms import validation
from service.forms.refusal_log import MOST_A_MINUTE, MOST_OF_PROJECT, RefusalLog
from service.forms.schema import PostedForm
from service.http.responses import ApiError, ErrorNum, form_error

SUBJECT = "sub-0815"
QUESTION = Question(
    "id", finished(f"The column who holds {SUBJECT}; is it the id?"), (Choice("a", finished("A")),)
)
PROFILES = {
    "unusable": Profile.unusable([finished(f"The subject {SUBJECT} stands twice.")]),
    "asks": Profile.asking([QUESTION], "s"),
}


async def anything() -> None:
    """This process may write."""


def form(name: str) -> TaskForm:
    fields = {"task_type": "dl_ts", "proj_id": "P", "train_data": [name]}
    return PostedForm.model_validate(fields).stored()


@pytest.mark.parametrize("name", PROFILES)
def test_ids_of_subjects_are_answered_and_not_logged(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    errors = list(validation._datasets(form(name), PROFILES, validation.Meant({}, {})))
    refusal = form_error(errors)
    assert SUBJECT in str(refusal)
    with caplog.at_level(logging.WARNING):
        RefusalLog(anything).note(refusal, proj_id="P", request_id="r")
    (record,) = caplog.records
    assert SUBJECT not in record.getMessage()
    assert f"fields train_data: train_data names {name}, " in record.getMessage()


def test_each_is_a_line_though_not_each_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    heard, wrong = RefusalLog(anything), ApiError(ErrorNum.FORM_INVALID, "Wrong.")
    for number in range(2 * MOST_A_MINUTE):
        heard.note(wrong, proj_id=f"P{number % 4}", request_id="r")
    assert len(caplog.records) == 2 * MOST_A_MINUTE
    kept = [form.proj_id for _, form in heard._waiting]
    assert len(kept) == MOST_A_MINUTE
    assert max(map(kept.count, kept)) <= MOST_OF_PROJECT
