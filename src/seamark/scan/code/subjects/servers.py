"""Servers that code starts: debuggers, public tunnels, open origins."""

import ast
from collections.abc import Iterator
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.code.sites import Sight, Site, Subject, Trigger

DEBUGGER = Rule(
    id="SRV001",
    title="A web server runs with its debugger",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The debugger's console runs Python for whoever reaches an error page.",
    remedy="Remove debug=True; take it from a variable that only developers set.",
    references=(cwe(489), cwe(94)),
)
PUBLIC_TUNNEL = Rule(
    id="SRV002",
    title="A demo is published through a tunnel",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="share=True gives anyone on the internet this process, past the firewall.",
    remedy="Remove share=True; publish behind your own login, or pass auth=.",
    references=(cwe(668), cwe(306)),
)
OPEN_ORIGINS = Rule(
    id="SRV003",
    title="Any website may call this API with the user's cookies",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="With credentials allowed, a wildcard is answered with the caller's own origin.",
    remedy="List the origins that may call, or leave allow_credentials off.",
    references=(cwe(942), cwe(346)),
)

_GRADIO: Final = ("Interface", "Blocks", "ChatInterface", "TabbedInterface")


def _flask(site: Site) -> Iterator[Sight]:
    if site.says(True, 2, "debug"):
        yield site.sight(DEBUGGER, f"{site.text or site.called} is called with debug=True.")


def _gradio(site: Site) -> Iterator[Sight]:
    if "gradio" not in site.path and not _gradio_name(site):
        return
    if site.says(True, 1, "share"):
        guarded = site.argument(None, "auth") is not None
        yield site.sight(
            PUBLIC_TUNNEL,
            f"{site.text or site.called} is called with share=True"
            + (", though with a login." if guarded else " and without a login."),
            about="launch:share",
            confidence=Confidence.LOW if guarded else Confidence.HIGH,
        )


def _gradio_name(site: Site) -> bool:
    owner = site.text.rpartition(".")[0]
    return owner in ("demo", "iface", "interface", "blocks", "app") and any(
        path.startswith("gradio") for path in _module_paths(site)
    )


def _module_paths(site: Site) -> Iterator[str]:
    for name in ("gr", "gradio"):
        for target in site.names.resolve(ast.Name(name, ast.Load())):
            yield target.path


def _middleware(site: Site) -> Iterator[Sight]:
    origins = site.argument(None, "allow_origins")
    anywhere = isinstance(origins, ast.List | ast.Tuple) and any(
        site.text_of(each) == "*" for each in origins.elts
    )
    if not anywhere and origins is not None:
        anywhere = ("*",) in site.names.folder.values(origins)
    pattern = site.text_of(site.argument(None, "allow_origin_regex")) in (".*", "https?://.*")
    if (anywhere or pattern) and site.says(True, None, "allow_credentials"):
        yield site.sight(
            OPEN_ORIGINS,
            f"{site.text or site.called} allows every origin, with credentials.",
            about="allow_origins",
        )


def _flask_cors(site: Site) -> Iterator[Sight]:
    if not site.says(True, None, "supports_credentials"):
        return
    origins = site.argument(None, "origins", "resources")
    if origins is None or site.text_of(origins) == "*":
        yield site.sight(OPEN_ORIGINS, "flask_cors.CORS allows every origin, with credentials.")


SUBJECT = Subject(
    rules=(DEBUGGER, PUBLIC_TUNNEL, OPEN_ORIGINS),
    triggers=(
        Trigger(
            ("debug=", "debug =", "share=", "share =", "allow_credentials", "supports_credentials")
        ),
    ),
    calls={
        "flask.Flask().run": _flask,
        "quart.Quart().run": _flask,
        "dash.Dash().run": _flask,
        "dash.Dash().run_server": _flask,
        "starlette.middleware.cors.CORSMiddleware": _middleware,
        "flask_cors.CORS": _flask_cors,
        "flask_cors.cross_origin": _flask_cors,
    },
    methods={"launch": _gradio, "add_middleware": _middleware, "Middleware": _middleware},
)
