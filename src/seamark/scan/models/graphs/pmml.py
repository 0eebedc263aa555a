"""PMML: what a model in XML names beyond its numbers.

Specification: https://dmg.org/pmml/v4-4-1/GeneralStructure.html. The format has no code of its own:
functions are expressions. What leads out of it are vendors' extensions and names of functions that
some evaluators look up as classes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs.xml_markup import Markup
from seamark.scan.models.graphs.xml_reading import Ear, read_elements
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip

CODE = Rule(
    id="PMM006",
    title="PMML carries code",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Extensions are for the program that wrote the model. Code or serialized objects in one "
    "run where a program of that vendor takes them up.",
    remedy="Read the extension, and export the model again without it.",
    references=(cwe(94), atlas("AML.T0011.000")),
)
CLASS_NAME = Rule(
    id="PMM007",
    title="PMML calls a function by the name of a class",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="No function of the standard or of this document has this name. Evaluators in Java look "
    "such names up as classes of the application and instantiate them.",
    remedy="Export the model with functions of the standard, or define the function in it.",
    references=(cwe(470),),
)
LOCATION = Rule(
    id="PMM008",
    title="Schema location points to a file",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Validating parsers open the schema that a document names, on this machine or on a "
    "share that is asked for credentials.",
    remedy="Remove the attribute; evaluators know the schema by the document's namespace.",
    references=(cwe(611), cwe(73)),
)

RULES = (CODE, CLASS_NAME, LOCATION)

_MODELS = frozenset(
    """AnomalyDetectionModel AssociationModel BaselineModel BayesianNetworkModel ClusteringModel
    GaussianProcessModel GeneralRegressionModel MiningModel NaiveBayesModel NearestNeighborModel
    NeuralNetwork RegressionModel RuleSetModel Scorecard SequenceModel SupportVectorMachineModel
    TextModel TimeSeriesModel TreeModel""".split()
)
_CODE_MARKS = (
    *("runtime.getruntime", "processbuilder", "java.lang.runtime", "class.forname", "javax.script"),
    *("scriptengine", "groovyshell", "<script", "javascript:", "vbscript:"),
    *("os.system(", "os.popen("),
    *("subprocess.", "__import__(", "importlib.import_module", "pickle.loads", "marshal.loads"),
    *("powershell", "cmd.exe", "cmd /c", "/bin/sh", "/bin/bash", "${jndi:", "#!/", "<?php"),
    *("wscript.shell", "base64 -d", "curl http", "wget http", "system("),
    *("jdbc:", "ldap://", "ldaps://", "rmi://"),
)  # fmt: skip
_ENCODED_MARKS = ("rO0AB", "aced0005", "f0VMR", "TVqQAA")
"""Serialized Java and programs, in Base64 or hexadecimal."""

_PICKLE = re.compile(r"(?<![A-Za-z0-9+/])gA[I-X][A-Za-z0-9+/]{16}", re.ASCII)

_SCRIPTS = frozenset(
    "script scriptcode javascript javacode javasnippet groovy pythonscript rscript".split()
)
_LOCATIONS = ("schemaLocation", "noNamespaceSchemaLocation")
_LOCATION = b"chemaLocation"
_VALUE = rb'="[^"<>&\x00-\x1f\x80-\xff]*+"'
_LEAF = (
    rb"<(?:SimplePredicate field%b operator%b(?: value%b)?+|True|False"
    rb"|ScoreDistribution value%b recordCount%b(?: confidence%b)?+(?: probability%b)?+)\s*+/>"
) % ((_VALUE,) * 7)
_NODE = rb"<Node(?: id%b)?+(?: score%b)?+(?: recordCount%b)?+(?: defaultChild%b)?+>" % (
    (_VALUE,) * 4
)
_SILENT = re.compile(
    rb"(?:(?:%b|%b\s*+(?:%b\s*+)*+</Node>)\s*+(?=</?[A-Za-z]))++" % (_LEAF, _NODE, _LEAF)
)
"""Leaves of trees with their predicates and counts: most of a large forest. The last one before
something else stays, so that none is lost where no element may be."""

_EXTENSION = b"Extension"
_KEPT = 1 << 16
_OVERLAP = 64
_NAMES = 5000


@dataclass(slots=True)
class PmmlDocument:
    """What one document holds, met element by element."""

    markup: Markup
    depth: int = 0
    extensions: int = 0
    about: dict[str, str] = field(default_factory=dict)
    models: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    code: dict[str, str] = field(default_factory=dict)
    locations: list[str] = field(default_factory=list)
    held: str = ""
    extender: str = ""
    located: bool = True
    known: dict[str, Callable[[dict[str, str]], None] | None] = field(default_factory=dict)
    ear: Ear = field(default_factory=Ear)

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins."""
        self.depth += 1
        if self.located:
            self._see_locations(attributes)
        try:
            handle = self.known[name]
        except KeyError:
            handle = self._meet(name, attributes)
        if handle is not None:
            handle(dict(zip(attributes[::2], attributes[1::2], strict=True)))
        elif self.extensions:
            self.search(" ".join(attributes[1::2]))

    def end(self, name: str) -> None:
        """An element ends."""
        self.depth -= 1
        if self.extensions and name.rpartition(" ")[2] == "Extension":
            self.search("")
            self.held = ""
            self.extensions -= 1
            self.ear.listen(self.extensions > 0)

    def text(self, data: str) -> None:
        """Characters matter inside of extensions only."""
        self.search(data)

    def reduced(self, data: bytes, before: bytes) -> bytes:
        """Without leaves of trees, unless an extension is near: all its elements are read."""
        self.located = _LOCATION in data or _LOCATION in before + data[:64]
        if self.extensions or _EXTENSION in data or _EXTENSION in before + data[:64]:
            return data
        return _SILENT.sub(b"", data)

    def search(self, text: str) -> None:
        """Look for code in what an extension holds; marks may straddle two pieces."""
        text = self.held + text
        self.held = text[-_OVERLAP:]
        lower = text.lower()
        mark = next((mark for mark in _CODE_MARKS if mark in lower), "") or next(
            (mark for mark in _ENCODED_MARKS if mark in text), ""
        )
        if not mark and _PICKLE.search(text):
            mark = "an encoded pickle"
        if mark and len(self.code) < _NAMES:
            self.code.setdefault(self.extender, mark)

    def _meet(self, name: str, attributes: list[str]) -> Callable[[dict[str, str]], None] | None:
        """How elements of a name are handled, decided at the first one."""
        self.markup.see_element(name, attributes)
        local = name.rpartition(" ")[2]
        handle: Callable[[dict[str, str]], None] | None = {
            "PMML": self._see_root,
            "Application": self._see_application,
            "Extension": self._see_extension,
            "Apply": self._see_call,
            "DefineFunction": self._see_definition,
        }.get(local)
        if local in _MODELS:
            handle = lambda said: self._see_model(local, said)  # noqa: E731
        elif local.lower() in _SCRIPTS:
            handle = lambda _said: self._see_script(local)  # noqa: E731
        self.known[name] = handle
        return handle

    def _see_root(self, said: dict[str, str]) -> None:
        self.about.setdefault("version", said.get("version", ""))

    def _see_application(self, said: dict[str, str]) -> None:
        self.about.setdefault("program", said.get("name", ""))
        self.about.setdefault("release", said.get("version", ""))

    def _see_extension(self, said: dict[str, str]) -> None:
        self.extensions += 1
        self.extender = (said.get("extender") or said.get("name") or "without a name")[:100]
        self.held = ""
        self.search(" ".join(said.values()) + " ")
        self.ear.listen(True)

    def _see_call(self, said: dict[str, str]) -> None:
        if len(self.called) < _NAMES:
            self.called.add(said.get("function", "")[:500])

    def _see_definition(self, said: dict[str, str]) -> None:
        if len(self.defined) < _NAMES:
            self.defined.add(said.get("name", "")[:500])

    def _see_model(self, local: str, said: dict[str, str]) -> None:
        if not self.models:
            self.models.append((local, said))

    def _see_script(self, local: str) -> None:
        self.code.setdefault(local, f"<{local}>")

    def _see_locations(self, attributes: list[str]) -> None:
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            if name.rpartition(" ")[2] in _LOCATIONS and len(self.locations) < _NAMES:
                self.locations += [part[:500] for part in value.split()[:50] if _is_file(part)]

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """What of it is worth a finding."""
        for extender, mark in self.code.items():
            yield scope.finding(
                CODE,
                f"An extension or element of '{extender}' holds '{mark}'.",
                anchor=extender,
                evidence={"mark": mark},
            )
        for name in sorted(self.called - self.defined):
            if _is_class(name):
                yield scope.finding(CLASS_NAME, f"The function is called '{name}'.", anchor=name)
        for place in dict.fromkeys(self.locations):
            yield scope.finding(
                LOCATION, f"The schema lies at '{place[:200]}'.", anchor=place[:200]
            )


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one PMML document. Numbers are not looked at."""
    markup = Markup()
    document = PmmlDocument(markup)
    failure = read_elements(blob, scope, document, markup)
    yield from markup.findings(scope)
    yield from document.findings(scope)
    kind, said = document.models[0] if document.models else ("", {})
    scope.describe(
        framework=document.about.get("program", ""),
        framework_version=document.about.get("release", ""),
        format_version=document.about.get("version", ""),
        architecture=kind,
        name=said.get("modelName", ""),
    )
    if failure:
        yield from examine_appended_zip(blob, scope, host="PMML")
        raise failure


def _is_class(name: str) -> bool:
    """Names like ``com.example.Function``; the standard's own have no dots."""
    parts = name.split(".")
    return len(parts) > 1 and all(part.isidentifier() for part in parts)


def _is_file(place: str) -> bool:
    from seamark.scan.models.paths import PathKind, classify_path

    lower = place.lower()
    if lower.startswith(("http://", "https://", "urn:")):
        return False
    return lower.startswith(("file:", "jar:", "ftp:")) or classify_path(place) not in (
        PathKind.INSIDE,
        PathKind.BROKEN,
        PathKind.STREAM,  # a namespace, which stands before its schema
    )
