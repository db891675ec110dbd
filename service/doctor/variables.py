"""The ``SGN_`` variables: all that are wrong, and what can be looked at all the same."""

from collections.abc import Mapping

from actors.settings import ProcessSettingsError
from graphnet.messages import Message
from service.doctor.check_result import CheckResult, fault, ok
from service.settings import HttpSettings

CHECK = "settings"
EXAMPLES = {
    "SGN_DATABASE_URL": "mysql://user:password@host:3306/neurolearn?charset=utf8mb4",
    "SGN_REDIS_URL": "redis://:password@host:6379/0",
    "SGN_REGISTRY_URL": "s3://bucket/prefix or file:///folder",
}
STAND_INS = {
    "SGN_DATABASE_URL": "sqlite:///",
    "SGN_REDIS_URL": "redis://localhost",
    "SGN_REGISTRY_URL": "file:///",
}


def is_told(environment: Mapping[str, str]) -> bool:
    """Whether any variable says where something is."""
    return any(name.removesuffix("_FILE") in EXAMPLES for name in environment)


def read(environment: Mapping[str, str]) -> tuple[HttpSettings, dict[str, CheckResult]]:
    """The settings, and by name each variable that cannot be used; it is then as if not given."""
    wrong: dict[str, CheckResult] = {}
    tried = dict(environment)
    while True:
        try:
            return HttpSettings.from_environment(tried), wrong
        except ProcessSettingsError as error:
            if not error.name or error.name in wrong:
                raise
            wrong[error.name] = fault(CHECK, error.problem, error.remedy or _fix(error.name))
            tried.pop(f"{error.name}_FILE", None)
            tried.pop(error.name, None)
            tried |= {name: text for name, text in STAND_INS.items() if name == error.name}


def _fix(name: str) -> Message:
    if name in EXAMPLES:
        return Message("doctor.set-variable", name=name, example=EXAMPLES[name])
    return Message("doctor.unset-variable", name=name)


def check(wrong: Mapping[str, CheckResult]) -> list[CheckResult]:
    """Every variable that is wrong."""
    return list(wrong.values()) or [ok(CHECK, Message("doctor.variables-valid"))]
