"""How much a value looks like one that a machine drew or a person chose as a password."""

from itertools import groupby, pairwise

from seamark.recognizers.secrets.structure import entropy, is_uuid

_VOWELS = frozenset("aeiouyAEIOUY")


def _class(character: str) -> str:
    if character.isdigit():
        return "d"
    if character.isalpha():
        return "u" if character.isupper() else "l"
    return "s"


def changes(value: str) -> int:
    """How often the class of characters (digit, capital, small letter, sign) changes.

    A capital that begins a word of small letters is no change: ``getAccessToken`` has two.
    """
    classes = "".join(map(_class, value))
    return sum(a != b for a, b in pairwise(classes)) - classes.count("ul")


def words_only(value: str) -> bool:
    """Whether it is made of pronounceable words, perhaps numbered: an identifier, a sentence."""
    runs = ["".join(run) for letters, run in groupby(value, str.isalpha) if letters]
    digits = [len(list(run)) for digit, run in groupby(value, str.isdigit) if digit]
    if not runs:
        return False
    if any(count > 4 for count in digits) or len(digits) > max(1, len(runs) // 2):
        return False
    return all(_pronounceable(run) for run in runs)


def _pronounceable(run: str) -> bool:
    if len(run) <= 3:
        return True
    vowels = sum(c in _VOWELS for c in run)
    longest = max((len(list(g)) for vowel, g in groupby(run, _VOWELS.__contains__) if not vowel),
                  default=0)  # fmt: skip
    swaps = sum(a.islower() and b.isupper() for a, b in pairwise(run))
    return 0.2 <= vowels / len(run) <= 0.65 and longest <= 4 and swaps <= max(1, len(run) // 5)


def named_like(value: str) -> bool:
    """Whether signs join words, short numbers and dates, as in identifiers; or it is a number."""
    try:
        float(value)
    except ValueError:
        pass
    else:
        return True
    pieces = [p for p in "".join(c if c.isalnum() else " " for c in value).split() if p]
    if len(pieces) < 2:
        return False
    return all(
        (piece.isdigit() and len(piece) <= 4)
        or (piece.rstrip("0123456789").isalpha() and len(piece) <= 14 and _runs(piece))
        for piece in pieces
    )


def _runs(piece: str) -> bool:
    """A word, perhaps with a number behind it: ``oauth2``, ``HTTP``, ``Upper``."""
    word = piece.rstrip("0123456789")
    return len(piece) - len(word) <= 3 and (word == word.lower() or word[1:] in (
        word[1:].lower(), word[1:].upper()))  # fmt: skip


def random_like(value: str) -> bool:
    """Whether a machine drew it: 16 characters and more, letters and digits, in no order."""
    if len(value) < 16 or " " in value or is_uuid(value) or words_only(value):
        return False
    if named_like(value):
        return False
    if not (any(map(str.isdigit, value)) and any(map(str.isalpha, value))):
        return (
            len(value) >= 20 and not value.isdigit() and entropy(value) >= 4 and not _wordy(value)
        )
    if not value.isascii() or not set(value) <= _TOKEN:
        return changes(value) >= 5 and entropy(value) >= 3.2
    return changes(value) >= max(4, len(value) // 6) and entropy(value) >= 3.0


_TOKEN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/=_-.")


def _wordy(value: str) -> bool:
    """Whether most of it is words, as names joined by signs or humps are."""
    split = "".join(f" {c}" if c.isupper() else c for c in value)
    pieces = [piece for piece in "".join(c if c.isalpha() else " " for c in split).split() if piece]
    long = sum(len(piece) for piece in pieces if len(piece) >= 4)
    return long * 2 >= len(value)


def password_like(value: str) -> bool:
    """Whether a person or a machine chose it as a password: 8 characters, three classes of them."""
    if not 8 <= len(value) <= 128 or " " in value or not value.isprintable():
        return False
    if random_like(value):
        return True
    kinds = set(map(_class, value))
    if named_like(value) and (value == value.lower() or "_" in value or "." in value):
        return False
    return len(kinds) >= 3 and not words_only(value) and changes(value) >= 2 and "d" in kinds
