"""Templates: injection in every spelling is found, the public chat templates are clean."""

# ruff: noqa: E501, UP031

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.findings import Finding
from seamark.core.verdicts import Verdict, worst
from seamark.scan.models.code.templates import examine_template
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally


def examine(text: str) -> list[Finding]:
    scope = Scope(path="t.jinja", meter=Meter(Limits()), tally=Tally(), route=route)
    return list(examine_template(text, scope, anchor="chat_template"))


def verdict(text: str) -> Verdict:
    return worst(finding.rule.verdict for finding in examine(text))


HOSTILE = {
    "cycler": "{{ cycler.__init__.__globals__.os.popen('echo seamark').read() }}",
    "joiner": "{{joiner.__init__.__globals__.os.popen('echo seamark').read()}}",
    "namespace": "{{ namespace.__init__.__globals__.os.system('echo seamark') }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('echo seamark').read() }}",
    "subclasses": "{% for x in ().__class__.__base__.__subclasses__() %}"
    "{% if 'warning' in x.__name__ %}{{ x()._module.__builtins__['__import__']('os') }}"
    "{% endif %}{% endfor %}",
    "mro": "{{ ''.__class__.__mro__[1].__subclasses__()[132].__init__.__globals__['popen'] }}",
    "self": "{{ self._TemplateReference__context.cycler.__init__.__globals__.os }}",
    "subscript": "{{ messages['__class__']['__mro__'] }}",
    "escapes": '{{ messages["\\x5f\\x5fclass\\x5f\\x5f"] }}',
    "unicode escapes": '{{ messages|attr("\\u005f\\u005finit\\u005f\\u005f") }}',
    "attr filter": "{{ messages|attr('__class__') }}",
    "tilde": "{{ messages['__cl' ~ 'ass__'] }}",
    "plus": "{{ messages|attr('__glo' + 'bals__') }}",
    "join list": "{{ messages|attr(['__', 'class', '__']|join) }}",
    "join separator": "{{ messages|attr('__'|join('_class_')) or messages|attr(['','class','']|join('__')) }}",
    "format filter": "{{ messages|attr('%s%s'|format('__cla', 'ss__')) }}",
    "percent": "{{ messages['%c%cclass%c%c' % (95, 95, 95, 95)] }}",
    "reversed": "{{ messages['__ssalc__'[::-1]] }}",
    "reverse filter": "{{ messages|attr('__tini__'|reverse) }}",
    "dict join": "{{ messages|attr((dict(__in=1, it__=2)|join)) }}",
    "set variable": "{% set a = '__cla' %}{% set b = a ~ 'ss__' %}{{ messages[b] }}",
    "set twice": "{% set s = '__gl' %}{% set s = s ~ 'obals__' %}{{ messages[s] }}",
    "namespace variable": "{% set ns = namespace(k='__ini') %}{{ messages[ns.k ~ 't__'] }}",
    "set block": "{% set k %}__{% endset %}{{ messages[k ~ 'class' ~ k] }}",
    "macro argument": "{% macro get(o, n) %}{{ o[n ~ '__'] }}{% endmacro %}{{ get(messages, '__class') }}",
    "loop over names": "{% for n in ['__cla'] %}{{ messages[n ~ 'ss__'] }}{% endfor %}",
    "unknown middle": "{{ messages['__' ~ messages[0]['content'] ~ '__'] }}",
    "unknown underscores": "{% set u = (messages|string)[18] %}{{ messages[u ~ u ~ 'globals' ~ u ~ u] }}",
    "lower": "{{ messages['__CLASS__'|lower] }}",
    "replace": "{{ messages['..class..'.replace('.', '_')] }}",
    "str format": "{{ '{0.__class__.__init__.__globals__}'.format(messages) }}",
    "str format hidden": "{{ ('{0.__cla' ~ 'ss__}').format(messages) }}",
    "map attribute": "{{ messages|map(attribute='__class__')|list }}",
    "map dotted": "{{ messages|map(attribute='a.__init__.__globals__')|list }}",
    "map attr filter": "{{ [messages]|map('attr', '__class__')|list }}",
    "selectattr": "{{ messages|selectattr('__class__')|list }}",
    "groupby": "{{ messages|groupby('__class__') }}",
    "generator frame": "{{ (messages|map('upper')).gi_frame.f_globals }}",
    "import name": "{{ __import__('os') }}",
    "popen on anything": "{{ messages.popen('echo seamark') }}",
    "inside condition": "{% if messages[0].__class__ %}x{% endif %}",
    "inside generation": "{% generation %}{{ cycler.__init__ }}{% endgeneration %}",
    "inside call block": "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ m.__globals__ }}{% endcall %}",
    "include passwd": "{% include '/etc/passwd' %}",
    "import parent": "{% import '../../secret.jinja' as s %}",
    "conditional name": "{{ messages['__class__' if x else 'content'] }}",
    "default": "{{ messages[missing|default('__class__')] }}",
    "dict value": "{% set d = {'k': '__class__'} %}{{ messages[d.k] }}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_injection_is_hostile(text: str) -> None:
    assert verdict(text) is Verdict.HOSTILE


SUSPICIOUS = {
    "attr unknown": ("{{ messages|attr(messages[0].content) }}", "TPL006"),
    "private": ("{{ messages._secret }}", "TPL006"),
    "unknown function": ("{{ load_plugin('x') }}", "TPL005"),
    "flask": ("{{ request.args }}", "TPL005"),
    "include": ("{% include 'other.jinja' %}", "TPL004"),
    "range": ("{% for i in range(10**9) %}x{% endfor %}", "TPL007"),
    "range not in a loop": ("{{ range(999999999)|list|length }}", "TPL007"),
    "nested": (
        "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}",
        "TPL007",
    ),
    "repeat": ("{{ 'aaaaaaaaaa' * 100000000 }}", "TPL007"),
    "power": ("{{ 9**9**9 }}", "TPL007"),
    "pad": ("{{ 'a'|center(1000000000) }}", "TPL007"),
    "pad method": ("{{ messages[0].content.ljust(1000000000) }}", "TPL007"),
}


@pytest.mark.parametrize(("text", "rule"), SUSPICIOUS.values(), ids=SUSPICIOUS)
def test_suspicious_needs_review(text: str, rule: str) -> None:
    found = examine(text)
    assert rule in {finding.rule.id for finding in found}
    assert verdict(text) is Verdict.REVIEW


UNCLEAR = {
    "unclosed": "{% if x %}",
    "unknown tag": "{% launch missiles %}",
    "huge number": "{{ " + "9" * 5000 + " }}",
    "deep": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "deep blocks": "{% if 1 %}" * 4000,
    "long chain": "{{ a" + ".b" * 100_000 + " }}",
    "too long": "{{ a }}" + "x" * (1 << 20),
    "surrogate": "{{ '\ud800' }}{% end",
}


@pytest.mark.parametrize("text", UNCLEAR.values(), ids=UNCLEAR)
def test_what_cannot_be_examined_is_unclear(text: str) -> None:
    assert verdict(text) is Verdict.UNCLEAR


def test_a_name_is_reported_once_and_says_where() -> None:
    found = examine("line\n{{ cycler.__init__ }}{{ joiner.__init__ }}")
    assert [finding.anchor for finding in found] == ["chat_template:__init__"]
    assert found[0].evidence == {"template": "chat_template", "template_line": 2}


def test_findings_are_bounded() -> None:
    assert len(examine("".join("{{ a.__x%d__ }}" % i for i in range(500)))) == 50


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="{}%#-~+|()[]'\"\\.:,= \nabc_019*forinsetifend", max_size=120))
def test_any_text_gets_findings_never_an_error(text: str) -> None:
    examine("{{" + text)
    examine("{% " + text + " %}")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_split_of_an_internal_name_is_hostile(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["__class__", "__globals__", "__builtins__", "__init__"]))
    at = data.draw(st.integers(1, len(name) - 1))
    glue = data.draw(st.sampled_from(["'{}' ~ '{}'", "'{}' + '{}'", "['{}', '{}']|join"]))
    assert verdict("{{ messages[" + glue.format(name[:at], name[at:]) + "] }}") is Verdict.HOSTILE


MADE = {
    "loop into a namespace": "{% set ns=namespace(s='') %}{% for c in '__ssalc__' %}{% set ns.s = c ~ ns.s %}{% endfor %}{{ ''[ns.s] }}",
    "on messages": "{% set ns=namespace(s='') %}{% for c in '__ssalc__' %}{% set ns.s = c ~ ns.s %}{% endfor %}{{ messages[ns.s] }}",
    "block with a loop": "{% set x %}{% for c in ['__cl','ass__'] %}{{c}}{% endfor %}{% endset %}{{ ''[x|string] }}",
    "macro": "{% macro m() %}__cl{{'ass__'}}{% endmacro %}{{ ''[m()|string] }}",
    "caller": "{% macro m() %}{{ ''[caller()|string] }}{% endmacro %}{% call m() %}__{{ 'class' }}__{% endcall %}",
    "varargs": "{% macro m() %}{{ ''[varargs|join] }}{% endmacro %}{{ m('__cla','ss__') }}",
    "cycler": "{% set c=cycler('__cla','ss__') %}{{ ''[c.next() ~ c.next()] }}",
    "center": "{{ ''['class'.center(9,'_')] }}",
    "translate": "{{ ''['QQclassQQ'.translate({81:95})] }}",
    "trim": "{{ ''['x__class__x'|trim('x')] }}",
    "striptags": "{{ ''['__<b>class</b>__'|striptags] }}",
    "partition": "{{ ''['x=__class__'.partition('=')[2]] }}",
    "replace counted": "{{ ''['____class____'|replace('__', '', 2)] }}",
    "default of false": "{{ ''[''|default('__cla' ~ 'ss__', true)] }}",
    "sorted": "{{ ''[(['b', '__cla' ~ 'ss__']|sort(reverse=true))[1]] }}",
}  # fmt: skip


@pytest.mark.parametrize("text", MADE.values(), ids=MADE)
def test_a_key_of_own_text_is_never_clean(text: str) -> None:
    scope = Scope(path="t.jinja", meter=Meter(Limits()), tally=Tally(), route=route)
    found = {f.rule.id for f in examine_template(text, scope, anchor="chat_template")}
    assert found & {"TPL001", "TPL002", "TPL006"}
