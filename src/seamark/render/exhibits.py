"""Evidence as a person reads it: the call that a loader would make first, then the facts."""

from collections.abc import Mapping
from dataclasses import dataclass

from seamark.core.findings import Json
from seamark.render.visible import shorten, visible, visible_block
from seamark.render.wellformed import encode, wellformed

CODE_KEYS = ("call", "calls", "code", "decompiled", "expression", "source")
"""Evidence under these names is program text and is set as such."""

LIMIT = 4000
"""Characters of one exhibit that are shown; the JSON report has all of them."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence. ``code`` may have several lines; everything is safe to look at."""

    label: str
    text: str
    code: bool


def exhibits(evidence: Mapping[str, Json]) -> list[Exhibit]:
    """Evidence in the order to show it: program text first, then the rest as it came.

    What is empty or unknown is left out; the JSON report has it.
    """
    said = ((key, value) for key, value in evidence.items() if value not in (None, "", [], {}))
    made = [_exhibit(key, value) for key, value in said]
    return sorted(made, key=lambda each: not each.code)


def _exhibit(key: str, value: Json) -> Exhibit:
    label = visible(str(key)).replace("_", " ")
    code = key in CODE_KEYS
    if isinstance(value, str):
        text = value
    elif code and isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = "\n".join(str(each) for each in value)
    elif isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        text = ", ".join(str(wellformed(each)) for each in value)
    else:
        text = encode(value)
    text = shorten(text, LIMIT)
    return Exhibit(label, visible_block(text) if code else visible(text), code)
