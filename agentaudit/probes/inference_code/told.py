"""What a platform tells a program of its commit, wherever the program takes it from there."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import in_text, regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.environment.in_code import said
from agentaudit.probes.inference_code.stamps import PLATFORM
from agentaudit.source import Component, Repo

_SOURCES = ("py", "ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "go", "java", "kt", "cs", "vue")
_WORDS = (
    *("VERCEL_GIT_COMMIT_SHA", "RENDER_GIT_COMMIT", "RAILWAY_GIT_COMMIT_SHA", "KOYEB_GIT_SHA"),
    *("HEROKU_SLUG_COMMIT", "HEROKU_BUILD_COMMIT", "CF_PAGES_COMMIT_SHA", "WORKERS_CI_COMMIT_SHA"),
    *("OPENSHIFT_BUILD_COMMIT", "ZEABUR_GIT_COMMIT_SHA"),
)
"""Those that carry the platform's name: nobody calls anything else so."""
_TYPED = regex(r"\??:\s{0,9}(?:string|undefined)\b")
"""What follows the name of a variable whose type is said and nothing more."""


def told(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of the serving code that take the commit from a variable which the platform sets."""
    home = "" if component.path == "." else f"{component.path}/"
    for suffix in _SOURCES:
        for file in repo.files(f"{home}**/*.{suffix}", saying=_WORDS):
            types = file.path.endswith(".d.ts")
            if file.repo == component.repo and not types and is_serving(repo, file):
                for number, line in enumerate(said(repo, file).split("\n"), 1):
                    if _is_taken(line[:1000]):
                        yield replace(file, line=number, text=line.strip()[:300])


def _is_taken(line: str) -> bool:
    """Whether a line names one as code does: not within a longer text, nor for its type."""
    if not any(word in line for word in _WORDS):
        return False
    for found in PLATFORM.finditer(line):
        above, below = line[: found.start()], line[found.end() :]
        whole = above[-1:] in ("'", '"', "`") and below[:1] == above[-1:]
        typed = _TYPED.match(below) is not None
        if found[0] in _WORDS and not typed and (whole or not in_text(above)):
            return True
    return False
