"""In which language the sentences of an answer are. Without a service."""

import asyncio
import json

import pytest
from starlette.requests import Request

from graphnet.messages import CHINESE, ENGLISH, Message, as_one, render
from service.http.responses import (
    COOKIE,
    ApiError,
    ErrorNum,
    FieldError,
    answer_language,
    form_error,
)
from service.routes.tasks import list_models

FOLDS = FieldError("param_set.cv_folds", Message("forms.parent-missing"))
MODEL = FieldError("train_data", Message("forms.no-dataset", field="train_data", name="'x'"))


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, ENGLISH),
        ({"accept_language": "zh-CN"}, CHINESE),
        ({"accept_language": "zh-Hans-CN,zh;q=0.9,en;q=0.8"}, CHINESE),
        ({"accept_language": "de, en;q=0.9, zh;q=0.8"}, ENGLISH),
        ({"accept_language": "*"}, ENGLISH),
        ({"accept_language": "zh-CN", "cookie": f"{COOKIE}=en"}, ENGLISH),
        ({"accept_language": "en", "cookie": f"{COOKIE}=zh-CN"}, CHINESE),
        ({"cookie": f"{COOKIE}=xx"}, ENGLISH),
    ],
)
def test_the_chosen_language_comes_before_the_browsers(
    headers: dict[str, str], language: str
) -> None:
    assert answer_language(request(**headers)) == language


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_an_answer_has_the_same_keys_in_every_language(language: str) -> None:
    error = form_error([FOLDS, MODEL])
    assert error.codes == ("forms.parent-missing", "forms.no-dataset")
    answer = json.loads(bytes(error.reply(language, code=500).body))
    assert set(answer) == {"error_num", "msg", "code", "errors"}
    assert answer["errors"] == [
        {"field": field, "msg": render(message, language)} for field, message in (FOLDS, MODEL)
    ]
    assert answer["msg"].startswith(answer["errors"][0]["msg"])
    assert "1" in answer["msg"]
    assert str(error) == f"{FOLDS.message} (and 1 more)"


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_the_list_of_models_is_in_the_language_of_the_request(language: str) -> None:
    reply = asyncio.run(list_models(request(accept_language=language)))
    answer = json.loads(bytes(reply.body))
    linear = next(model for model in answer["models"] if model["name"] == "Linear")
    assert linear["summary"] == render(Message("catalogue.model-Linear"), language)
    assert answer["graphs"]["none"] == render(Message("catalogue.graph-none"), language)


def test_an_error_of_no_field_has_its_own_code() -> None:
    assert ApiError(ErrorNum.NOT_FOUND, Message("api.no-project", project="'P'")).codes == (
        "api.no-project",
    )


def test_several_sentences_are_one_message() -> None:
    parts = [Message("forms.file-empty"), Message("forms.try-again"), Message("forms.queue-silent")]
    assert str(as_one(parts)) == " ".join(map(str, parts))
    assert render(as_one(parts), CHINESE) == "".join(render(part, CHINESE) for part in parts)
    assert as_one(parts[:1]) == parts[0]
