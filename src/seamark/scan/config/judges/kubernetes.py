"""Kubernetes objects: what pods may do, what they hold, and who reaches them."""

from collections.abc import Iterator
from typing import Any

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import CRITICAL, HIGH, LOW, MEDIUM, declare
from seamark.scan.config.documents.document import Document, Map, Place, items_of, map_of
from seamark.scan.config.judges.composes import DANGEROUS_CAPABILITIES, SOCKETS, SYSTEM_FOLDERS
from seamark.scan.config.secret_names import is_literal_secret, names_secret
from seamark.scan.config.workloads import containers_of, pods_of

PRIVILEGED = declare(
    "KUB001",
    HIGH,
    "A container is privileged",
    "It has every device and right of the node: whoever takes over the server in it has the node "
    "and the keys of all pods there.",
    "Take privileged away; a device plugin gives GPUs without it.",
    cwe(250),
)
ESCALATION = declare(
    "KUB002",
    MEDIUM,
    "A container may gain rights",
    "allowPrivilegeEscalation lets set-user-id programs make root of a small account.",
    "Set allowPrivilegeEscalation: false.",
    cwe(250),
)
AS_ROOT = declare(
    "KUB003",
    MEDIUM,
    "A container runs as root",
    "Whoever takes over the server has every right in the container, and a kernel mistake away "
    "also on the node.",
    "Set runAsNonRoot: true and a runAsUser other than 0.",
    cwe(250),
)
HOST_PATH = declare(
    "KUB004",
    HIGH,
    "A pod mounts folders of its node",
    "Files of the node outlive the pod and belong to others: models there can be replaced by each "
    "pod that mounts them, and system folders give the node away.",
    "Use a PersistentVolumeClaim, mounted read-only where only models are read.",
    cwe(668),
)
HOST_NAMESPACE = declare(
    "KUB005",
    HIGH,
    "A pod shares its node's network or processes",
    "It sees the traffic or the processes of the node, reaches services on its loopback, and goes "
    "around network policies.",
    "Take hostNetwork, hostPID and hostIPC away.",
    cwe(668),
)
CAPABILITY = declare(
    "KUB006",
    HIGH,
    "A container has a capability that leads to the node",
    "These capabilities are enough to leave the container or to listen to others.",
    "Drop ALL and add only what the server cannot run without.",
    cwe(250),
)
TOKEN = declare(
    "KUB007",
    LOW,
    "A pod is given a token of the cluster",
    "automountServiceAccountToken: true puts a login to the cluster's API where whoever takes over "
    "the server finds it.",
    "Set it to false, unless the program talks to the API.",
    cwe(522),
    verdict=Verdict.CLEAN,
)
PLAIN_SECRET = declare(
    "KUB008",
    MEDIUM,
    "A secret stands in the pod's environment",
    "Everyone who may read the object, its manifest or its history reads the secret.",
    "Use valueFrom.secretKeyRef, or a mounted secret.",
    cwe(798),
    cwe(312),
)
OPEN_SERVICE = declare(
    "KUB009",
    HIGH,
    "A server without a login gets an address outside of the cluster",
    "This kind of server has no login of its own as it comes; a LoadBalancer or NodePort puts it "
    "where everyone can try.",
    "Use ClusterIP and an ingress that logs in, or an internal load balancer with source ranges.",
    cwe(306),
    cwe(668),
)
NO_LIMITS = declare(
    "KUB010",
    LOW,
    "A container with a GPU has no limit of memory",
    "One large request or model then takes the memory of the node, and of the others on it.",
    "Set resources.limits.memory.",
    cwe(770),
    verdict=Verdict.CLEAN,
)
LATEST = declare(
    "KUB011",
    LOW,
    "An image is named by latest or by nothing",
    "What runs changes without a change here: nobody can say later what ran.",
    "Name a version and its digest (@sha256:…).",
    cwe(829),
    verdict=Verdict.CLEAN,
)
ALL_RIGHTS = declare(
    "KUB012",
    HIGH,
    "An account may do everything in the cluster",
    "cluster-admin or * for verbs and resources gives secrets of all teams to whoever takes over "
    "one pod of this account.",
    "List the verbs and resources that the program needs, in a Role of its namespace.",
    cwe(269),
)
ANYBODY = declare(
    "KUB013",
    CRITICAL,
    "Rights are given to people who did not log in",
    "system:anonymous and system:unauthenticated are whoever reaches the API.",
    "Take the binding away.",
    cwe(306),
    cwe(284),
)
RULES = (
    PRIVILEGED,
    ESCALATION,
    AS_ROOT,
    HOST_PATH,
    HOST_NAMESPACE,
    CAPABILITY,
    TOKEN,
    PLAIN_SECRET,
    OPEN_SERVICE,
    NO_LIMITS,
    LATEST,
    ALL_RIGHTS,
    ANYBODY,
)
_NO_LOGIN_PORTS = {
    8265: "Ray's dashboard", 10001: "Ray's client server", 5000: "MLflow", 8888: "Jupyter",
    6333: "Qdrant", 6334: "Qdrant", 19530: "Milvus", 11434: "Ollama", 9200: "Elasticsearch",
    6379: "Redis", 8081: "TorchServe's management", 2379: "etcd", 6006: "TensorBoard",
}  # fmt: skip
_NEEDS_NAME = {5000: "mlflow", 8888: "jupyter", 8081: "torchserve", 6006: "tensorboard"}
_NAMES = ("ray-head", "rayhead", "mlflow", "jupyter", "qdrant", "weaviate", "milvus", "chroma",
          "ollama", "vllm", "triton", "torchserve", "tensorboard", "elasticsearch")  # fmt: skip
_PROTECTED = ("internal", "whitelist", "source-range", "auth", "oauth", "iap", "scheme: private")


def judge(case: Case) -> Iterator[Finding]:
    """Findings about every Kubernetes object of the file."""
    if case.kind != "kubernetes":
        return
    for document in case.documents:
        name = f"{document.get('kind')}/{document.get('metadata', 'name')}"
        for place, pod in pods_of(document):
            yield from _pod(document, place, pod, name)
            for where, container in containers_of(pod, place):
                yield from _container(document, where, container, name)
        yield from _service(document, name)
        yield from _rights(document, name)


def _pod(document: Document, place: Place, pod: Map, name: str) -> Iterator[Finding]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(key) is True:
            yield found(
                HOST_NAMESPACE, f"{name} sets {key}.", document.at((*place, key)), f"{name}.{key}"
            )
    if pod.get("automountServiceAccountToken") is True:
        where = document.at((*place, "automountServiceAccountToken"))
        yield found(TOKEN, f"{name} is given a token of the cluster.", where, name)
    for number, volume in enumerate(items_of(pod.get("volumes"))):
        path = map_of(map_of(volume).get("hostPath")).get("path")
        if not isinstance(path, str) or path.startswith(("/dev/", "/usr/share/zoneinfo")):
            continue
        if path.rstrip("/") in ("/dev", "/etc/localtime", "/dev/shm", "/lib/modules"):  # noqa: S108
            continue
        where = document.at((*place, "volumes", number, "hostPath"))
        bad = (path.rstrip("/") or "/") in SYSTEM_FOLDERS or path.endswith(SOCKETS)
        yield found(
            HOST_PATH,
            f"{name} mounts {shown(path)} of its node.",
            where,
            f"{name}.{path}",
            Confidence.HIGH if bad else Confidence.MEDIUM,
        )
    context = map_of(pod.get("securityContext"))
    yield from _user(document, (*place, "securityContext"), context, name)


def _user(
    document: Document, place: Place, context: dict[str, Any], name: str
) -> Iterator[Finding]:
    for key, bad in (("runAsUser", 0), ("runAsNonRoot", False)):
        if key in context and context[key] == bad and type(context[key]) is type(bad):
            yield found(
                AS_ROOT,
                f"{name} sets {key} to {str(bad).lower()}.",
                document.at((*place, key)),
                f"{name}.{place[-2]}.{key}",
            )
            return


def _container(document: Document, where: Place, value: Map, owner: str) -> Iterator[Finding]:
    name = f"{owner}.{value.get('name', where[-1])}"
    context = map_of(value.get("securityContext"))
    place: Place = (*where, "securityContext")
    if context.get("privileged") is True:
        yield found(PRIVILEGED, f"{name} is privileged.", document.at((*place, "privileged")), name)
    elif context.get("allowPrivilegeEscalation") is True:
        yield found(
            ESCALATION,
            f"{name} may gain rights.",
            document.at((*place, "allowPrivilegeEscalation")),
            name,
        )
    yield from _user(document, place, context, name)
    added = items_of(map_of(context.get("capabilities")).get("add"))
    for number, each in enumerate(added):
        capability = str(each).upper().removeprefix("CAP_")
        if capability in DANGEROUS_CAPABILITIES:
            yield found(
                CAPABILITY,
                f"{name} has the capability {capability}.",
                document.at((*place, "capabilities", "add", number)),
                f"{name}.{capability}",
            )
    for number, each in enumerate(items_of(value.get("env"))):
        variable = map_of(each)
        key, text = str(variable.get("name")), variable.get("value")
        if names_secret(key) and isinstance(text, str) and is_literal_secret(text):
            yield found(
                PLAIN_SECRET,
                f"{name} gets {key} in plain text.",
                document.at((*where, "env", number)),
                f"{name}.{key}",
                Confidence.MEDIUM,
            )
    limits = map_of(map_of(value.get("resources")).get("limits"))
    if any(key.endswith("/gpu") for key in limits) and "memory" not in limits:
        yield found(
            NO_LIMITS,
            f"{name} has a GPU and no limit of memory.",
            document.at((*where, "resources")),
            name,
        )
    image = value.get("image")
    if isinstance(image, str) and image and "$" not in image and "@" not in image:
        last = image.rpartition("/")[2]
        if ":" not in last or last.endswith(":latest"):
            yield found(
                LATEST, f"{name} runs {shown(image)}.", document.at((*where, "image")), name
            )


def _service(document: Document, name: str) -> Iterator[Finding]:
    kind = document.get("spec", "type")
    if document.get("kind") != "Service" or kind not in ("LoadBalancer", "NodePort"):
        return
    notes = " ".join(
        f"{key}: {value}" for key, value in map_of(document.get("metadata", "annotations")).items()
    ).lower()
    if document.get("spec", "loadBalancerSourceRanges") or any(p in notes for p in _PROTECTED):
        return
    words = " ".join(
        [
            str(document.get("metadata", "name")),
            *map(str, map_of(document.get("spec", "selector")).values()),
        ]
    ).lower()
    for port in items_of(document.get("spec", "ports")):
        numbers = {map_of(port).get("port"), map_of(port).get("targetPort")}
        for number, title in _NO_LOGIN_PORTS.items():
            if number in numbers and _NEEDS_NAME.get(number, "") in words:
                message = f"{name} offers {title} (port {number}) as a {kind}."
                yield found(OPEN_SERVICE, message, document.at(("spec", "type")), name)
                return
    title = next((each for each in _NAMES if each in words), "")
    if title:
        message = f"{name} offers {title} as a {kind}."
        where = document.at(("spec", "type"))
        yield found(OPEN_SERVICE, message, where, name, Confidence.MEDIUM)


def _rights(document: Document, name: str) -> Iterator[Finding]:
    kind = document.get("kind")
    if kind in ("ClusterRoleBinding", "RoleBinding"):
        subjects = [map_of(s).get("name") for s in items_of(document.get("subjects"))]
        for each in subjects:
            if each in ("system:anonymous", "system:unauthenticated"):
                yield found(
                    ANYBODY, f"{name} gives rights to {each}.", document.at(("subjects",)), name
                )
        if kind == "ClusterRoleBinding" and document.get("roleRef", "name") == "cluster-admin":
            yield found(ALL_RIGHTS, f"{name} gives cluster-admin.", document.at(("roleRef",)), name)
    elif kind in ("ClusterRole", "Role"):
        for number, each in enumerate(items_of(document.get("rules"))):
            rule = map_of(each)
            if all("*" in items_of(rule.get(k)) for k in ("verbs", "resources", "apiGroups")):
                yield found(
                    ALL_RIGHTS, f"{name} allows everything.", document.at(("rules", number)), name
                )
