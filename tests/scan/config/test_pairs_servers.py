"""Bad and good twins: model servers, notebooks, tracking, applications, stores, agents."""

import json

import pytest


def cmd(*words: str, env: str = "") -> str:
    return f"FROM example/base:1.0\n{env}USER app\nCMD {json.dumps(words)}\n"


def service(image: str, command: str = "", ports: str = "", env: str = "") -> str:
    lines = ["services:", "  app:", f"    image: {image}"]
    lines += [f"    command: {command}"] if command else []
    lines += ["    ports:", f"      - '{ports}'"] if ports else []
    lines += ["    environment:", f"      {env}"] if env else []
    return "\n".join(lines) + "\n"


def ray(kind: str) -> str:
    return f"""apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: cluster
spec:
  headGroupSpec:
    serviceType: {kind}
    rayStartParams: {{}}
    template:
      spec:
        containers:
          - name: head
            image: rayproject/ray:2.9.0
"""


def policy(principal: str, action: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": action,
                    "Resource": "arn:aws:s3:::b/*",
                },
            ],
        },
        indent=2,
    )


def gcs(member: str) -> str:
    return json.dumps({"bindings": [{"role": "roles/storage.objectViewer", "members": [member]}]})


def bucket(acl: str) -> str:
    return f"""AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Models:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: {acl}
"""


def blocked(value: str) -> str:
    return (
        bucket("Private")
        + f"""      PublicAccessBlockConfiguration:
        BlockPublicAcls: {value}
"""
    )


def mcp(**server: object) -> str:
    return json.dumps({"mcpServers": {"tools": server}}, indent=2)


D, C, E = "Dockerfile", "compose.yaml", "prod.env"
PAIRS = [
    (
        "LLM001",
        D,
        cmd("vllm", "serve", "m", "--host", "0.0.0.0"),
        cmd("vllm", "serve", "m", "--host", "127.0.0.1"),
    ),
    (
        "LLM001",
        C,
        service("example/sgl:1", "python -m sglang.launch_server --host 0.0.0.0", "8000:30000"),
        service(
            "example/sgl:1", "python -m sglang.launch_server --host 0.0.0.0", "127.0.0.1:8000:30000"
        ),
    ),
    (
        "LLM001",
        D,
        cmd("text-generation-launcher", "--hostname", "0.0.0.0"),
        cmd("text-generation-launcher", "--hostname", "0.0.0.0", "--api-key", "$KEY"),
    ),
    (
        "LLM001",
        "serve.sh",
        "#!/bin/sh\nexec llama-server --host 0.0.0.0 -m a.gguf\n",
        "#!/bin/sh\nexec llama-server --host 0.0.0.0 -m a.gguf --api-key-file /run/secrets/k\n",
    ),
    (
        "LLM001",
        C,
        service("vllm/vllm-openai:v0.6.0", "--model m", "8000:8000"),
        service("vllm/vllm-openai:v0.6.0", "--model m --api-key ${KEY}", "8000:8000"),
    ),
    (
        "TRK001",
        C,
        service("mlflow/mlflow:v2.9.0", "mlflow server --host 0.0.0.0", "5000:5000"),
        service(
            "mlflow/mlflow:v2.9.0", "mlflow server -h 0.0.0.0 --app-name basic-auth", "5000:5000"
        ),
    ),
    (
        "STO001",
        C,
        service("qdrant/qdrant:v1.9.0", ports="6333:6333"),
        service(
            "qdrant/qdrant:v1.9.0", ports="6333:6333", env="QDRANT__SERVICE__API_KEY: ${KEY:?}"
        ),
    ),
    (
        "LLM002",
        C,
        service("vllm/vllm-openai:v0.6.0", "--model m --trust-remote-code"),
        service("vllm/vllm-openai:v0.6.0", "--model m"),
    ),
    (
        "LLM003",
        D,
        cmd("vllm", "serve", "m", "--host=127.0.0.1", "--allowed-origins", '["*"]'),
        cmd("vllm", "serve", "m", "--host=127.0.0.1", "--allowed-origins", '["https://a.example"]'),
    ),
    (
        "LLM004",
        D,
        cmd("ollama", "serve", env="ENV OLLAMA_HOST=0.0.0.0:11434\n"),
        cmd("ollama", "serve", env="ENV OLLAMA_HOST=127.0.0.1:11434\n"),
    ),
    (
        "LLM004",
        C,
        service("ollama/ollama:0.3.0", ports="11434:11434"),
        service("ollama/ollama:0.3.0", ports="127.0.0.1:11434:11434"),
    ),
    ("LLM005", E, "OLLAMA_ORIGINS=*\n", "OLLAMA_ORIGINS=https://a.example\n"),
    (
        "LLM006",
        E,
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True\n",
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING=False\n",
    ),
    (
        "JUP001",
        D,
        cmd("jupyter", "lab", "--ServerApp.token=''"),
        cmd("jupyter", "lab", "--no-browser"),
    ),
    ("JUP001", D, cmd("start-notebook.sh", "--NotebookApp.token="), cmd("start-notebook.sh")),
    (
        "JUP001",
        "jupyter_server_config.py",
        "c = get_config()\nc.ServerApp.token = ''\n",
        "c = get_config()\nc.ServerApp.open_browser = False\n",
    ),
    (
        "JUP001",
        "jupyter_server_config.json",
        '{"IdentityProvider": {"token": ""}}',
        '{"ServerApp": {"port": 1}}',
    ),
    ("JUP001", D, cmd("code-server", "--auth", "none"), cmd("code-server", "--auth", "password")),
    (
        "JUP002",
        "jupyter_notebook_config.py",
        "c.NotebookApp.allow_origin = '*'\n",
        "c.NotebookApp.allow_origin = 'https://a.example'\n",
    ),
    ("JUP003", D, cmd("jupyter", "notebook", "--allow-root"), cmd("jupyter", "notebook")),
    (
        "JUP004",
        "jupyter_server_config.py",
        "c.ServerApp.disable_check_xsrf = True\n",
        "c.ServerApp.disable_check_xsrf = False\n",
    ),
    ("JUP005", D, cmd("jupyter", "lab", "--ip=0.0.0.0"), cmd("jupyter", "lab", "--ip=127.0.0.1")),
    (
        "TRK001",
        D,
        cmd("mlflow", "server", "--host", "0.0.0.0"),
        cmd("mlflow", "server", "--host", "0.0.0.0", "--app-name", "basic-auth"),
    ),
    ("TRK001", "start.sh", "mlflow ui -h 0.0.0.0 -p 5000\n", "mlflow ui -h 127.0.0.1 -p 5000\n"),
    (
        "TRK002",
        "basic_auth.ini",
        "[mlflow]\nadmin_username = admin\nadmin_password = password1234\n",
        "[mlflow]\nadmin_username = admin\nadmin_password = ${ADMIN}\n",
    ),
    (
        "TRK003",
        D,
        cmd("mlflow", "server", "--allowed-hosts", "*"),
        cmd("mlflow", "server", "--allowed-hosts", "ml.example.com"),
    ),
    (
        "RAY001",
        D,
        cmd("ray", "start", "--head", "--dashboard-host=0.0.0.0"),
        cmd("ray", "start", "--head", "--dashboard-host=127.0.0.1"),
    ),
    ("RAY001", "ray.yaml", ray("LoadBalancer"), ray("ClusterIP")),
    (
        "TRI001",
        D,
        cmd("tritonserver", "--model-repository=/m", "--model-control-mode=explicit"),
        cmd("tritonserver", "--model-repository=/m", "--model-control-mode=none"),
    ),
    (
        "TSV001",
        "config.properties",
        "inference_address=http://127.0.0.1:8080\nmanagement_address=http://0.0.0.0:8081\n",
        "inference_address=http://0.0.0.0:8080\nmanagement_address=http://127.0.0.1:8081\n",
    ),
    (
        "TSV002",
        "config.properties",
        "inference_address=http://0.0.0.0:8080\ndisable_token_authorization=true\n",
        "inference_address=http://0.0.0.0:8080\ndisable_token_authorization=false\n",
    ),
    (
        "TSV002",
        D,
        cmd("torchserve", "--start", "--disable-token-auth"),
        cmd("torchserve", "--start"),
    ),
    (
        "TSV003",
        "config.properties",
        "inference_address=http://0.0.0.0:8080\nallowed_urls=.*\n",
        "inference_address=http://0.0.0.0:8080\nallowed_urls=https://models.example.com/.*\n",
    ),
    ("TBD001", "run.sh", "tensorboard --logdir a --bind_all\n", "tensorboard --logdir a\n"),
    ("APP001", E, "GRADIO_SHARE=1\n", "GRADIO_SHARE=0\n"),
    ("APP001", D, cmd("python", "launch.py", "--share"), cmd("python", "launch.py", "--port", "1")),
    (
        "APP002",
        ".streamlit/config.toml",
        "[server]\nenableXsrfProtection = false\n",
        "[server]\nenableXsrfProtection = true\n",
    ),
    (
        "APP002",
        D,
        cmd("streamlit", "run", "a.py", "--server.enableXsrfProtection=false"),
        cmd("streamlit", "run", "a.py"),
    ),
    (
        "APP003",
        ".streamlit/config.toml",
        "[server]\nenableCORS = false\n",
        "[server]\nenableCORS = true\n",
    ),
    (
        "APP003",
        "bentoml.yaml",
        "api_server:\n  http:\n    cors:\n      enabled: true\n"
        "      access_control_allow_origins: ['*']\n",
        "api_server:\n  http:\n    cors:\n      enabled: true\n      access_control_allow_origins: ['https://a.example']\n",
    ),
    ("APP004", E, "WEBUI_AUTH=False\n", "WEBUI_AUTH=True\n"),
    (
        "APP004",
        C,
        service("langflowai/langflow:1.0", env="LANGFLOW_AUTO_LOGIN: 'true'"),
        service("langflowai/langflow:1.0", env="LANGFLOW_AUTO_LOGIN: 'false'"),
    ),
    (
        "AFL001",
        "airflow.cfg",
        "[webserver]\nexpose_config = True\n",
        "[webserver]\nexpose_config = non-sensitive-only\n",
    ),
    (
        "AFL002",
        "airflow.cfg",
        "[api]\nauth_backends = airflow.api.auth.backend.default\n",
        "[api]\nauth_backends = airflow.api.auth.backend.session\n",
    ),
    (
        "AFL003",
        E,
        "AIRFLOW__WEBSERVER__SECRET_KEY=temporary_key\n",
        "AIRFLOW__WEBSERVER__SECRET_KEY=${KEY}\n",
    ),
    ("KFL001", E, "APP_DISABLE_AUTH=true\n", "APP_DISABLE_AUTH=false\n"),
    (
        "STO001",
        C,
        service(
            "semitechnologies/weaviate:1.25.0",
            env="AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true'",
        ),
        service(
            "semitechnologies/weaviate:1.25.0",
            env="AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false'",
        ),
    ),
    (
        "STO001",
        C,
        service("elasticsearch:8.1.0", env="- xpack.security.enabled=false"),
        service("elasticsearch:8.1.0", env="- xpack.security.enabled=true"),
    ),
    (
        "STO001",
        C,
        service("qdrant/qdrant:v1.9.0", ports="6333:6333"),
        service("qdrant/qdrant:v1.9.0", ports="127.0.0.1:6333:6333"),
    ),
    (
        "STO001",
        D,
        cmd("chroma", "run", "--host", "0.0.0.0"),
        cmd("chroma", "run", "--host", "localhost"),
    ),
    (
        "STO001",
        "redis.conf",
        "bind 0.0.0.0\nprotected-mode no\n",
        "bind 127.0.0.1\nprotected-mode yes\n",
    ),
    (
        "STO001",
        "milvus.yaml",
        "common:\n  security:\n    authorizationEnabled: false\n",
        "common:\n  security:\n    authorizationEnabled: true\n",
    ),
    ("STO001", E, "POSTGRES_HOST_AUTH_METHOD=trust\n", "POSTGRES_HOST_AUTH_METHOD=scram-sha-256\n"),
    ("STO001", "qdrant.yaml", "service:\n  host: 0.0.0.0\n", "service:\n  host: 127.0.0.1\n"),
    ("STO002", E, "MINIO_ROOT_PASSWORD=minioadmin\n", "MINIO_ROOT_PASSWORD=${MINIO}\n"),
    ("STO003", E, "ALLOW_RESET=TRUE\n", "ALLOW_RESET=FALSE\n"),
    (
        "STO004",
        "elasticsearch.yml",
        "xpack.security.http.ssl.enabled: false\n",
        "xpack.security.http.ssl.enabled: true\n",
    ),
    (
        "AUD001",
        "elasticsearch.yml",
        "xpack.security.audit.enabled: false\n",
        "xpack.security.audit.enabled: true\n",
    ),
    ("TLM001", E, "LANGSMITH_TRACING=true\n", "LANGSMITH_TRACING=false\n"),
    (
        "TLM002",
        E,
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true\n",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=false\n",
    ),
    (
        "OBJ001",
        "policy.json",
        policy("*", "s3:GetObject"),
        policy("arn:aws:iam::1:root", "s3:GetObject"),
    ),
    (
        "OBJ002",
        "policy.json",
        policy("*", "s3:PutObject"),
        policy("arn:aws:iam::1:root", "s3:PutObject"),
    ),
    ("OBJ001", "iam.json", gcs("allUsers"), gcs("user:a@example.com")),
    ("OBJ001", "stack.yaml", bucket("PublicRead"), bucket("Private")),
    (
        "OBJ002",
        "init.sh",
        "mc anonymous set public local/models\n",
        "mc anonymous set none local/models\n",
    ),
    ("OBJ003", "stack.yaml", blocked("false"), blocked("true")),
    (
        "MCP001",
        ".mcp.json",
        mcp(command="npx", args=["-y", "@example/tools"]),
        mcp(command="npx", args=["-y", "@example/tools@1.2.3"]),
    ),
    (
        "MCP001",
        "mcp.json",
        mcp(command="uvx", args=["tools"]),
        mcp(command="uvx", args=["tools==1.0"]),
    ),
    (
        "MCP002",
        ".mcp.json",
        mcp(url="http://tools.example.com/mcp", headers={}),
        mcp(url="https://tools.example.com/mcp", headers={"Authorization": "Bearer ${TOKEN}"}),
    ),
    (
        "MCP003",
        ".mcp.json",
        mcp(url="https://tools.example.com/mcp"),
        mcp(url="http://127.0.0.1:8000/mcp"),
    ),
    (
        "MCP004",
        "claude_desktop_config.json",
        mcp(command="tools", env={"API_KEY": "@SECRET@"}),
        mcp(command="tools", env={"API_KEY": "${API_KEY}"}),
    ),
    (
        "MCP005",
        ".mcp.json",
        mcp(command="npx", args=["-y", "@m/server-filesystem@1.0.0", "/"]),
        mcp(command="npx", args=["-y", "@m/server-filesystem@1.0.0", "./docs"]),
    ),
    (
        "MCP006",
        ".mcp.json",
        mcp(command="tools", autoApprove=["*"]),
        mcp(command="tools", autoApprove=["read"]),
    ),
    (
        "NET001",
        E,
        "MLFLOW_TRACKING_URI=http://mlflow.example.com:5000\n",
        "MLFLOW_TRACKING_URI=https://mlflow.example.com\n",
    ),
    (
        "NET002",
        C,
        service("example/app:1", env="QDRANT_URL: http://qdrant:6333"),
        service("example/app:1", env="QDRANT_URL: https://qdrant:6333"),
    ),
    (
        "NET003",
        E,
        "MLFLOW_TRACKING_URI=https://ml:@SECRET@@ml.example.com\n",
        "MLFLOW_TRACKING_URI=https://ml.example.com\n",
    ),
]


@pytest.mark.parametrize(("rule", "name", "bad", "good"), PAIRS)
def test_bad_is_found_and_good_is_silent(examined, rule, name, bad, good):
    found = examined(name, bad)
    assert rule in {finding.rule.id for finding in found}
    assert all(finding.location.line for finding in found)
    assert [str(finding.rule.id) for finding in examined(name, good)] == []
