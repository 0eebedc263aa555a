"""Loading that can run code: pickles in all their forms, YAML, Keras, LangChain."""

import ast
from collections.abc import Iterator
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, atlas, cve, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.code.facts import Taint
from seamark.scan.code.sites import Sight, Site, Subject, Trigger

_REFERENCES = (cwe(502), atlas("AML.T0011.000"), owasp_llm(3))

TORCH_UNSAFE = Rule(
    id="DSR001",
    title="torch.load is told to unpickle anything",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="With weights_only=False a checkpoint runs whatever code its author put into it.",
    remedy="Pass weights_only=True (torch 2.6 or newer), or store the weights as safetensors.",
    references=(*_REFERENCES, cve("CVE-2025-32434")),
)
TORCH_DEFAULT = Rule(
    id="DSR002",
    title="torch.load without weights_only",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Before torch 2.6 the default unpickles anything; only newer versions refuse.",
    remedy="Pass weights_only=True and require torch>=2.6, or store the weights as safetensors.",
    references=(*_REFERENCES, cve("CVE-2025-32434")),
)
UNPICKLES = Rule(
    id="DSR003",
    title="A pickle is loaded",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A pickle is a program: whoever can write the file runs code where it is loaded.",
    remedy="Use safetensors, JSON, Arrow or skops; or verify a signature before loading.",
    references=_REFERENCES,
)
NUMPY_PICKLES = Rule(
    id="DSR004",
    title="NumPy may unpickle objects",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="With allow_pickle=True an .npy or .npz file can run code when it is loaded.",
    remedy="Store plain arrays and leave allow_pickle at False.",
    references=(*_REFERENCES, cve("CVE-2019-6446")),
)
YAML_UNSAFE = Rule(
    id="DSR005",
    title="YAML is loaded with a loader that builds objects",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Tags such as !!python/object/apply make this loader call any function.",
    remedy="Use yaml.safe_load, or Loader=yaml.SafeLoader.",
    references=(cwe(502), cve("CVE-2020-14343")),
)
KERAS_UNSAFE = Rule(
    id="DSR006",
    title="Keras safe mode is switched off",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Without safe mode a saved model may bring Lambda layers, which hold byte code.",
    remedy="Leave safe_mode at True and register your own layers by name.",
    references=(*_REFERENCES, cve("CVE-2024-3660")),
)
MARSHAL = Rule(
    id="DSR007",
    title="Compiled code is loaded as data",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="marshal reads code objects and crashes, or worse, on data made by others.",
    remedy="Use JSON for data; ship code as source.",
    references=(cwe(502),),
)
UNPICKLES_FOREIGN = Rule(
    id="DSR008",
    title="Data from outside is unpickled",
    severity=Severity.CRITICAL,
    verdict=Verdict.REVIEW,
    reason="Whoever can send these bytes runs code in this process.",
    remedy="Exchange JSON, Arrow or safetensors; never unpickle what crosses a trust boundary.",
    references=_REFERENCES,
)
LANGCHAIN_STORE = Rule(
    id="DSR009",
    title="A vector store is unpickled on request",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="allow_dangerous_deserialization=True unpickles the index file that is loaded.",
    remedy="Rebuild the index from its documents, or use a store that does not pickle.",
    references=(*_REFERENCES, cve("CVE-2024-5998")),
)

_PICKLERS: Final = ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "pickle5")


def _torch(site: Site) -> Iterator[Sight]:
    given = site.argument(None, "weights_only")
    if given is None:
        if not site.starred:
            yield site.sight(
                TORCH_DEFAULT,
                "torch.load leaves weights_only to its default, which unpickles anything "
                "before torch 2.6.",
                confidence=Confidence.MEDIUM,
            )
    elif site.constant(given) is False:
        straight = isinstance(given, ast.Constant)
        yield site.sight(
            TORCH_UNSAFE,
            "torch.load is called with weights_only=False.",
            confidence=Confidence.HIGH if straight else Confidence.MEDIUM,
        )


def _pickle(site: Site) -> Iterator[Sight]:
    if site.path.endswith(".Unpickler") and not site.node.args:
        return
    data = site.argument(0, "file", "data", "filename", "filepath_or_buffer", "s", "string")
    if data is None:
        return
    if any(".dumps()" in origin for origin in site.fact(data).origins):
        return  # pickle.loads(pickle.dumps(x)) copies what this process made
    outside = site.untrusted(data)
    received = any(o.endswith((".recv()", ".recv_into()")) for o in site.fact(data).origins)
    if outside is not None or received:
        what = outside.value if outside is not None else "what a socket received"
        yield site.sight(
            UNPICKLES_FOREIGN,
            f"{site.called} unpickles {what}.",
            confidence=Confidence.HIGH
            if received or outside is not Taint.MODEL
            else Confidence.MEDIUM,
        )
        return
    yield site.sight(
        UNPICKLES, f"{site.called} unpickles what it reads.", confidence=Confidence.MEDIUM
    )


def _shelf(site: Site) -> Iterator[Sight]:
    yield site.sight(
        UNPICKLES, "shelve.open unpickles each value it reads.", confidence=Confidence.LOW
    )


def _numpy(site: Site) -> Iterator[Sight]:
    if site.says(True, 2, "allow_pickle"):
        yield site.sight(NUMPY_PICKLES, "numpy.load is called with allow_pickle=True.")


def _yaml(site: Site) -> Iterator[Sight]:
    loader = site.argument(1, "Loader")
    if loader is None:
        if not site.starred:
            yield site.sight(
                YAML_UNSAFE,
                f"{site.called} names no loader, so old versions of PyYAML build any object.",
                confidence=Confidence.MEDIUM,
            )
        return
    origins = site.fact(loader).origins
    if any(o in _UNSAFE_LOADERS for o in origins):
        yield site.sight(YAML_UNSAFE, f"{site.called} is given a loader that builds objects.")


_UNSAFE_LOADERS: Final = frozenset(
    f"yaml.{prefix}{name}"
    for prefix in ("", "loader.", "cyaml.")
    for name in ("Loader", "UnsafeLoader", "CLoader", "CUnsafeLoader")
)


def _yaml_unsafe(site: Site) -> Iterator[Sight]:
    yield site.sight(YAML_UNSAFE, f"{site.called} builds any object that the text names.")


def _ruamel(site: Site) -> Iterator[Sight]:
    if site.text_of(site.argument(None, "typ")) == "unsafe":
        yield site.sight(YAML_UNSAFE, "ruamel.yaml is asked for its unsafe loader.")


def _keras(site: Site) -> Iterator[Sight]:
    if site.says(False, None, "safe_mode"):
        yield site.sight(KERAS_UNSAFE, f"{site.called} is called with safe_mode=False.")


def _keras_switch(site: Site) -> Iterator[Sight]:
    yield site.sight(KERAS_UNSAFE, f"{site.called} switches safe mode off for the whole process.")


def _marshal(site: Site) -> Iterator[Sight]:
    yield site.sight(MARSHAL, f"{site.called} reads compiled code.", confidence=Confidence.MEDIUM)


def _store(site: Site) -> Iterator[Sight]:
    if site.says(True, None, "allow_dangerous_deserialization"):
        yield site.sight(
            LANGCHAIN_STORE,
            f"{site.text or site.called} is called with allow_dangerous_deserialization=True.",
            about="allow_dangerous_deserialization",
        )


_KERAS: Final = tuple(
    f"{root}.{name}"
    for root in ("keras", "tensorflow.keras", "tf_keras")
    for name in (
        "models.load_model",
        "saving.load_model",
        "models.model_from_json",
        "saving.deserialize_keras_object",
        "layers.deserialize",
    )
)

SUBJECT = Subject(
    follows=True,
    rules=(
        TORCH_UNSAFE,
        TORCH_DEFAULT,
        UNPICKLES,
        NUMPY_PICKLES,
        YAML_UNSAFE,
        KERAS_UNSAFE,
        MARSHAL,
        UNPICKLES_FOREIGN,
        LANGCHAIN_STORE,
    ),
    triggers=(
        Trigger(
            (
                "import dill",
                "dill.load",
                "from dill",
                "joblib",
                "shelve",
                "import marshal",
                "allow_pickle",
                "safe_mode",
                "enable_unsafe_deserialization",
                "allow_dangerous_deserialization",
                "ruamel",
                "from yaml",
                "torch.load",
                "from torch import load",
                "torch.serialization",
            )
        ),
        Trigger(
            ("ickle",),
            pattern=r"ickle5?\.(?:load|decode|Unpickler)|read_pickle|from \w*ickle5? import"
            r"|ickle5? as ",
        ),
        Trigger(("import yaml",), pattern=r"\b(?:load|load_all|unsafe_load|unsafe_load_all)\b"),
    ),
    calls={
        "torch.load": _torch,
        "torch.serialization.load": _torch,
        **{f"{module}.{name}": _pickle for module in _PICKLERS for name in ("load", "loads")},
        **{f"{module}.Unpickler": _pickle for module in _PICKLERS},
        "joblib.load": _pickle,
        "sklearn.externals.joblib.load": _pickle,
        "jsonpickle.decode": _pickle,
        "pandas.read_pickle": _pickle,
        "shelve.open": _shelf,
        "numpy.load": _numpy,
        "yaml.load": _yaml,
        "yaml.load_all": _yaml,
        **{f"yaml.{name}": _yaml_unsafe for name in ("unsafe_load", "unsafe_load_all")},
        "ruamel.yaml.YAML": _ruamel,
        **dict.fromkeys(_KERAS, _keras),
        "keras.config.enable_unsafe_deserialization": _keras_switch,
        "tensorflow.keras.config.enable_unsafe_deserialization": _keras_switch,
        "marshal.load": _marshal,
        "marshal.loads": _marshal,
    },
    methods={"load_local": _store, "deserialize_from_bytes": _store, "load": _store},
)
