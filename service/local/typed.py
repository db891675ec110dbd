"""Commands as they can be typed here: by the path of this ``sgn`` where PATH does not find it.

Sentences write ``sgn data add``, in quotes or after ``:``, ``|`` or ``→`` where it is to be typed.
After ``nox -s demo`` it lies in ``.nox/demo/bin``.
"""

import re
import shlex
import shutil
import sys
from pathlib import Path

from graphnet.messages import Message, render

PROGRAM = "sgn"
# Of a command that is suggested; "another sgn up" is not.
SUGGESTED = re.compile(r"(?P<before>['`‘“「(]|[|:：→] ?|^ *|=\S+ )sgn (?=-|[a-z])", re.MULTILINE)


def typed_program() -> str:
    """``sgn`` if that is the one of this Python, else how this one is started from here."""
    found, own = shutil.which(PROGRAM), Path(sys.executable).with_name(PROGRAM)
    if not own.exists():
        return PROGRAM if found else f"{shlex.quote(sys.executable)} -m service.cli"
    if found and own.samefile(found):
        return PROGRAM
    path = shown_path(own)
    return path if "/" in path else f"./{path}"


def shown_path(path: Path) -> str:
    """The path as somebody would type it here."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def typed(sentence: str) -> str:
    """The sentence with the commands that it suggests as they can be typed here."""
    if f"{PROGRAM} " not in sentence:
        return sentence
    return SUGGESTED.sub(lambda match: f"{match['before']}{typed_program()} ", sentence)


def render_typed(message: Message | str, language: str) -> str:
    """The sentence as a terminal of this machine shows it; what somebody has written stays."""
    return typed(render(message, language)) if isinstance(message, Message) else message
