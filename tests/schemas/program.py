"""What the program's source says of its rejection codes."""

import re
from typing import NamedTuple

from paths import REPO


class Code(NamedTuple):
    name: str
    decides: bool
    goes_to_dlq: bool


def codes():
    """In their order."""
    text = (REPO / "src/core/errcode.c").read_text()
    rows = re.findall(r'\[ERRCODE_\w+\]\s*=\s*\{"(\w+)",\s*(true|false),\s*(true|false)\s*\}', text)
    # The others are ERRCODE_NONE and the size of the array.
    assert len(rows) == text.count("[ERRCODE_") - 2, "errcode.c is not written as expected"
    return [Code(name, decides == "true", goes_to_dlq == "true") for name, decides, goes_to_dlq in rows]
