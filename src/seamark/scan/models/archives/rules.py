"""Rules about archives and compressed files (family ARC)."""

from seamark.core.rules import Rule, Severity, cve, cwe
from seamark.core.verdicts import Verdict

_FETCH_AGAIN = "Do not load the file; ask its source for one that was written by an ordinary tool."

AMBIGUOUS = Rule(
    id="ARC001",
    title="Archive has two readings",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Programs find different members in the same bytes, so a check by one says nothing "
    "about what another loads. No ordinary writer makes such a file.",
    remedy=_FETCH_AGAIN,
    references=(cwe(436), cwe(444)),
)
HEADERS_DISAGREE = Rule(
    id="ARC002",
    title="Local and central header disagree",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A zip member is described twice. Where the descriptions differ, a scanner can be "
    "made to fail on, or to see, something else than the loader.",
    remedy=_FETCH_AGAIN,
    references=(cve("CVE-2025-1944"), cwe(436)),
)
FLAGS_LIE = Rule(
    id="ARC003",
    title="Member is flagged as unreadable but is not",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A flag such as encryption makes strict readers refuse the member, while loaders that "
    "ignore the flag read it.",
    remedy=_FETCH_AGAIN,
    references=(cve("CVE-2025-1945"), cwe(436)),
)
HIDDEN_MEMBER = Rule(
    id="ARC004",
    title="Member is missing from the directory",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A reader that goes through the archive from its beginning finds a member that readers "
    "of the directory never see.",
    remedy=_FETCH_AGAIN,
    references=(cwe(436),),
)
DUPLICATE = Rule(
    id="ARC005",
    title="Several members have one name",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Some readers take the first, others the last; which one is loaded depends on the "
    "program.",
    remedy=_FETCH_AGAIN,
    references=(cwe(436),),
)
OVERLAP = Rule(
    id="ARC006",
    title="Members share bytes",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Overlapping members hide content in each other, and let a small file expand without "
    "bound.",
    remedy=_FETCH_AGAIN,
    references=(cwe(409),),
)
TRAVERSAL = Rule(
    id="ARC007",
    title="Member name leads out of the folder",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Extracting the archive writes outside the chosen folder, for instance over a start-up "
    "file or a library.",
    remedy="Do not extract the archive; no model needs such a name.",
    references=(cwe(22), cve("CVE-2025-23304")),
)
ODD_NAME = Rule(
    id="ARC008",
    title="Member name is read differently by different programs",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="NUL, backslash and control characters are cut, converted or kept, depending on the "
    "program, so the member has several names.",
    remedy=_FETCH_AGAIN,
    references=(cwe(436), cwe(158)),
)
LINK = Rule(
    id="ARC009",
    title="Archive holds a link",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A link makes one name stand for another file once the archive is extracted; models "
    "do not need links.",
    remedy="Replace the link by the file that it names.",
    references=(cwe(59),),
)
LINK_ESCAPES = Rule(
    id="ARC010",
    title="Link leads out of the archive",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="After extraction the link reaches files of the machine; a later member can be "
    "written through it.",
    remedy="Do not extract the archive; no model needs such a link.",
    references=(cwe(59), cwe(22), cve("CVE-2025-23304")),
)
ENCRYPTED = Rule(
    id="ARC011",
    title="Member is encrypted",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What is encrypted cannot be examined.",
    remedy="Decrypt the archive and scan what comes out.",
)
WRONG_CHECKSUM = Rule(
    id="ARC012",
    title="Checksum does not match",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Strict readers refuse the member, relaxed loaders (torch among them) read it: "
    "a known way past scanners, or a damaged file.",
    remedy="Fetch or save the file again and compare its digest with the publisher's.",
    references=(cwe(354), cve("CVE-2025-10156")),
)
STRAY_BYTES = Rule(
    id="ARC013",
    title="Bytes that belong to no member",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Content outside all members is invisible to ordinary readers and can carry a payload "
    "for another program.",
    remedy="Write the archive again from its members.",
    references=(cwe(434),),
)
UNREADABLE_MEMBER = Rule(
    id="ARC014",
    title="Member could not be read",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What was not read was not examined; a more tolerant loader may still read it.",
    remedy="Fetch or save the file again; if it is the same, extract and scan its members.",
)
BOMB = Rule(
    id="ARC015",
    title="Archive expands beyond reason",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Expanding it costs far more memory or disk than the file's size suggests.",
    remedy="Do not extract the file; if it is trusted, raise the limits and scan it again.",
    references=(cwe(409),),
)
SIZE_LIES = Rule(
    id="ARC016",
    title="Member is not as long as it says",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Readers stop at different places of the member, so they read different content.",
    remedy=_FETCH_AGAIN,
    references=(cwe(130),),
)
SPECIAL_FILE = Rule(
    id="ARC017",
    title="Archive holds a device or pipe",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Extraction creates a device or pipe; reading it can block a loader or reach hardware.",
    remedy="Do not extract the archive; no model needs such a member.",
    references=(cwe(67),),
)
AFTER_STREAM = Rule(
    id="ARC018",
    title="Bytes follow the compressed stream",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Decompressors stop before these bytes; they are invisible to them and can carry a "
    "payload for another program.",
    remedy="Compress the file again.",
    references=(cwe(434),),
)

RULES = (
    AMBIGUOUS,
    HEADERS_DISAGREE,
    FLAGS_LIE,
    HIDDEN_MEMBER,
    DUPLICATE,
    OVERLAP,
    TRAVERSAL,
    ODD_NAME,
    LINK,
    LINK_ESCAPES,
    ENCRYPTED,
    WRONG_CHECKSUM,
    STRAY_BYTES,
    UNREADABLE_MEMBER,
    BOMB,
    SIZE_LIES,
    SPECIAL_FILE,
    AFTER_STREAM,
)
