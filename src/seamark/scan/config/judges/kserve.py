"""KServe: where models come from, and who may ask them."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import atlas, cwe, owasp_llm
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import HIGH, MEDIUM, declare
from seamark.scan.config.documents.document import Document, map_of, mappings

UNPINNED = declare(
    "KSV001",
    MEDIUM,
    "A model of a hub is served at whatever revision it has",
    "A branch of a hub changes without you: the next pod that starts serves other weights, and "
    "perhaps other code.",
    "Name the commit: hf://owner/model:COMMIT.",
    cwe(829),
    owasp_llm(3),
    atlas("AML.T0010.003"),
)
PLAIN_STORAGE = declare(
    "KSV002",
    HIGH,
    "A model is fetched without encryption",
    "Anyone on the way can give another model, and what loads it may run code in it.",
    "Use https://, an object store or an OCI image with a digest.",
    cwe(319),
    cwe(494),
)
NO_LOGIN = declare(
    "KSV003",
    HIGH,
    "A model is served to the outside without a login",
    "The annotation switches off who-are-you for a route that leaves the cluster.",
    "Set security.opendatahub.io/enable-auth to true, or keep the service inside of the cluster.",
    cwe(306),
    owasp_llm(10),
)
RULES = (UNPINNED, PLAIN_STORAGE, NO_LOGIN)
_KINDS = ("InferenceService", "LLMInferenceService", "TrainedModel", "ClusterStorageContainer")


def judge(case: Case) -> Iterator[Finding]:
    """Findings about objects of serving.kserve.io."""
    for document in case.documents:
        kind = document.get("kind")
        api = str(document.get("apiVersion"))
        if case.kind == "kubernetes" and kind in _KINDS and "kserve" in api:
            yield from _storage(document)
            yield from _login(document)


def _storage(document: Document) -> Iterator[Finding]:
    name = str(document.get("metadata", "name"))
    for place, value in mappings(document.data):
        for key in ("storageUri", "uri"):
            uri = value.get(key)
            if not isinstance(uri, str):
                continue
            if uri.startswith("http://"):
                message = f"{name} fetches {shown(uri.partition('?')[0])} without encryption."
                yield found(PLAIN_STORAGE, message, document.at((*place, key)), f"{name}.{key}")
            elif uri.startswith("hf://") and ":" not in uri.removeprefix("hf://"):
                message = f"{name} serves {shown(uri)} at no fixed revision."
                yield found(UNPINNED, message, document.at((*place, key)), f"{name}.{key}")


def _login(document: Document) -> Iterator[Finding]:
    name = str(document.get("metadata", "name"))
    metadata = map_of(document.get("metadata"))
    notes = map_of(metadata.get("annotations"))
    labels = map_of(metadata.get("labels"))
    off = str(notes.get("security.opendatahub.io/enable-auth")).lower() == "false"
    local = labels.get("networking.kserve.io/visibility") == "cluster-local"
    local = local or labels.get("networking.knative.dev/visibility") == "cluster-local"
    if off and not local:
        place = ("metadata", "annotations", "security.opendatahub.io/enable-auth")
        yield found(NO_LOGIN, f"{name} is served without a login.", document.at(place), name)
