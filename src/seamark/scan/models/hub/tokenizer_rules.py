"""Rules about tokenizers (family TOK)."""

from seamark.core.rules import Rule, Severity, cve, cwe
from seamark.core.verdicts import Verdict

SHARED_ID = Rule(
    id="TOK001",
    title="Tokens share a number or a text",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Text and special tokens that stand for one number let ordinary input end a turn or "
    "open a system message; libraries differ in which entry wins.",
    remedy="Compare the vocabulary with the publisher's; build the tokenizer again.",
    references=(cwe(436), cwe(694)),
)
DECEPTIVE_TOKEN = Rule(
    id="TOK002",
    title="Special token looks like another one",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Invisible characters or letters of another script inside a special token make two "
    "tokens look the same to reviewers and filters, and different to the model.",
    remedy="Print the token's code points; use the publisher's tokenizer.",
    references=(cwe(1007),),
)
REWRITES_TEXT = Rule(
    id="TOK003",
    title="Tokenizer puts words into the text",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A normalizer or decoder that inserts whole words or addresses changes what users say "
    "or what the model answers, outside the weights and unseen by filters on them.",
    remedy="Read the replacement named here; use the publisher's tokenizer.",
    references=(cwe(506),),
)
COSTLY_PATTERN = Rule(
    id="TOK004",
    title="Pattern can take exponential time",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A repetition inside a repetition can match one text in exponentially many ways. A "
    "short crafted input then stops the process that matches it.",
    remedy="Rewrite the pattern without nested repetitions, or use the publisher's.",
    references=(cwe(1333),),
)
ENDLESS_PADDING = Rule(
    id="TOK005",
    title="Tokenizer asks for more memory than any model has",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Padding to hundreds of millions of tokens, or a token with such a number, makes "
    "programs allocate that much for one short text.",
    remedy="Set padding when the tokenizer is used; use the publisher's tokenizer.",
    references=(cwe(770),),
)
OTHER_TOKEN = Rule(
    id="TOK006",
    title="Post-processor adds other tokens than it says",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The numbers that are put around each text belong to other tokens than the names "
    "beside them, so every prompt begins or ends with something that reviewers do not see.",
    remedy="Build the tokenizer again, or use the publisher's.",
    references=(cwe(451),),
)
CHARACTER_MAP = Rule(
    id="TOK007",
    title="SentencePiece character map is broken",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Native code follows the offsets of the precompiled map; those of old versions does "
    "not compare them with its length and reads outside of it.",
    remedy="Update sentencepiece to 0.2.1 or later, and use the publisher's file.",
    references=(cve("CVE-2026-1260"), cwe(125)),
)
FOREIGN_FIELD = Rule(
    id="TOK008",
    title="SentencePiece model has fields that no version defines",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Readers keep and ignore unknown fields, so they can carry a payload for another "
    "program inside a file that works.",
    remedy="Find out what wrote the field; use the publisher's file.",
    references=(cwe(434),),
)

RULES = (
    SHARED_ID,
    DECEPTIVE_TOKEN,
    REWRITES_TEXT,
    COSTLY_PATTERN,
    ENDLESS_PADDING,
    OTHER_TOKEN,
    CHARACTER_MAP,
    FOREIGN_FIELD,
)
