import random
import re

import pytest
from recognizers.secrets.drawing import draw

from seamark.core.rules import index_rules
from seamark.recognizers.secrets.catalog import all_kinds
from seamark.recognizers.secrets.engine import Recognizer
from seamark.recognizers.secrets.kinds import Group, Kind
from seamark.recognizers.secrets.patterns import compiled

KINDS = all_kinds()
TOKENS = [kind for kind in KINDS if kind.group is Group.TOKEN]
NAMED = [kind for kind in KINDS if kind.group is Group.NAMED]


@pytest.fixture(scope="module")
def engine() -> Recognizer:
    return Recognizer(fast=False)


def test_there_are_two_hundred_kinds_with_rules_of_their_own() -> None:
    assert len(KINDS) >= 200
    assert len({kind.id for kind in KINDS}) == len(KINDS)
    assert len(index_rules(kind.rule for kind in KINDS)) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_patterns_are_re2_and_the_value_is_group_one(kind: Kind) -> None:
    for expression in filter(None, (kind.pattern, kind.names)):
        assert compiled(expression) is not None
    if kind.group is Group.TOKEN:
        python = kind.pattern.replace(r"\z", r"\Z")
        assert re.compile(python).groups == 1
        assert kind.keywords


@pytest.mark.parametrize("kind", TOKENS, ids=lambda kind: kind.id)
def test_every_text_that_a_token_kind_matches_holds_a_keyword(
    kind: Kind, engine: Recognizer
) -> None:
    """Some keywords name the surroundings (curl, baseten): these stand beside, and are added."""
    for seed in range(3):
        text = draw(kind.pattern, random.Random(f"{kind.id}{seed}"))
        held = any(word in text.lower() for word in kind.keywords)
        beside = "" if held else f"# {kind.keywords[0]}\n"
        line = f"{beside}{text}\n"
        found = engine.find(line.encode())
        own = compiled(kind.pattern).search(line.encode())
        assert own is not None
        assert any(c.start < own.end() and own.start() < c.end for c in found)


FORMS = ('{name} = "{value}"', "{name}={value}", "{name}: {value}", '"{name}": "{value}",')


@pytest.mark.parametrize("kind", TOKENS, ids=lambda kind: kind.id)
def test_random_tokens_are_found_in_four_forms(kind: Kind, engine: Recognizer) -> None:
    if not kind.pattern.startswith(r"\b("):
        pytest.skip("the kind is a form of its own: found above")
    rng = random.Random(kind.id)
    found = total = 0
    for form in FORMS:
        for _ in range(3):
            value = draw(kind.pattern, rng)
            text = form.format(name="THING", value=value)
            if not any(word in text.lower() for word in kind.keywords):
                text = f"# {kind.keywords[0]}\n{text}"
            total += 1
            found += any(c.value.reveal() in value or value in c.value.reveal()
                         for c in engine.find(text.encode()))  # fmt: skip
    assert found == total


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.id)
def test_random_named_values_are_found_under_their_names(kind: Kind, engine: Recognizer) -> None:
    rng = random.Random(kind.id)
    name = draw(kind.names, rng)
    name = name if any(w in name.lower() for w in ("key", "token", "secret", "pass")) else (
        name.rstrip("_") + "_api_key")  # fmt: skip
    for form in FORMS:
        value = draw(kind.pattern, rng)
        text = form.format(name=name, value=value).encode()
        assert any(c.value.reveal() == value for c in engine.find(text)), text


@pytest.mark.parametrize("kind", TOKENS, ids=lambda kind: kind.id)
def test_near_misses_are_not_of_the_kind_with_confidence(kind: Kind, engine: Recognizer) -> None:
    """A value of one repeated sign has the form, but nobody drew it: it ranks lower."""
    if not kind.prefix or kind.entropy < 2:
        pytest.skip("nothing but random signs makes the kind")
    text = f"x = '{kind.prefix}{'x' * 60}'".encode()
    assert not [c for c in engine.find(text) if c.kind is kind and c.score >= 0.5]
