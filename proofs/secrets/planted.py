"""Kinds of secrets and of look-alikes, drawn from a seed; nothing live is ever written down.

The generator knows formats from public documentation and nothing of the rules.
"""

import base64
import json
import random
import string
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass

_L, _U, _D = string.ascii_lowercase, string.ascii_uppercase, string.digits
_62 = _D + _U + _L
_HEX = "0123456789abcdef"
Draw = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class Planted:
    """One kind: the name it is assigned to, and how a value is drawn."""

    id: str
    name: str
    draw: Draw


def chars(alphabet: str, count: int, rng: random.Random) -> str:
    """``count`` characters, at least one of each class that the alphabet has."""
    while True:
        text = "".join(rng.choice(alphabet) for _ in range(count))
        classes = [set(c) for c in (_L, _U, _D) if set(c) & set(alphabet)]
        if count < 16 or all(set(text) & each for each in classes):
            return text


def _of(prefix: str, alphabet: str, count: int, end: str = "") -> Draw:
    return lambda rng: prefix + chars(alphabet, count, rng) + end


def _github(prefix: str) -> Draw:
    def draw(rng: random.Random) -> str:
        body = chars(_62, 30, rng)
        number, check = zlib.crc32(body.encode()), ""
        while number:
            number, rest = divmod(number, 62)
            check = (_D + _U + _L)[rest] + check
        return prefix + body + check.rjust(6, "0")

    return draw


def _jwt(rng: random.Random) -> str:
    parts = [
        json.dumps({"alg": "HS256", "typ": "JWT"}).encode(),
        json.dumps({"sub": str(rng.getrandbits(40)), "iat": rng.getrandbits(31)}).encode(),
        rng.randbytes(32),
    ]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _password(rng: random.Random) -> str:
    core = chars(_62, rng.randint(10, 16), rng)
    at = rng.randint(3, 8)
    return core[:at] + rng.choice("!%^+-_") + core[at:] + str(rng.randint(2, 99)) + "Kq"


def _url(scheme: str) -> Draw:
    return lambda rng: (
        f"{scheme}://svc_{chars(_L, 4, rng)}:{chars(_62, 14, rng)}@db-{chars(_L, 3, rng)}"
        f".internal:{rng.randint(1000, 9999)}/main"
    )


SECRETS = (
    Planted("aws-id", "AWS_ACCESS_KEY_ID", _of("AK" + "IA", _U + "234567", 16)),
    Planted("aws-secret", "AWS_SECRET_ACCESS_KEY", _of("", _62 + "+/", 40)),
    Planted("gcp", "GOOGLE_API_KEY", _of("AI" + "za", _62 + "_-", 35)),
    Planted("github", "GITHUB_TOKEN", _github("gh" + "p_")),
    Planted("github-app", "GH_APP_TOKEN", _github("gh" + "s_")),
    Planted("gitlab", "GITLAB_TOKEN", _of("glp" + "at-", _62 + "_", 20)),
    Planted("slack", "SLACK_BOT_TOKEN",
            lambda rng: "xo" + f"xb-{chars(_D, 12, rng)}-{chars(_D, 12, rng)}-"
            + chars(_62, 24, rng)),
    Planted("stripe", "STRIPE_SECRET_KEY", _of("sk" + "_live_", _62, 24)),
    Planted("sendgrid", "SENDGRID_API_KEY",
            lambda rng: "S" + f"G.{chars(_62, 22, rng)}.{chars(_62, 43, rng)}"),
    Planted("openai", "OPENAI_API_KEY", _of("sk-" + "proj-", _62 + "_-", 120, "A")),
    Planted("anthropic", "ANTHROPIC_API_KEY", _of("sk-" + "ant-api03-", _62 + "_-", 93, "AA")),
    Planted("huggingface", "HF_TOKEN", _of("h" + "f_", _L + _U, 34)),
    Planted("groq", "GROQ_API_KEY", _of("gs" + "k_", _62, 52)),
    Planted("replicate", "REPLICATE_API_TOKEN", _of("r" + "8_", _62, 37)),
    Planted("nvidia", "NVIDIA_API_KEY", _of("nv" + "api-", _62 + "_-", 64)),
    Planted("langsmith", "LANGSMITH_API_KEY",
            lambda rng: "lsv2" + f"_pt_{chars(_HEX, 32, rng)}_{chars(_HEX, 10, rng)}"),
    Planted("pinecone", "PINECONE_API_KEY", _uuid),
    Planted("wandb", "WANDB_API_KEY", _of("", _HEX, 40)),
    Planted("cohere", "COHERE_API_KEY", _of("", _62, 40)),
    Planted("mistral", "MISTRAL_API_KEY", _of("", _62, 32)),
    Planted("datadog", "DATADOG_API_KEY", _of("", _HEX, 32)),
    Planted("databricks", "DATABRICKS_TOKEN", _of("da" + "pi", _HEX, 32)),
    Planted("npm", "NPM_TOKEN", _github("np" + "m_")),
    Planted("digitalocean", "DIGITALOCEAN_TOKEN", _of("do" + "p_v1_", _HEX, 64)),
    Planted("jwt", "SESSION_JWT", _jwt),
    Planted("postgres", "DATABASE_URL", _url("postgresql")),
    Planted("mongodb", "MONGO_URI", _url("mongodb+srv")),
    Planted("redis", "REDIS_URL", _url("redis")),
    Planted("amqp", "BROKER_URL", _url("amqp")),
    Planted("password", "DB_PASSWORD", _password),
    Planted("secret", "CLIENT_SECRET", _of("", _62, 32)),
    Planted("token", "SERVICE_AUTH_TOKEN", _of("", _HEX, 40)),
)  # fmt: skip

BENIGN = (
    Planted("placeholder", "API_KEY", lambda rng: rng.choice(
        ["your-api-key-here", "changeme", "<your token>", "xxxxxxxxxxxxxxxx", "REPLACE_ME_1234"])),
    Planted("reference", "DB_PASSWORD", lambda rng: rng.choice(
        ["${DB_PASSWORD}", "{{ vault.db }}", "$DB_PASS", "%(password)s", "op://prod/db/password"])),
    Planted("word", "PASSWORD_FIELD", lambda rng: rng.choice(
        ["password", "user_password", "current-password", "Enter your password"])),
    Planted("commit", "GIT_COMMIT", _of("", _HEX, 40)),
    Planted("digest", "IMAGE_DIGEST", lambda rng: "sha256:" + chars(_HEX, 64, rng)),
    Planted("uuid", "REQUEST_ID", _uuid),
    Planted("public", "PUBLIC_KEY_ID", _of("", _HEX, 16)),
    Planted("url", "TOKEN_URL", lambda rng: f"https://auth.{chars(_L, 6, rng)}.com/oauth/token"),
    Planted("path", "SECRET_FILE", lambda rng: f"/run/secrets/{chars(_L, 8, rng)}_key.pem"),
    Planted("name", "SECRET_NAME", lambda rng: f"prod-{chars(_L, 5, rng)}-credentials"),
    Planted("model", "TOKENIZER", lambda rng: f"meta-llama/Llama-{rng.randint(2, 4)}-8B-Instruct"),
    Planted("limit", "MAX_TOKENS", lambda rng: str(rng.randint(1000, 99999))),
)  # fmt: skip
