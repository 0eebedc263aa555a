"""Programs where a model should be: llamafiles, self-extracting archives, disguised executables.

Native code is not examined, so no program comes out clean; what it carries is: the archive at its
end, with the weights and the arguments that a llamafile starts with.
Source: https://github.com/mozilla-ai/llamafile (a zip behind an actually portable executable).
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models import rules as file_rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.packages import programs_rules as rules
from seamark.scan.models.packages.kinds import PORTABLE
from seamark.scan.models.packages.program_ends import end_of_program
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

_ARCHIVES = (
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"MSCF\0\0\0\0", "Cabinet"),
    (b"\xef\xbe\xad\xdeNullsoftInst", "NSIS"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"hsqs", "squashfs"),
    (b"AI\x02", "AppImage"),
)
_SEARCHED = 1 << 20
_STEP = 16
_ARGUMENTS_LIMIT = 64 << 10
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_OPEN = frozenset({"--unsecure", "--rpc", "--tools", "--dangerously-enable-remote-tools"})
_ADDRESSES = frozenset(
    "-mu --model-url -hf --hf-repo -hfr -hff --hf-file --mmproj-url -dr --docker-repo".split()
)
_FILES = frozenset(
    """-m --model --mmproj --lora --lora-base --lora-scaled --control-vector -md --model-draft
    --path --public --log-file --ssl-key-file --ssl-cert-file --slot-save-path --prompt-cache -f
    --file -bf --binary-file --system-prompt-file -spf --api-key-file --chat-template-file
    --grammar-file --json-schema-file -lcs -lcd --lookup-cache-static --lookup-cache-dynamic
    --media-path --models-dir --www-path --image""".split()
)


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """What a program says of itself by name and content, and all that rides on it."""
    from seamark.scan.models.weights.recognized import MODEL_EXTENSIONS, suffix_of
    from seamark.scan.models.weights.tails import find_zip_end

    head = blob.read(0, 16)
    suffix = suffix_of(scope.name)
    zipped = find_zip_end(blob) is not None
    self_running = suffix == ".llamafile" or (head.startswith(PORTABLE) and zipped)
    if self_running:
        scope.describe(framework="llamafile")
        yield scope.finding(rules.SELF_RUNNING_MODEL, "The model is a program.", anchor="llamafile")
    elif suffix in MODEL_EXTENSIONS:
        yield scope.finding(
            rules.PROGRAM,
            f"The name ends in {suffix}, but the content is a native program.",
            anchor=suffix,
            evidence={"first_bytes": head[:8].hex()},
        )
    yield scope.finding(
        file_rules.NOT_YET_READ,
        "Native program or library: its code is not examined.",
        anchor="executable",
    )
    yield from _examine_zip(blob, scope, zipped, expected=self_running)
    if not zipped:
        yield from _examine_overlay(blob, scope)


def _examine_zip(blob: Blob, scope: Scope, zipped: bool, *, expected: bool) -> Iterator[Finding]:
    if zipped and expected:
        from seamark.scan.models.archives.zip import examine_appended
        from seamark.scan.models.router import examine_as

        yield from examine_as(examine_appended, blob, scope, "(appended zip)")
        return
    from seamark.scan.models.weights.tails import examine_appended_zip

    yield from examine_appended_zip(blob, scope, host="executable")


def _examine_overlay(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """What follows the program's own parts: there self-extracting archives keep theirs."""
    end = end_of_program(blob)
    if end is None or end >= blob.size:
        return
    found = _archive_from(blob, end)
    if found is None:
        return
    at, title = found
    yield scope.finding(
        rules.UNPACKER,
        f"{title} data of {blob.size - at} bytes follow the program.",
        anchor=f"overlay:{title}",
        offset=at,
    )
    yield from scope.examine(blob.slice(at, blob.size - at), "(behind the program)")


def _archive_from(blob: Blob, end: int) -> tuple[int, str] | None:
    """The first archive that begins behind the program, where 7z and others align it."""
    window = blob.read(end, min(_SEARCHED, blob.size - end))
    found = []
    for mark, title in _ARCHIVES:
        at = window.find(mark)
        # Short marks also occur by chance: they count at the very beginning only.
        if at == 0 or (at > 0 and len(mark) >= 6):
            found.append((end + at, title))
    return min(found, default=None)


def examine_arguments(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """``.args`` of a llamafile: one argument a line, used whenever it starts."""
    scope.set_format("text")
    text = blob.read(0, _ARGUMENTS_LIMIT)
    scope.tally.bytes += len(text)
    if blob.size > _ARGUMENTS_LIMIT:
        scope.skip(f"only {_ARGUMENTS_LIMIT} bytes of the arguments were read")
    words = [line.strip() for line in text.decode("utf-8", "replace").splitlines()]
    seen: set[str] = set()
    for index, word in enumerate(words):
        option, separator, value = word.partition("=")
        if not separator:
            value = words[index + 1] if index + 1 < len(words) else ""
        if option in seen or not _opens(option, value):
            continue
        seen.add(option)
        shown = f"{option} {value}".strip() if option not in _OPEN else option
        yield scope.finding(rules.OPENS_UP, f"It starts with '{shown[:200]}'.", anchor=shown[:200])


def _opens(option: str, value: str) -> bool:
    if option in _OPEN or option in _ADDRESSES:
        return True
    if option == "--host":
        return value not in _LOCAL_HOSTS
    if option in _FILES:
        return leads_outside(value.removeprefix("/zip/"))
    return False
