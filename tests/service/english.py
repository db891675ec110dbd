"""Finds sentences in English where all is to be in Chinese."""

import re

# What stands in quotes or in a name of a file is no sentence; two blanks separate columns.
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\S*/\S*")
SENTENCE = re.compile(r"[A-Za-z][a-z']*(?:,? [A-Za-z][a-z'-]*){3,}")


def english_in(text: str, names: tuple[str, ...] = ()) -> list[str]:
    """Every run of four or more words in English, ``names`` left aside."""
    for name in names:
        text = text.replace(name, "")
    return [
        found[0]
        for line in text.splitlines()
        for found in SENTENCE.finditer(QUOTED.sub("·", line))
    ]
