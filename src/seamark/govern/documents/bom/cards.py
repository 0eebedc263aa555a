"""Model cards: what ``README.md`` beside the weights says beyond the scan's metadata.

The front matter is read as the hub writes it (``pipeline_tag``, ``model-index``); of the text, the
first paragraph of chapters about use, limits and risks. A card is somebody's word, never proof.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seamark.govern.documents.bom.model import Metric
from seamark.govern.documents.bom.texts import clean
from seamark.scan.models.code.yaml_documents import read_yaml
from seamark.scan.models.hub.cards import front_matter
from seamark.scan.models.limits import LimitExceeded, Malformed

READ = 256 << 10
"""Bytes of a card that are read."""

_PARAGRAPH = 600
_MOST = 50
_HEADING = re.compile(r"(#{1,6})[ \t]+([^\n]{1,200})")
_USES = ("intended use", "direct use", "downstream use", "use cases", "uses")
_LIMITS = ("limitation", "out-of-scope", "out of scope")
_RISKS = ("bias", "risk", "ethical")
_APPROACHES = {"reinforcement-learning": "reinforcement-learning"}
_PLACEHOLDER = "[more information needed]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one card says; empty where it says nothing."""

    name: str = ""
    version: str = ""
    description: str = ""
    task: str = ""
    approach: str = ""
    library: str = ""
    languages: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    use_cases: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


def read_card(data: bytes) -> Said:
    """What the card says. Never raises: a card that is no YAML says only its text."""
    text = data[:READ].decode("utf-8-sig", "replace").replace("\r\n", "\n")
    front = front_matter(data[:READ])
    said = _mapping(front)
    body = text.split("\n---", 1)[1].partition("\n")[2] if front else text
    chapters = list(_chapters(body))
    task = _text(said.get("pipeline_tag"))
    return Said(
        name=_text(said.get("model_name")),
        version=_text(said.get("version")) or _text(said.get("model_version")),
        description=_text(said.get("model_summary")) or _lead(chapters),
        task=task,
        approach=_APPROACHES.get(task, ""),
        library=_text(said.get("library_name")),
        languages=_texts(said.get("language")),
        metrics=tuple(_metrics(said.get("model-index")))[:_MOST],
        use_cases=_about(chapters, _USES, never=(*_LIMITS, "how to use")),
        limitations=_about(chapters, _LIMITS),
        risks=_about(chapters, _RISKS),
    )


def _mapping(front: str) -> Mapping[str, object]:
    try:
        said = read_yaml(front, "the card").tree() if front else None
    except (Malformed, LimitExceeded):
        return {}
    return said if isinstance(said, dict) else {}


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(_text(each) for each in values[:_MOST] if _text(each)))


def _dicts(value: object) -> Iterator[Mapping[str, object]]:
    for each in (value if isinstance(value, list) else [])[:_MOST]:
        if isinstance(each, dict):
            yield each


def _inner(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _metrics(index: object) -> Iterator[Metric]:
    """The results of ``model-index``: each with its task and dataset."""
    for model in _dicts(index):
        for result in _dicts(model.get("results")):
            data = _inner(result.get("dataset"))
            where = _text(data.get("name")) or _text(data.get("type"))
            split = _text(data.get("split"))
            for metric in _dicts(result.get("metrics")):
                kind = _text(metric.get("type")) or _text(metric.get("name"))
                value = _text(metric.get("value"))
                if kind and value:
                    yield Metric(type=kind, value=value, slice=f"{where} {split}".strip())


def _chapters(body: str) -> Iterator[tuple[str, str]]:
    """Titles in lower case with the first paragraph of text beneath each."""
    title = ""
    paragraph: list[str] = []
    done = fenced = False
    for line in body.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            done = done or bool(paragraph)
        elif not fenced and (match := _HEADING.match(line)):
            yield title, _joined(paragraph)
            title, paragraph, done = match[2].strip().lower(), [], False
        elif not fenced and line.strip() and not done:
            paragraph.append(line.strip())
        else:
            done = done or bool(paragraph)
    yield title, _joined(paragraph)


def _joined(lines: list[str]) -> str:
    text = clean(" ".join(lines), _PARAGRAPH)
    plain = text.startswith(("<!--", "<", "![", "[![", "|"))
    return "" if plain or text.lower().startswith(_PLACEHOLDER) else text


def _lead(chapters: list[tuple[str, str]]) -> str:
    return next((text for _, text in chapters[:4] if text), "")


def _about(
    chapters: list[tuple[str, str]], words: tuple[str, ...], *, never: tuple[str, ...] = ()
) -> tuple[str, ...]:
    found = [
        text
        for title, text in chapters
        if text and any(word in title for word in words) and not any(no in title for no in never)
    ]
    return tuple(dict.fromkeys(found))[:_MOST]
