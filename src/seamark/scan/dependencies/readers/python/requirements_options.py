"""The options of a line in a requirements file, as pip's option parser understands them."""

import shlex
from dataclasses import dataclass

_MAX_QUOTED = 1 << 16
"""Characters of options with quotes in them; taking those apart is slow."""

_VALUED = {
    "--index-url": "--index-url",
    "--pypi-url": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "--find-links": "--find-links",
    "--requirement": "--requirement",
    "--constraint": "--constraint",
    "--editable": "--editable",
    "--trusted-host": "--trusted-host",
    "--hash": "--hash",
    "--no-binary": "--no-binary",
    "--only-binary": "--only-binary",
    "--all-releases": "--all-releases",
    "--only-final": "--only-final",
    "--use-feature": "--use-feature",
    "--config-setting": "--config-settings",
    "--config-settings": "--config-settings",
    # Of earlier versions of pip, which are still in use.
    "--global-option": "--global-option",
    "--install-option": "--install-option",
    "--build-option": "--build-option",
    "--format-control": "--format-control",
}
_FLAGS = frozenset(
    "--no-index --prefer-binary --require-hashes --no-require-hashes --pre "
    "--process-dependency-links --allow-all-external --use-wheel --no-use-wheel".split()
)
_SHORT = {
    "-i": "--index-url",
    "-f": "--find-links",
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-C": "--config-settings",
}
_ALL = (*_VALUED, *sorted(_FLAGS))


@dataclass(frozen=True, slots=True)
class Option:
    """One option by its full name, and its value; empty for a flag."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Parted:
    """A line taken apart: the requirement, the options, and words that pip drops."""

    requirement: str
    options: tuple[Option, ...] = ()
    dropped: tuple[str, ...] = ()

    def values(self, name: str) -> list[str]:
        """The values of one option, in order."""
        return [each.value for each in self.options if each.name == name]


def part(line: str) -> Parted:
    """A logical line as requirement and options. Raises ``ValueError`` with the reason.

    The options begin at the first word with a hyphen at its beginning; what is before it is never
    taken apart, since markers have quotes of their own.
    """
    if " -" not in line and not line.startswith("-"):
        return Parted(line)
    words = line.split(" ")
    begin = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    options, dropped = _parse(_words(" ".join(words[begin:])))
    return Parted(" ".join(words[:begin]).strip(), options, dropped)


def _words(text: str) -> list[str]:
    if not any(sign in text for sign in "'\"\\"):
        return text.split()
    if len(text) > _MAX_QUOTED:
        raise ValueError("its options are too long")
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueError("a quotation mark of its options is not closed") from error


def _parse(words: list[str]) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    options: list[Option] = []
    dropped: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            dropped.extend(words[at:])
            break
        if not word.startswith("-") or word == "-":
            dropped.append(word)
            continue
        name, value = _named(word)
        if name in _FLAGS:
            if value is not None:
                raise ValueError(f"its option {name} takes no value")
            options.append(Option(name))
            continue
        if value is None:
            if at == len(words):
                raise ValueError(f"its option {name} has no value")
            value = words[at]
            at += 1
        options.append(Option(name, value))
    return tuple(options), tuple(dropped)


def _named(word: str) -> tuple[str, str | None]:
    """The option's full name, and its value where it stands in the same word."""
    if not word.startswith("--"):
        if word[:2] not in _SHORT:
            raise ValueError(f"pip knows no option {word[:2]}")
        return _SHORT[word[:2]], word[2:] or None
    begin, equals, value = word.partition("=")
    if begin in _VALUED or begin in _FLAGS:
        meant = {_VALUED.get(begin, begin)}
    else:  # pip takes any beginning that fits only one
        meant = {_VALUED.get(each, each) for each in _ALL if each.startswith(begin)}
    if len(meant) != 1:
        raise ValueError(f"pip knows no option {begin[:40]}")
    return meant.pop(), value if equals else None
