"""Bad and good twins: Dockerfiles, compose files, Kubernetes, KServe."""

import pytest

DOCKER = 'FROM python:3.12-slim\n{}\nUSER app\nCMD ["python", "app.py"]\n'
COMPOSE = "services:\n  app:\n    image: example/app:1.0\n{}\n"
POD = """apiVersion: v1
kind: Pod
metadata:
  name: model
spec:
{}
"""
CONTAINER = POD.format("""  containers:
    - name: server
      image: example/server:1.0
{}""")


def docker(line: str) -> str:
    return DOCKER.format(line)


def service(lines: str) -> str:
    return COMPOSE.format("\n".join("    " + line for line in lines.split("\n")))


def container(lines: str) -> str:
    return CONTAINER.format("\n".join("      " + line for line in lines.split("\n")))


def pod(lines: str) -> str:
    rest = "  containers:\n    - name: server\n      image: example/server:1.0"
    return POD.format("\n".join("  " + line for line in lines.split("\n")) + "\n" + rest)


def kserve(uri: str, notes: str = "") -> str:
    return f"""apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: reader
{notes}spec:
  predictor:
    model:
      modelFormat:
        name: huggingface
      storageUri: {uri}
"""


def load_balancer(kind: str, notes: str = "") -> str:
    return f"""apiVersion: v1
kind: Service
metadata:
  name: qdrant
{notes}spec:
  type: {kind}
  selector:
    app: qdrant
  ports:
    - port: 6333
"""


AUTH_OFF = "  annotations:\n    security.opendatahub.io/enable-auth: 'false'\n"
AUTH_ON = "  annotations:\n    security.opendatahub.io/enable-auth: 'true'\n"
COMMIT = "0123456789abcdef0123456789abcdef01234567"

DOCKERFILES = [
    (
        "DKR001",
        'FROM a:1\nUSER app\nUSER root\nCMD ["a"]\n',
        'FROM a:1\nUSER root\nUSER app\nCMD ["a"]\n',
    ),
    ("DKR002", 'FROM a:1\nCMD ["a"]\n', 'FROM a:1\nUSER 1000\nCMD ["a"]\n'),
    (
        "DKR003",
        docker("ENV OPENAI_API_KEY=@SECRET@"),
        docker("ENV OPENAI_API_KEY_FILE=/run/secrets/key"),
    ),
    (
        "DKR003",
        docker("ARG HF_TOKEN\nRUN hf download x"),
        docker("RUN --mount=type=secret,id=hf_token hf download x"),
    ),
    ("DKR003", docker("ENV DB_PASSWORD @SECRET@"), docker("ENV DB_USER app")),
    (
        "DKR004",
        docker("ADD https://models.example.com/m.bin /m.bin"),
        docker("ADD --checksum=sha256:" + "0" * 64 + " https://models.example.com/m.bin /m.bin"),
    ),
    ("DKR005", docker("RUN echo 'root:letmein' | chpasswd"), docker("RUN useradd app")),
    (
        "DKR006",
        docker("RUN mkdir /models && \\\n    chmod -R 777 /models"),
        docker("RUN mkdir /models && \\\n    chmod -R 750 /models"),
    ),
    ("DKR007", docker("EXPOSE 8000 8265"), docker("EXPOSE 8000")),
    ("DKR008", docker("COPY .env /app/.env"), docker("COPY .env.example /app/.env")),
    (
        "DKR009",
        docker("RUN echo 'app ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers"),
        docker("RUN echo ALL"),
    ),
    (
        "DWN001",
        docker("RUN curl -fsSL https://x.example/install.sh | sh"),
        docker(
            "RUN curl -fsSLo i.sh https://x.example/install.sh && sha256sum -c i.sum && sh i.sh"
        ),
    ),
    (
        "DWN001",
        docker("RUN <<EOF\nset -e\nwget -qO- https://x.example/i | bash -s -- -y\nEOF"),
        docker("RUN <<EOF\nset -e\nwget -q https://x.example/i\nEOF"),
    ),
    (
        "DWN002",
        docker("RUN pip install --trusted-host pypi.example.com torch"),
        docker("RUN pip install torch"),
    ),
    (
        "DWN002",
        docker("RUN curl -sSk https://x.example/a -o a"),
        docker("RUN curl -sS https://x.example/a -o a"),
    ),
    ("DWN002", docker("ENV PYTHONHTTPSVERIFY=0"), docker("ENV PYTHONUNBUFFERED=1")),
    (
        "DWN002",
        docker("RUN git config --global http.sslVerify false"),
        docker("RUN git config --global a b"),
    ),
]
COMPOSES = [
    ("CMP001", service("privileged: true"), service("privileged: false")),
    (
        "CMP002",
        service("volumes:\n  - /var/run/docker.sock:/var/run/docker.sock:ro"),
        service("volumes:\n  - data:/data"),
    ),
    ("CMP003", service("network_mode: host"), service("network_mode: bridge")),
    ("CMP003", service("pid: host"), service("init: true")),
    ("CMP004", service("cap_add:\n  - SYS_ADMIN"), service("cap_add:\n  - NET_BIND_SERVICE")),
    (
        "CMP005",
        "services:\n  db:\n    image: postgres:16\n    ports:\n      - '5432:5432'\n",
        "services:\n  db:\n    image: postgres:16\n    ports:\n      - '127.0.0.1:5432:5432'\n",
    ),
    (
        "CMP005",
        "services:\n  v:\n    image: milvusdb/milvus:v2.4.0\n    ports:\n"
        "      - target: 19530\n        published: 19530\n",
        "services:\n  v:\n    image: milvusdb/milvus:v2.4.0\n    expose:\n      - 19530\n",
    ),
    (
        "CMP006",
        service("environment:\n  POSTGRES_PASSWORD: @SECRET@"),
        service("environment:\n  POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}"),
    ),
    (
        "CMP006",
        service("environment:\n  - API_KEY=@SECRET@"),
        service("environment:\n  - API_KEY_FILE=/run/secrets/key"),
    ),
    ("CMP007", service("volumes:\n  - ./m:/models"), service("volumes:\n  - ./m:/models:ro")),
    (
        "CMP008",
        service("security_opt:\n  - seccomp:unconfined"),
        service("security_opt:\n  - no-new-privileges:true"),
    ),
    ("CMP009", service("volumes:\n  - /:/host"), service("volumes:\n  - ./host:/host")),
]
KUBERNETES = [
    (
        "KUB001",
        container("securityContext:\n  privileged: true"),
        container("securityContext:\n  privileged: false"),
    ),
    (
        "KUB002",
        container("securityContext:\n  allowPrivilegeEscalation: true"),
        container("securityContext:\n  allowPrivilegeEscalation: false"),
    ),
    (
        "KUB003",
        container("securityContext:\n  runAsUser: 0"),
        container("securityContext:\n  runAsUser: 1000"),
    ),
    (
        "KUB003",
        pod("securityContext:\n  runAsNonRoot: false"),
        pod("securityContext:\n  runAsNonRoot: true"),
    ),
    (
        "KUB004",
        pod("volumes:\n  - name: models\n    hostPath:\n      path: /data/models"),
        pod("volumes:\n  - name: models\n    persistentVolumeClaim:\n      claimName: models"),
    ),
    ("KUB005", pod("hostNetwork: true"), pod("hostNetwork: false")),
    (
        "KUB006",
        container("securityContext:\n  capabilities:\n    add: [SYS_PTRACE]"),
        container("securityContext:\n  capabilities:\n    drop: [ALL]"),
    ),
    (
        "KUB007",
        pod("automountServiceAccountToken: true"),
        pod("automountServiceAccountToken: false"),
    ),
    (
        "KUB008",
        container("env:\n  - name: DB_PASSWORD\n    value: @SECRET@"),
        container(
            "env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef: {name: db, key: p}"
        ),
    ),
    ("KUB009", load_balancer("LoadBalancer"), load_balancer("ClusterIP")),
    (
        "KUB009",
        load_balancer("NodePort"),
        load_balancer(
            "LoadBalancer", "  annotations:\n    networking.gke.io/load-balancer-type: Internal\n"
        ),
    ),
    (
        "KUB010",
        container("resources:\n  limits:\n    nvidia.com/gpu: 1"),
        container("resources:\n  limits:\n    nvidia.com/gpu: 1\n    memory: 8Gi"),
    ),
    ("KUB011", CONTAINER.format("").replace("server:1.0", "server:latest"), CONTAINER.format("")),
    (
        "KUB012",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n"
        "rules:\n  - apiGroups: ['*']\n    resources: ['*']\n    verbs: ['*']\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n"
        "rules:\n  - apiGroups: ['']\n    resources: [pods]\n    verbs: [get]\n",
    ),
    (
        "KUB013",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\n"
        "roleRef: {name: view}\nsubjects:\n  - name: system:anonymous\n    kind: User\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\n"
        "roleRef: {name: view}\nsubjects:\n  - name: reader\n    kind: User\n",
    ),
    ("KSV001", kserve("hf://owner/model"), kserve(f"hf://owner/model:{COMMIT}")),
    (
        "KSV002",
        kserve("http://models.example.com/m.tar.gz"),
        kserve("https://models.example.com/m.tar.gz"),
    ),
    ("KSV003", kserve("s3://bucket/model", AUTH_OFF), kserve("s3://bucket/model", AUTH_ON)),
]
PAIRS = (
    [("Dockerfile", *pair) for pair in DOCKERFILES]
    + [("docker-compose.yml", *pair) for pair in COMPOSES]
    + [("deploy/model.yaml", *pair) for pair in KUBERNETES]
)


@pytest.mark.parametrize(("name", "rule", "bad", "good"), PAIRS)
def test_bad_is_found_and_good_is_silent(examined, name, rule, bad, good):
    found = examined(name, bad)
    assert rule in {finding.rule.id for finding in found}
    assert all(finding.location.line for finding in found)
    assert [str(finding.rule.id) for finding in examined(name, good)] == []
