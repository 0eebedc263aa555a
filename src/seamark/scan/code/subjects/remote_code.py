"""Code and models fetched from hubs: trusted remote code, revisions that can move."""

from collections.abc import Iterator
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, atlas, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.code.sites import Sight, Site, Subject, Trigger

TRUSTS_REMOTE_CODE = Rule(
    id="RMC001",
    title="Code of a model repository is run",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="trust_remote_code=True imports Python that the model's author may change any day.",
    remedy="Use a model that the library supports itself; else read the code and pin the commit "
    "with revision=.",
    references=(cwe(829), cwe(94), atlas("AML.T0010"), owasp_llm(3)),
)
MOVING_REVISION = Rule(
    id="RMC002",
    title="A download from a hub is not pinned",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="Without a commit the same line gives other weights, or other data, tomorrow.",
    remedy="Pass revision= with the full commit hash that was examined.",
    references=(cwe(494), owasp_llm(3)),
)
TORCH_HUB = Rule(
    id="RMC003",
    title="torch.hub runs code of a branch that can move",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="torch.hub.load downloads a repository and imports its hubconf.py.",
    remedy="Name a full commit (owner/repo:commit), or load a local copy with source='local'.",
    references=(cwe(829), cwe(494), owasp_llm(3)),
)
TORCH_HUB_TRUST = Rule(
    id="RMC004",
    title="torch.hub is told to trust a repository without asking",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="trust_repo=True skips the question that torch asks before it runs foreign code.",
    remedy="Leave trust_repo at 'check' and name a full commit.",
    references=(cwe(829), owasp_llm(3)),
)

_HASH: Final = frozenset("0123456789abcdef")


def _is_commit(revision: str) -> bool:
    return len(revision) >= 40 and set(revision.lower()) <= _HASH


def _trusts(site: Site) -> Iterator[Sight]:
    if not site.says(True, None, "trust_remote_code"):
        return
    pinned = _is_commit(site.text_of(site.argument(None, "revision", "code_revision")))
    yield site.sight(
        TRUSTS_REMOTE_CODE,
        f"{site.text or site.called} is called with trust_remote_code=True"
        + (", though at a pinned commit." if pinned else "."),
        about=f"{site.method}:trust_remote_code",
        confidence=Confidence.MEDIUM if pinned else Confidence.HIGH,
    )


_LOCAL: Final = ("./", "../", "/", "~", "\\")
_HUB_PACKAGES: Final = (
    "transformers.",
    "diffusers.",
    "sentence_transformers.",
    "peft.",
    "optimum.",
    "timm.",
    "huggingface_hub.",
    "datasets.",
    "tokenizers.",
)


def _download(site: Site) -> Iterator[Sight]:
    if not site.path.startswith(_HUB_PACKAGES) or site.starred:
        return
    name = site.text_of(
        site.argument(0, "repo_id", "path", "pretrained_model_name_or_path", "model_name_or_path")
    )
    # Only a name written out can be told from a folder on disk.
    if not name or name.startswith(_LOCAL) or " " in name or name.count("/") > 1:
        return
    if name.endswith((".json", ".csv", ".txt", ".bin", ".pt")) or name in _BUILDERS:
        return
    revision = site.argument(None, "revision")
    if revision is None or _moves(site.text_of(revision)):
        yield site.sight(
            MOVING_REVISION,
            f"{site.text or site.called} takes {name[:80]} at a revision that can move.",
            about=name[:120],
        )


_BUILDERS: Final = frozenset(
    "json csv text parquet imagefolder audiofolder arrow webdataset".split()
)


def _moves(revision: str) -> bool:
    """Whether a revision is known to be a branch; a variable may well hold a commit."""
    return bool(revision) and not _is_commit(revision)


def _torch_hub(site: Site) -> Iterator[Sight]:
    if site.text_of(site.argument(None, "source")) == "local":
        return
    repository = site.text_of(site.argument(0, "repo_or_dir", "github"))
    if site.says(True, None, "trust_repo"):
        yield site.sight(
            TORCH_HUB_TRUST,
            f"torch.hub.load trusts {repository[:80] or 'a repository'} without asking.",
            about=repository[:120],
        )
    if repository.startswith(_LOCAL):
        return
    if repository and not _is_commit(repository.partition(":")[2]):
        yield site.sight(
            TORCH_HUB,
            f"torch.hub.load runs code of {repository[:80]} at a revision that can move.",
            about=repository[:120],
        )


SUBJECT = Subject(
    rules=(TRUSTS_REMOTE_CODE, MOVING_REVISION, TORCH_HUB, TORCH_HUB_TRUST),
    triggers=(
        Trigger(("trust_remote_code",), pattern=r"trust_remote_code\s*=\s*[^,)\s]"),
        Trigger(("hub.load",)),
        # A name written out, and not in the prompt of an example inside of a docstring.
        Trigger(
            (
                "from_pretrained(",
                "hf_hub_download(",
                "snapshot_download(",
                "load_dataset(",
                "SentenceTransformer(",
            ),
            pattern=r"^[^>#\n]*(?:from_pretrained|_download|load_dataset|SentenceTransformer)"
            r"\(\s*(?:\w+=)?[\"']",
        ),
    ),
    calls={
        "torch.hub.load": _torch_hub,
        "datasets.load_dataset": _download,
        "huggingface_hub.hf_hub_download": _download,
        "huggingface_hub.snapshot_download": _download,
        "sentence_transformers.SentenceTransformer": _download,
    },
    methods={"from_pretrained": _download},
    every=_trusts,
)
