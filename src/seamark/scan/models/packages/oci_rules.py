"""Rules about model artifacts in OCI layouts (family OCI)."""

from seamark.core.rules import Rule, Severity, cve, cwe
from seamark.core.verdicts import Verdict

ODD_DIGEST = Rule(
    id="OCI001",
    title="Digest in the manifest is no digest",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Programs build the path of a blob from its digest. Anything but an algorithm and hex "
    "digits reads or writes files elsewhere, which has led to code execution.",
    remedy="Do not pull or unpack the artifact.",
    references=(cve("CVE-2024-37032"), cwe(22)),
)
MISSING_BLOB = Rule(
    id="OCI002",
    title="Layout lacks a blob",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The manifest counts on content that is not here, so it was not examined.",
    remedy="Copy the artifact with all its blobs and scan it again.",
)
WRONG_CONTENT = Rule(
    id="OCI003",
    title="Blob is not what its digest or size says",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The blob was changed after the manifest was made: damaged, or exchanged.",
    remedy="Do not load the artifact; pull it again and verify its signature.",
    references=(cwe(345), cwe(354)),
)
FOREIGN_LAYER = Rule(
    id="OCI004",
    title="Layer is fetched from an address",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A client downloads the layer from the address in the manifest, outside the registry.",
    remedy="Push the artifact again with the layer in it.",
    references=(cwe(494), cwe(829)),
)
TITLE_LEADS_OUT = Rule(
    id="OCI005",
    title="Layer is unpacked outside the folder",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Clients write the layer to the path in its annotation or in the artifact's "
    "configuration. A path that leads out overwrites other files.",
    remedy="Do not pull or unpack the artifact.",
    references=(cwe(22),),
)
WRONG_TYPE = Rule(
    id="OCI006",
    title="Layer is not what its media type says",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Clients and scanners go by the media type, loaders by the content; what one takes for "
    "data the other may run.",
    remedy="Ask the publisher for an artifact whose media types are right.",
    references=(cwe(434), cwe(436)),
)

RULES = (ODD_DIGEST, MISSING_BLOB, WRONG_CONTENT, FOREIGN_LAYER, TITLE_LEADS_OUT, WRONG_TYPE)
