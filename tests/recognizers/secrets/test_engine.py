import base64
import importlib.util
import json
import pickle
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.secrets.planted import SECRETS, chars
from seamark.core.rules import Confidence
from seamark.recognizers.secrets import structure
from seamark.recognizers.secrets.engine import Recognizer
from seamark.recognizers.secrets.patterns import PatternSet
from seamark.recognizers.secrets.placeholders import is_placeholder
from seamark.recognizers.secrets.value import SecretValue

ENGINE = Recognizer(fast=False)
_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def value_of(kind: str, seed: int = 1) -> str:
    return next(each for each in SECRETS if each.id == kind).draw(random.Random(seed))


def best(text: str) -> tuple[str, Confidence] | None:
    found = ENGINE.find(text.encode())
    top = max(found, key=lambda c: c.score, default=None)
    return (top.kind.id, top.confidence) if top else None


def test_a_good_checksum_is_sure_and_a_bad_one_is_not() -> None:
    good = value_of("github")
    bad = good[:-1] + ("a" if good[-1] != "a" else "b")
    assert best(f"x = '{good}'") == ("github-pat", Confidence.HIGH)
    assert best(f"x = '{bad}'") == ("github-pat", Confidence.LOW)


def test_examples_of_documentation_rank_low() -> None:
    assert best("AKIA" + "IOSFODNN7EXAMPLE") == ("aws-access-key-id", Confidence.LOW)


@pytest.mark.parametrize(
    "text",
    [
        "password = os.environ['DB_PASSWORD']",
        "password = get_password(user)",
        'password = "${DB_PASSWORD}"',
        'password: "{{ vault_password }}"',
        'token = "your-api-key-here"',
        'secret_name = "prod-database-credentials"',
        "for token in tokens: yield token",
        'if token == "Bearer": pass',
        'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")',
        'field = ("password", "user_password_field")',
        "postgresql://user:password@localhost/db",
        "https://example.com/login?next=/password",
        'key = "oauth-2025-04-20"',
        '"input_cost_per_token": 1.1428571428571428e-06,',
    ],
)
def test_what_is_no_secret_gets_no_confidence(text: str) -> None:
    assert all(each.confidence is Confidence.LOW for each in ENGINE.find(text.encode()))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "form",
    [
        'password = "{}"', "DB_PASSWORD={}", "db_password: {}", '{{"password": "{}"}}',
        "ENV DB_PASSWORD {}", "os.environ.setdefault('DB_PASSWORD', '{}')",
        "- name: DB_PASSWORD\n  value: {}", '{{"name": "DB_PASSWORD", "value": "{}"}}',
        "<password>{}</password>", "postgresql://svc:{}@db.internal/main",
        "mysql+pymysql://svc:{}@db.internal/main", "jdbc:postgresql://h/d?user=u&password={}",
        "Server=db;Database=main;User Id=sa;Password={};", "redis://:{}@cache.internal:6379/0",
        "machine api.internal login svc password {}", "db.internal:5432:main:svc:{}",
        'db_password: str = "{}"',
    ],
)  # fmt: skip
def test_passwords_are_found_in_every_form(form: str, seed: int) -> None:
    rng = random.Random(seed)
    value = chars(_62, 9, rng) + "-" + chars(_62, 8, rng)
    found = ENGINE.find((form.format(value) + "\n").encode())
    assert [c for c in found if c.value.reveal() == value and c.score >= 0.5]


def test_overlapping_candidates_give_the_special_kind() -> None:
    text = f'OPENAI_API_KEY = "{value_of("openai")}"'
    assert [c.kind.id for c in ENGINE.find(text.encode())] == ["openai-project-key"]


@pytest.mark.parametrize("label", ["", "RSA ", "EC ", "OPENSSH "])
def test_private_keys_need_a_body(label: str) -> None:
    rng = random.Random(label)
    raw = b"openssh-key-v1\0" if "SSH" in label else b"\x30\x82\x04\xa4\x02\x01\x00"
    body = base64.b64encode(raw + rng.randbytes(600)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    head, end = f"-----BEGIN {label}PRIVATE KEY-----", f"-----END {label}PRIVATE KEY-----"
    for text in (
        f"{head}\n{lines}\n{end}\n",
        json.dumps({"private": f"{head}\n{lines}\n{end}\n"}),
        f"key: |\n  {head}\n  " + lines.replace("\n", "\n  ") + f"\n  {end}\n",
    ):
        found = best(text)
        assert found is not None
        assert found[1] is Confidence.HIGH
    empty = best(f"{head}\n" + "....\n" * 12 + end)
    assert empty is None or empty[1] is Confidence.LOW


def test_a_value_shows_nothing_by_accident() -> None:
    text = value_of("github")
    value = SecretValue(text, prefix="gh" + "p_")
    for shown in (repr(value), str(value), f"{value}", value.redacted(), value.digest(b"k" * 32)):
        assert text not in shown
        assert text[4:20] not in shown
    assert value.digest(b"k" * 32) == value.digest(b"k" * 32) != value.digest(b"j" * 32)
    assert SecretValue("short-Pa55").redacted() == "…"
    with pytest.raises(TypeError):
        pickle.dumps(value)


def test_the_last_characters_of_long_values_only() -> None:
    assert SecretValue("a" * 19 + "b", prefix="aa").redacted() == "aa…"
    assert SecretValue("aa" + "c" * 16 + "wxyz", prefix="aa").redacted() == "aa…wxyz"


def test_structure_tests_never_raise() -> None:
    tests = [structure.is_jwt, structure.crc_base62, structure.is_pem_body, structure.basic_pair,
             structure.azure_storage_key, structure.is_uuid, structure.bcrypt_like]  # fmt: skip

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=200))
    def prove(text: str) -> None:
        assert all(test(text) in (True, False) for test in tests)

    prove()


def test_a_set_that_gives_up_names_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = PatternSet(["abc", "def"])
    assert list(chosen.matching(b"abc")) == [0]

    class Full:
        def Match(self, _text: bytes) -> list[int]:  # noqa: N802
            return []

    chosen._set = Full()
    assert list(chosen.matching(b"abc")) == [0, 1]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_ordered_spans_inside(data: bytes) -> None:
    found = ENGINE.find(b"password='" + data + b"' token=" + data)
    ends = [0]
    for each in found:
        assert each.start >= ends[-1]
        assert each.end <= 2 * len(data) + 18
        assert 0 <= each.score <= 1
        ends.append(each.end)


@pytest.mark.skipif(
    importlib.util.find_spec("hyperscan") is None, reason="pip install seamark[fast]"
)
def test_hyperscan_and_re2_give_the_same() -> None:
    fast = Recognizer(fast=True)
    rng = random.Random(7)
    texts = [rng.randbytes(2000) for _ in range(20)]
    texts += [
        f"{each.name} = '{each.draw(rng)}' {chars(_62, 40, rng)}".encode() for each in SECRETS
    ]
    texts += [b"\n".join(rng.sample(texts, 5)) for _ in range(20)]
    for text in texts:
        one = [(c.kind.id, c.start, c.end, c.score) for c in ENGINE.find(text)]
        assert one == [(c.kind.id, c.start, c.end, c.score) for c in fast.find(text)]


@pytest.mark.parametrize("text", ["<token>", "${VAR}", "{{ x }}", "changeme", "xxxxxxxx"])
def test_placeholders_are_known(text: str) -> None:
    assert is_placeholder(text)
