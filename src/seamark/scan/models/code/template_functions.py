"""Operators, filters and methods of Jinja on plain values, bounded in what they may build.

Each returns :data:`~seamark.scan.models.code.template_values.UNKNOWN` where it cannot tell or
where the result would be too large. Only what puts names together is modelled.
"""

from collections.abc import Mapping, Sequence

from seamark.scan.models.code.template_values import ANY, MAX_TEXT, UNKNOWN, as_text, items

_MAX_NUMBER = 1 << 64

Named = Mapping[str, object]


def apply_operator(operator: str, left: object, right: object) -> object:
    """``left operator right`` for ``+ - * % / // **``."""
    if isinstance(left, str) or isinstance(right, str):
        return _on_text(operator, left, right)
    if isinstance(left, list) and isinstance(right, list) and operator == "+":
        return left + right
    if isinstance(left, list) and isinstance(right, int) and operator == "*":
        return left * right if 0 <= right * len(left) <= 256 else UNKNOWN
    if isinstance(left, int) and isinstance(right, int):
        return _on_integers(operator, left, right)
    return UNKNOWN


def _on_text(operator: str, left: object, right: object) -> object:
    if operator == "+" and (isinstance(left, str) or left is UNKNOWN):
        return as_text(left) + as_text(right)
    if operator == "%" and isinstance(left, str):
        return _percent(left, right)
    if operator == "*":
        text, count = (left, right) if isinstance(left, str) else (right, left)
        if isinstance(text, str) and isinstance(count, int):
            return text * count if len(text) * count <= MAX_TEXT else UNKNOWN
    return UNKNOWN


def _on_integers(operator: str, left: int, right: int) -> object:
    if max(abs(left), abs(right)) > _MAX_NUMBER:
        return UNKNOWN
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "%" and right:
        return left % right
    if operator == "//" and right:
        return left // right
    if operator == "**" and 0 <= right <= 128 and abs(left) <= 1024:
        return int(left**right)
    return UNKNOWN


def _percent(pattern: str, argument: object) -> object:
    """``pattern % argument`` without widths: ``%s``, ``%c``, ``%d``, ``%x``, ``%%``."""
    arguments = list(argument) if isinstance(argument, list | tuple) else [argument]
    pieces = pattern.split("%")
    text = pieces[0]
    rest = iter(pieces[1:])
    for piece in rest:
        if not piece:  # a doubled percent sign
            text += "%" + next(rest, "")
            continue
        value = arguments.pop(0) if arguments else UNKNOWN
        text += _formatted(piece[0], value) + piece[1:]
    return text[:MAX_TEXT]


def _formatted(kind: str, value: object) -> str:
    if kind == "c" and isinstance(value, int) and 0 <= value < 0x110000:
        return chr(value)
    if kind in "xX" and isinstance(value, int) and abs(value) < _MAX_NUMBER:
        return f"{value:{kind}}"
    return as_text(value) if kind in "scdir" else ANY


def take_item(value: object, key: object) -> object:
    """``value[key]``."""
    if isinstance(value, dict) and isinstance(key, str | int | float):
        return value.get(key, UNKNOWN)
    if (
        isinstance(value, list | str)
        and isinstance(key, int)
        and (not isinstance(value, str) or ANY not in value)
        and -len(value) <= key < len(value)
    ):
        result: object = value[key]
        return result
    return UNKNOWN


def take_slice(value: object, bounds: Sequence[object]) -> object:
    """``value[start:stop:step]``."""
    if not isinstance(value, list | str) or (isinstance(value, str) and ANY in value):
        return UNKNOWN
    start, stop, step = (bound if isinstance(bound, int) else None for bound in bounds)
    known = all(bound is None or isinstance(bound, int) for bound in bounds)
    return value[start:stop:step] if known and step != 0 else UNKNOWN


def apply_filter(name: str, value: object, args: Sequence[object], named: Named) -> object:
    """``value|name(*args, **named)`` for the filters that make or cut text."""
    if name == "join":
        if len(args) > 1 or "attribute" in named:
            return UNKNOWN
        return _join(value, named.get("d", args[0] if args else ""))
    if name == "format" and isinstance(value, str):
        return _percent(value, list(args) or UNKNOWN)
    if name in {"string", "e", "escape", "safe", "trim", "forceescape"}:
        text = as_text(value)
        if name == "trim":
            signs = named.get("chars", args[0] if args else None)
            return text.strip(signs) if isinstance(signs, str | None) else UNKNOWN
        return text
    if name in {"first", "last", "random", "list", "sort", "unique"}:
        return _pick(name, value)
    if name == "reverse" and isinstance(value, list | str):
        return value[::-1]
    if name in {"default", "d"}:
        if len(args) > 1 or named:
            return UNKNOWN
        return value if value is not UNKNOWN else (args[0] if args else UNKNOWN)
    if name in {"int", "float", "abs"} and isinstance(value, int):
        return value
    if name in {"length", "count"} and isinstance(value, list | str) and ANY not in value:
        return len(value)
    return apply_method(name, value, args, named)


def _pick(name: str, value: object) -> object:
    """Filters that take items out of ``value``, or put them in an order."""
    found = items(value)
    if name in {"first", "last", "random"}:
        if name == "random" and len(found) > 1:
            return UNKNOWN
        return found[-1] if name == "last" else found[0]
    if name != "list" and len(found) > 1:
        return UNKNOWN  # in an order, or of a choice, that is not worked out
    return found if found != [UNKNOWN] else UNKNOWN


def _join(value: object, separator: object) -> object:
    if isinstance(value, list | tuple | dict):
        return as_text(separator).join(as_text(item) for item in value)[:MAX_TEXT]
    if isinstance(value, str):
        return value if not separator else as_text(separator).join(value)[:MAX_TEXT]
    return UNKNOWN


def apply_method(name: str, value: object, args: Sequence[object], named: Named) -> object:
    """``value.name(*args)`` for methods of strings and dictionaries."""
    if isinstance(value, dict) and name in {"get", "pop"} and args:
        return take_item(value, args[0])
    if isinstance(value, dict) and name in {"keys", "values"}:
        return list(value if name == "keys" else value.values())
    if not isinstance(value, str):
        return UNKNOWN
    texts = [arg for arg in args if isinstance(arg, str)]
    if name in {"lower", "upper", "title", "capitalize", "swapcase"}:
        return str(getattr(value, name)())
    if name in {"strip", "lstrip", "rstrip"} and len(texts) == len(args) <= 1:
        return str(getattr(value, name)(*texts))
    if name == "replace" and len(texts) == len(args) == 2 and not named:
        # ANY would be replaced between every character by an empty first argument.
        return value.replace(texts[0], texts[1])[:MAX_TEXT] if texts[0] else UNKNOWN
    if name == "split" and len(texts) == len(args) <= 1 and ANY not in value:
        return list(value.split(texts[0] or None)) if texts else list(value.split())
    if name == "join" and args:
        return _join(args[0], value)
    if name == "format":
        return _braces(value, args, named)
    return UNKNOWN


def _braces(pattern: str, args: Sequence[object], named: Named) -> object:
    text = pattern
    for index, value in enumerate(args[:16]):
        text = text.replace("{}", as_text(value), 1).replace(f"{{{index}}}", as_text(value))
        if isinstance(value, int) and 0 <= value < 0x110000:
            text = text.replace("{:c}", chr(value), 1).replace(f"{{{index}:c}}", chr(value))
    for key, value in list(named.items())[:16]:
        text = text.replace(f"{{{key}}}", as_text(value))
    return text[:MAX_TEXT]


def apply_function(name: str, args: Sequence[object], named: Named) -> object:
    """``name(*args, **named)`` for Jinja's own global functions."""
    if name in {"dict", "namespace"}:
        base = args[0] if args and isinstance(args[0], dict) else {}
        return {**base, **named}
    if name == "range" and args and all(isinstance(arg, int) for arg in args):
        bounds = [arg for arg in args[:3] if isinstance(arg, int)]
        if max(map(abs, bounds)) > _MAX_NUMBER >> 2 or bounds[2:] == [0]:
            return UNKNOWN
        numbers = range(*bounds)
        return list(numbers) if len(numbers) <= 64 else UNKNOWN
    return UNKNOWN
