"""Rules about files as such, whatever their format (family FIL)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

UNREADABLE = Rule(
    id="FIL001",
    title="File could not be read",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What was not read was not examined, and what was not examined is not safe.",
    remedy="Give the scanner permission to read the file, or exclude it by name.",
)
NOT_A_REGULAR_FILE = Rule(
    id="FIL002",
    title="Not a regular file",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="A pipe, device or socket can block the scanner or give other bytes to the loader.",
    remedy="Replace it by a regular file, or exclude it by name.",
)
UNKNOWN_FORMAT = Rule(
    id="FIL003",
    title="Format not recognized",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="No reader knows these bytes, so nothing can be said about what a loader would do.",
    remedy="Find out what wrote the file; convert it to a documented format or remove it.",
)
LIMIT_EXCEEDED = Rule(
    id="FIL004",
    title="A limit was exceeded",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The file costs more to examine than one file may; the rest of it was not seen.",
    remedy="If the file is trusted and really that large, raise the limit and scan it again.",
    references=(cwe(400), cwe(409)),
)
DAMAGED = Rule(
    id="FIL005",
    title="File is damaged or truncated",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The bytes break their own format, so a loader may read something else than we did.",
    remedy="Fetch or save the file again and compare its digest with the publisher's.",
)
EXTENSION_LIES = Rule(
    id="FIL006",
    title="Extension does not match the content",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A file that claims a harmless format and holds another one evades scanners that go "
    "by name, while loaders that go by content still open it.",
    remedy="Rename the file to what it is, and ask its source why it was named otherwise.",
    references=(atlas("AML.T0011.000"), cwe(434)),
)
NOT_YET_READ = Rule(
    id="FIL007",
    title="Format recognized but not examined in depth",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The format can carry code or references to other files, and no reader covers it yet.",
    remedy="Convert the model to a format that is examined, or examine it by other means.",
)
READER_FAILED = Rule(
    id="FIL008",
    title="The examination failed",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The reader stopped on these bytes for a reason that it did not foresee.",
    remedy="Treat the file as unexamined, and report it: it shows a defect of the scanner.",
)
EMPTY = Rule(
    id="FIL009",
    title="Model file is empty",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The name promises a model and there is none; a download may have failed.",
    remedy="Fetch or save the file again.",
)
POLYGLOT = Rule(
    id="FIL010",
    title="File is two formats at once",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Different programs read different content from the same bytes, so a check of one "
    "reading says nothing about the other.",
    remedy="Do not load the file; ask its source for a file of one format.",
    references=(atlas("AML.T0011.000"), cwe(434)),
)
LINK_OUTSIDE = Rule(
    id="FIL011",
    title="Link leads outside",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What lies outside the scanned directory was not examined, can change without notice, "
    "and need not be there where the directory is used.",
    remedy="Scan the target by its own path, or replace the link by the file.",
    references=(cwe(59),),
)
LINK_NOT_FOLLOWED = Rule(
    id="FIL012",
    title="Link to a directory was not followed",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Following links to directories can loop; the directory itself is scanned where it is.",
    remedy="Nothing, unless the directory is excluded where it is: then name it on its own.",
)
CHANGED = Rule(
    id="FIL013",
    title="File changed during the examination",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What was examined and what was hashed may be different bytes.",
    remedy="Scan the file again when nothing writes to it.",
    references=(cwe(367),),
)
SPARSE = Rule(
    id="FIL014",
    title="Sparse file was not hashed",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The file claims far more bytes than it holds. Reading the holes would cost minutes, "
    "and no trained weights are holes.",
    remedy="Fetch the file again; a download that was cut off often looks like this.",
    references=(cwe(400),),
)

RULES = (
    UNREADABLE,
    NOT_A_REGULAR_FILE,
    UNKNOWN_FORMAT,
    LIMIT_EXCEEDED,
    DAMAGED,
    EXTENSION_LIES,
    NOT_YET_READ,
    READER_FAILED,
    EMPTY,
    POLYGLOT,
    CHANGED,
    SPARSE,
    LINK_OUTSIDE,
    LINK_NOT_FOLLOWED,
)
