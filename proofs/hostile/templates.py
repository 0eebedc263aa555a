"""Chat templates that climb out of their sandbox: in GGUF, in tokenizer files, on their own."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import json
import struct
from collections.abc import Iterator

from proofs.hostile.case import Case

_LOOP = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"

CLIMBS = {
    "class-mro": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "cycler-globals": "{{ cycler.__init__.__globals__.os.popen('echo seamark-harmless').read() }}",
    "joiner": "{{ joiner.__init__.__globals__['os'].system('echo seamark-harmless') }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('echo seamark-harmless').read() }}",
    "namespace": "{{ namespace.__init__.__globals__.os.system('echo seamark-harmless') }}",
    "warning-loop": "{% for x in ().__class__.__base__.__subclasses__() %}{% if 'warning' in x.__name__ %}"
    "{{ x()._module.__builtins__['__import__']('os').popen('echo seamark').read() }}{% endif %}{% endfor %}",
    "attr-filter": "{{ ''|attr('__class__')|attr('__mro__') }}",
    "attr-concat": "{{ ''|attr('__cl' ~ 'ass__')|attr('__m' ~ 'ro__') }}",
    "attr-hex": "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "item-string": "{{ messages['__class__']['__init__']['__globals__'] }}",
    "item-concat": "{{ messages['__cla' + 'ss__'].mro() }}",
    "item-join": "{{ messages[['__cl', 'ass__']|join] }}",
    "item-format": "{{ messages['%s%s' % ('__cl', 'ass__')] }}",
    "set-then-use": "{% set a = '__class__' %}{{ messages[a] }}",
    "map-attribute": "{{ messages|map(attribute='__class__')|list }}",
    "selectattr": "{{ messages|selectattr('__class__')|list }}",
    "macro-globals": "{% macro f() %}{% endmacro %}{{ f.__globals__ if f else '' }}{{ f._func.__globals__ }}",
    "self-context": "{{ self._TemplateReference__context.cycler.__init__.__globals__ }}",
    "request-like": "{{ raise_exception.__globals__['__builtins__']['eval']('1') }}",
    "strftime-globals": "{{ strftime_now.__globals__.__builtins__.__import__('os') }}",
    "format-string": "{{ '{0.__class__.__mro__}'.format(messages) }}",
    "include-file": "{% include '/etc/hostname' %}",
    "import-file": "{% import '../../seamark.jinja' as x %}",
    "extends-file": "{% extends '/etc/hostname' %}",
    "generator-frame": "{{ (messages|map('upper')).gi_frame.f_back.f_globals }}",
    "mixed-in-real": _LOOP + "{{ cycler.__init__.__globals__.os.popen('id') if false else '' }}",
}
_DENIAL = {
    "endless-range": "{% for i in range(999999999999) %}{{ i }}{% endfor %}",
    "nested-ranges": "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "huge-repeat": "{{ 'a' * 99999999999 }}",
}


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(pairs: dict[str, str], *, version: int = 3, tail: bytes = b"") -> bytes:
    """A GGUF file with string metadata and no tensors."""
    out = b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs))
    for key, text in pairs.items():
        out += _string(key) + struct.pack("<I", 8) + _string(text)
    return out + tail


def _base(template: str) -> dict[str, str]:
    return {
        "general.architecture": "llama",
        "general.name": "m",
        "tokenizer.chat_template": template,
    }


def tokenizer(template: object) -> bytes:
    """A tokenizer_config.json with that chat template."""
    return json.dumps({"tokenizer_class": "LlamaTokenizer", "chat_template": template}).encode()


def cases() -> Iterator[Case]:
    """Every climb, in one of three carriers; then the carriers' own tricks."""
    carriers = ("gguf", "tokenizer", "jinja")
    for index, (name, climb) in enumerate(CLIMBS.items()):
        carrier = carriers[index % 3]
        text = climb if "{{" in climb and name == "mixed-in-real" else _LOOP + climb
        paths = {
            "gguf": f"template/{name}.gguf",
            "tokenizer": f"template/{name}/tokenizer_config.json",
            "jinja": f"template/{name}/chat_template.jinja",
        }
        yield Case(
            id=f"template/{carrier}/{name}", family="template", group=carrier,
            source="CVE-2024-34359 own", path=paths[carrier],
            build=lambda c=carrier, t=text: _carry(c, t),
        )  # fmt: skip
    bad = _LOOP + CLIMBS["cycler-globals"]
    extra = {
        "gguf-v2.gguf": gguf(_base(bad), version=2),
        "gguf-second-template.gguf": gguf({**_base(_LOOP), "tokenizer.chat_template.tool_use": bad}),
        "gguf-as.bin": gguf(_base(bad)),
        "gguf-trailing-pickle.gguf": gguf(_base(_LOOP), tail=b"\0" * 8 + b"cposix\nsystem\n(S'echo'\ntR."),
        "many/tokenizer_config.json": tokenizer([{"name": "default", "template": _LOOP},
                                                 {"name": "tool", "template": bad}]),
        "json/chat_template.json": json.dumps({"chat_template": bad}).encode(),
        "processor/processor_config.json": json.dumps({"chat_template": bad}).encode(),
        "unicode/tokenizer_config.json": tokenizer(bad).replace(b"__globals__", b"\\u005f\\u005fglobals__"),
        "not-a-template/tokenizer_config.json": tokenizer("{% for x in %}{{ x.__class__ "),
    }  # fmt: skip
    for name, data in extra.items():
        yield Case(
            id=f"template/carriers/{name}", family="template", group="carriers", source="own",
            path=f"template/carriers/{name}", build=lambda d=data: d,
            expected="stopped" if "trailing" in name or "not-a" in name else "found",
        )  # fmt: skip
    for name, text in _DENIAL.items():
        yield Case(
            id=f"template/denial/{name}", family="template", group="denial", source="own",
            path=f"template/denial-{name}.gguf", build=lambda t=text: gguf(_base(t)),
        )  # fmt: skip


def _carry(carrier: str, text: str) -> bytes:
    if carrier == "gguf":
        return gguf(_base(text))
    return tokenizer(text) if carrier == "tokenizer" else text.encode()
