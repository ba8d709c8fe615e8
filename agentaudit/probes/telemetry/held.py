"""What keeps exceptions from whatever runs a program, apart from blocks that catch them; and
whether that writes what nobody catches with its stack."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.errors import answering, language
from agentaudit.source import Component

_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts")
_SHOWN = regex(
    r"(?i)(?:^|/)(?:ui|mobile|front-?end|client|web-?app|www|components?|hooks|contexts?|stores?"
    r"|composables|public|static|assets|extensions?|wwwroot|webapp|META-INF/resources)/"
)
_ANSWERING = regex(r"(?:^|/)(?:api|server|actions|functions)/|(?:^|/)route\.[jt]sx?$")
_MARKS = {
    ".py": ("errorhandler(", "error_handler(", "return_exceptions", "retry_error_callback"),
    ".java": (
        *("onErrorResume", "onErrorReturn", ".exceptionally(", ".handle(("),
        *("@OnError", "ExceptionMapper<"),
    ),
    ".cs": (
        "UseExceptionHandler",
        "IExceptionHandler",
        "IExceptionFilter",
        ".IsFaulted",
        "AddFallback(",
        "FallbackAsync(",
    ),
}
_OF_SCRIPTS = (
    "handleServerError",
    "allSettled(",
    "setErrorHandler(",
    "@Catch(",
    ".onError(",
    "uncaughtEx",
)
FOUR = regex(
    r"\(\s?_?err(?:or)?\b[^(),]{0,40},\s?\w{1,20}\b[^(),]{0,40},\s?\w{1,20}\b[^(),]{0,40},"
)
"""The parameters of a function of Express that answers for all errors."""
_HIDING = regex(
    r"(?:django|rest_framework|mcp\.server|fastmcp|telegraf|botbuilder|@nestjs/microservices"
    r"|@modelcontextprotocol/sdk/server)(?:[./].{0,100})?"
)
"""Frameworks that answer for an exception, and write none of its stack by default."""
_MUTE = regex(
    r"=\s{0,4}[fF]astify\(\s{0,9}(?:\)|\{[^;]{0,400}\blogger: false"
    r"|\{(?![^;]{0,400}\blogger(?:Instance)?\b))"
)
"""Fastify, made without a logger: it writes nothing of what a route raises."""
_FEW = 5
"""Calls of a program of Python whose questions to models are not seen, and that is one all the
same."""
_FOREIGN = ("go.mod", "Cargo.toml", "Gemfile", "composer.json", "mix.exs", ".go", ".rs", ".rb")


def is_page(path: str) -> bool:
    """Whether a script runs in a browser, by its name."""
    if not path.endswith(_SCRIPTS) or _ANSWERING.search(path):
        return False
    return path.endswith((".tsx", ".jsx")) or bool(_SHOWN.search(path))


def holds_elsewhere(path: str, text: str) -> bool:
    """Whether a file answers for exceptions in any other way than by a block that catches them."""
    suffix = path[path.rfind(".") :]
    marks = _OF_SCRIPTS if suffix in _SCRIPTS else _MARKS.get(suffix, ())
    if any(mark in text for mark in marks):
        return True
    if suffix not in _SCRIPTS:
        return False
    return bool(("err" in text and FOUR.search(text)) or ("astify(" in text and _MUTE.search(text)))


def is_told(component: Component) -> bool:
    """Whether whatever runs a program writes what nobody catches with its stack: that of Python,
    JavaScript, Java and .NET does, where no framework answers before it does."""
    code = component.code
    uses = [use for trade in ("model", "agent") for use in component.uses(trade)]
    spoken = answering(code) or {language(use.place) for use in uses} | {
        "go" for use in uses if use.place.path.endswith(_FOREIGN)
    }
    if "go" in spoken or any(call.place.path.endswith(".go") for call in code.calls):
        return False
    if not answering(code) and sum(language(call.place) == "python" for call in code.calls) < _FEW:
        return False
    imports = (row.module for row in code.imports if row.role is Role.APP)
    return not any(_HIDING.fullmatch(module[:140]) for module in imports)
