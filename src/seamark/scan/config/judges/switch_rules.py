"""Rules that one setting breaks: applications, workflows, stores, telemetry, audit logs."""

from seamark.core.rules import atlas, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.config.declare import CRITICAL, HIGH, LOW, MEDIUM, declare

GRADIO_SHARE = declare(
    "APP001",
    HIGH,
    "An application is opened to the internet through a tunnel",
    "share makes a public address for a program on your machine: whoever has or guesses it uses "
    "the model and reads the files that the program serves.",
    "Take share away, and publish the application behind a login.",
    cwe(668),
    owasp_llm(10),
)
XSRF_OFF = declare(
    "APP002",
    MEDIUM,
    "An application does not check where requests come from",
    "Each website can then send files and requests in the name of a visitor who uses the "
    "application.",
    "Take the setting away: the check is on by default.",
    cwe(352),
)
CORS_OFF = declare(
    "APP003",
    MEDIUM,
    "An application answers any website",
    "Each website that somebody opens can read what the application tells this person.",
    "Name the origins that need it.",
    cwe(942),
)
APP_LOGIN_OFF = declare(
    "APP004",
    HIGH,
    "The login of an AI application is switched off",
    "Everyone who reaches it uses its models, keys and tools, which often run code.",
    "Take the setting away, and give people accounts.",
    cwe(306),
)
AIRFLOW_EXPOSE = declare(
    "AFL001",
    MEDIUM,
    "Airflow shows its configuration to its users",
    "The configuration holds the keys and passwords of the database and the brokers.",
    "Set expose_config to False or non-sensitive-only.",
    cwe(200),
)
AIRFLOW_NO_LOGIN = declare(
    "AFL002",
    CRITICAL,
    "Airflow asks nobody to log in",
    "Who can trigger and change pipelines runs code on the workers, with their credentials.",
    "Use a login (session, basic_auth or a login service).",
    cwe(306),
)
AIRFLOW_KEY = declare(
    "AFL003",
    HIGH,
    "Airflow signs sessions with a key that everyone knows",
    "Whoever knows the key makes a session of the administrator.",
    "Make a random key, and give it from a secret.",
    cwe(1392),
    cwe(321),
)
KUBEFLOW_NO_LOGIN = declare(
    "KFL001",
    HIGH,
    "A web application of Kubeflow checks no rights",
    "Everyone who reaches it acts in every namespace: notebooks, volumes, experiments.",
    "Set APP_DISABLE_AUTH to false.",
    cwe(862),
)
STORE_ANONYMOUS = declare(
    "STO001",
    HIGH,
    "A database lets everyone in",
    "Documents and vectors can be read, and changed: what is written there the model will read "
    "(retrieval poisoning). Texts can be won back from vectors.",
    "Switch its login on and give accounts or keys from a secret.",
    cwe(306),
    owasp_llm(8),
    atlas("AML.T0070"),
)
STORE_DEFAULT = declare(
    "STO002",
    HIGH,
    "A store has the password of its documentation",
    "Everyone knows it, and programs try it on each address of the internet.",
    "Set a random password from a secret.",
    cwe(1392),
)
STORE_RESET = declare(
    "STO003",
    MEDIUM,
    "A request can empty the vector database",
    "The reset endpoint, meant for tests, deletes everything.",
    "Take ALLOW_RESET away.",
    cwe(749),
)
STORE_PLAIN = declare(
    "STO004",
    MEDIUM,
    "A database talks without encryption",
    "Passwords, documents and vectors can be read and changed on the way.",
    "Switch TLS on.",
    cwe(319),
)
PROMPTS_SENT = declare(
    "TLM001",
    LOW,
    "Prompts and answers are sent to a tracing service",
    "With tracing on, the texts of all users leave to somebody else's service: personal data, "
    "secrets and documents among them.",
    "Switch it off in production, hide inputs and outputs (LANGSMITH_HIDE_INPUTS), or host the "
    "service yourself; then name it in the records of processing.",
    cwe(359),
    owasp_llm(2),
)
CONTENT_CAPTURED = declare(
    "TLM002",
    LOW,
    "Traces hold the text of prompts and answers",
    "Traces are kept long and read by many; the texts of users and the system prompt are in them.",
    "Switch the capture of content off, or filter it in the collector.",
    cwe(532),
    owasp_llm(2),
)
AUDIT_OFF = declare(
    "AUD001",
    LOW,
    "A record of who did what is switched off or unprotected",
    "Without it nobody can say after an incident what was read, asked or changed.",
    "Switch it on, and keep it where the server itself cannot change it.",
    cwe(778),
    verdict=Verdict.REVIEW,
)
RULES = (
    GRADIO_SHARE,
    XSRF_OFF,
    CORS_OFF,
    APP_LOGIN_OFF,
    AIRFLOW_EXPOSE,
    AIRFLOW_NO_LOGIN,
    AIRFLOW_KEY,
    KUBEFLOW_NO_LOGIN,
    STORE_ANONYMOUS,
    STORE_DEFAULT,
    STORE_RESET,
    STORE_PLAIN,
    PROMPTS_SENT,
    CONTENT_CAPTURED,
    AUDIT_OFF,
)
