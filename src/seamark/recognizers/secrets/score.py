"""The score of a candidate: it ranks, and never deletes. What is unlikely becomes a remark."""

from seamark.core.rules import Confidence
from seamark.recognizers.secrets.assignments import Assignment
from seamark.recognizers.secrets.kinds import Kind
from seamark.recognizers.secrets.patterns import compiled
from seamark.recognizers.secrets.placeholders import is_placeholder
from seamark.recognizers.secrets.plausible import password_like, random_like
from seamark.recognizers.secrets.structure import entropy

HIGH = 0.8
MEDIUM = 0.5

_PLACEHOLDER = 0.6
_TEST = 0.5
_FLAT = 0.4

_ABOUT = (
    r"(?i)(?:_|-|\b)(?:id|ids|name|names|url|uri|path|file|filename|dir|type|length|len|size|count|"
    r"field|prefix|suffix|format|regex|pattern|header|hash|digest|sha[0-9]*|md5|endpoint|expiry|"
    r"expires|ttl|policy|hint|label|title|version|param|params|index|column|attr|attribute|method|"
    r"class|mode|algorithm|alg|usage|scope|env|var|placeholder|help|message|error|desc|description|"
    r"limit|limits|max|min|budget|tokens|separator|sep|idx|pos|mapping|map|at|by|ref|arn|store|"
    r"provider|manager|rotation|validator|reset|fingerprint|thumbprint|revision|rev|checksum|etag)s?$|"
    r"public|pubkey|tokeniz|keyword|keyboard|monkey|passive|passage|author|keyframe|hotkey|"
    r"primary|foreign|sort_?key|partition|cache|compass|bypass|passed|turkey|donkey|jockey|"
    r"dedup|idempot|i18n|special|token_?type|csrf|pass_?through|surpass|auth_?or"
)
"""Names that speak about a secret, or of something else."""


_WORD = r"(?i)pass|pwd|secret|token|key|cred|auth|salt|value"


def confidence(score: float) -> Confidence:
    """The three steps in which scores are shown."""
    if score >= HIGH:
        return Confidence.HIGH
    return Confidence.MEDIUM if score >= MEDIUM else Confidence.LOW


def score_token(kind: Kind, value: str) -> float:
    """Of a value that tells itself what it is, or that its name and form tell."""
    score = kind.score
    # Of long ones (keys) the beginning tells, behind a line end that may be escaped.
    told = value if len(value) < 300 else value.lstrip("\\nr \t\r\n\"',+")[:80]
    if is_placeholder(told):
        score -= _PLACEHOLDER
    if not all(test(value) for test in kind.tests):
        score -= _TEST
    if entropy(value[:600]) < kind.entropy:
        score -= _FLAT
    return round(max(score, 0.0), 2)


def score_generic(kind: Kind, found: Assignment) -> float:
    """Of a value that only its name calls secret."""
    value = found.value
    password = kind.id == "generic-password"
    likely = password_like(value) if password else random_like(value)
    if not likely:  # nearly all: nothing else can raise it
        return round(kind.score - (0.5 if found.quoted and not found.loose else 0.8), 2)
    score = kind.score
    if is_placeholder(value):
        score -= _PLACEHOLDER
    if compiled(_ABOUT).search(found.name.encode("ascii", "replace")):
        score -= 0.5
    signs = any(sign in value for sign in "=&|*\\")
    if signs and not found.quoted and not random_like(value):
        score -= 0.3  # it may be an expression of a program
    if compiled(_WORD).search(found.name.rpartition(".")[2].encode("ascii", "replace")) is None:
        score -= 0.4  # key.startswith("…"), token.kind == "…": it is the name of something else
    if found.loose or found.call:
        score -= 0.2
    if kind.id == "generic-key":
        score -= 0.1
    return round(max(score, 0.0), 2)
