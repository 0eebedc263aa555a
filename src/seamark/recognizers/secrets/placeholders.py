"""Values that stand for a secret rather than being one: examples, templates, references."""

from seamark.recognizers.secrets.patterns import compiled

_ANYWHERE = (
    r"(?i)example|change_?-?me|placeholder|your[_\-]?(?:api|own|secret|token|pass|key|access)|x{5,}|"
    r"dummy|redacted|\*{3,}|\.{3,}|insert[_\-]|replace[_\-]?(?:me|this|with)|"
    r"0123456789|1234567890|abcdefgh|12345678|qwerty|deadbeef|foobar|notreal|not_a_|fake|lorem|"
    r"sample|mock|0{8,}|1{8,}|a{8,}|<[^>]*>|\$\{|\{\{|\$\(|%\(|#\{|<%|\[\[|\{[^{}]{1,80}\}|"
    r"my[_\-]?(?:secret|token|pass|key|api)|0-9|a-z|A-Z|\\[dws]"
)
_WORDS = frozenset(
    "test tests testing secret secrets password passwd pass pwd token key api apikey none null nil "
    "true false undefined default admin root user username guest postgres mysql redis mongo mongodb "
    "rabbitmq string str bytes text value hidden required optional env todo tbd empty unset foo bar "
    "baz hello world super some any the my a an bearer basic auth client access refresh private "
    "public id invalid valid wrong bad good new old temp tmp demo dev local prod login service "
    "server data name here with for and not strong very app hunter2 pw letmein minioadmin".split()
)
_REFERENCE = (
    r"^(?:\$[A-Za-z_{(]|%[A-Za-z_(]|@[A-Za-z]+[./:(]|ENC\[|vault:|ssm:|arn:|op://|ref\+|secretref:|"
    r"projects/|[A-Za-z]+://[^:@]*$|env[.:(]|os\.|process\.|self\.|this\.|config[.\[]|settings\.|"
    r"var\.|local\.|module\.|data\.|secrets\.|vars\.|github\.|inputs\.|/[A-Za-z0-9_./-]+$|"
    r"\.{0,2}/|~/|[A-Za-z]:\\|\\)"
)


def is_placeholder(value: str) -> bool:
    """Whether the value says itself that it is an example, a template or a reference."""
    data = value.encode("utf-8", "surrogatepass")
    return (
        compiled(_ANYWHERE).search(data) is not None
        or _only_words(value)
        or compiled(_REFERENCE).search(data) is not None
        or len(set(value)) < min(6, max(3, len(value) // 3))
    )


def _only_words(value: str) -> bool:
    """Whether it is made of words that configuration is made of, perhaps numbered."""
    words = "".join(c if c.isalpha() else " " for c in value.lower()).split()
    others = sum(c.isdigit() for c in value)
    return others <= 4 and all(word in _WORDS for word in words)
