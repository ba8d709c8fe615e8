"""Where what takes spans stands, and nothing in the program makes one of a model's call."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Use
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.source import Component, Repo

_OF_SDK = "langfuse-vercel"
"""Takes the spans of the AI SDK alone."""
_TAKES = {
    **dict.fromkeys(
        ("arize-phoenix", "arize-phoenix-otel", "arize-otel"),
        (
            "py",
            regex(
                r"auto_instrument\s?=(?!\s?False)|[iI]nstrumentor\b|\.instrument\w{0,40}\(|instrument_all"
                r"|\binstrument\s?=|set_global_handler|start_as_current_\w|start_span\(|@\w{0,30}tracer\."
                r"|google\.adk|strands|agent_framework|pydantic_ai|autogen|semantic_kernel|launch_app"
            ),
        ),
    ),
    _OF_SDK: (
        "ts",
        regex(
            r"experimental_telemetry\s?[:=]\s?\{(?:[^{}]|\{[^{}]{0,300}\}){0,400}"
            r"\bisEnabled\s?(?::(?!\s{0,40}false\b)|[,}])"
            r"|registerTelemetry|startActiveSpan|startSpan\(|@mastra/|\binstrument\w{0,30}\("
        ),
    ),
}
"""Libraries that take spans and make none; in which files they are made, and by what."""
_HANDED = regex(
    r"experimental_telemetry(?:\s?[:=]\s{0,40}(?:[\w(]|\{[^{}]{0,300}\.\.\.)|\s{0,40}[,}])"
)
_ENABLED = regex(r"\bisEnabled\s?:(?!\s{0,40}false\b)|\bgetSettings\(")
"""What hands calls of the SDK settings that are written elsewhere, and such settings."""
_COMMENT = {
    "py": regex(r"(?m)(?:^|(?<=\s))#[^\n]{0,2000}$"),
    "ts": regex(r"(?m)(?<![^\s{(])(?://[^\n]{0,2000}$|/\*(?:[^*]|\*(?!/)){0,5000}\*/)"),
}
_SCRIPTS = ("ts", "tsx", "js", "mjs", "cjs", "mts")
_MOST = 600
"""Files that are looked at: in more, one may be."""


def unmade(repo: Repo, component: Component, use: Use) -> bool:
    """Whether a library waits for spans, and no code of the component says how they are made."""
    if use.library not in _TAKES:
        return False
    if use.library == _OF_SDK and not any(row.module == "ai" for row in component.code.imports):
        return False
    kind, makes = _TAKES[use.library]
    looked, handed, enabled = 0, False, False
    for text in _texts(repo, component, kind):
        looked += 1
        if looked > _MOST or makes.search(text):
            return False
        if kind == "ts":
            handed = handed or _HANDED.search(text) is not None
            enabled = enabled or _ENABLED.search(text) is not None
    return looked > 0 and not (handed and enabled)


def _texts(repo: Repo, component: Component, kind: str) -> Iterator[str]:
    """What serves, without its comments; of other files, nothing."""
    home = "" if component.path == "." else component.path + "/"
    for suffix in ("py",) if kind == "py" else _SCRIPTS:
        for file in repo.files(f"{home}**/*.{suffix}"):
            text = (repo.read(file) or "")[:300_000] if is_serving(repo, file) else ""
            yield _COMMENT[kind].sub("", text)
