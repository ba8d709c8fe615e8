"""Code of evaluation that can get answers which it scores."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Import, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Component, Repo

_WORDS = regex(r"[A-Z][A-Z\d_]*|(?:get|build|make|load|render|format|create)_\w{0,60}prompts?")
"""Names of what is imported to read it: constants, and functions that make a prompt."""
_ASKS = ("model", "agent", "evaluation")
_CLIENTS = frozenset({"httpx", "requests", "aiohttp", "axios", "undici", "urllib"})
SUITE_ROLES = frozenset({Role.EVAL})
_REQUIRES = regex(r"\brequire\(\s{0,4}[\"']\.\./")
_DEEP = 3
"""Parts of a name from which on it is a Java class and not a word."""


def fetching(repo: Repo) -> Iterator[Place]:
    """Scripts of evaluation that ask the running system, for which they import nothing, or require
    what stands outside of the suite."""
    for kind in ("ts", "js", "mjs"):
        for file in repo.files(f"**/*.{kind}", saying=("fetch(", "require(")):
            if repo.role(file) in SUITE_ROLES and not OUTSIDE.search(file.path):
                text = repo.read(file) or ""
                if "fetch(" in text or _REQUIRES.search(text):
                    yield file


class Asking:
    """What code of evaluation must import to get answers that it can score."""

    def __init__(self, component: Component) -> None:
        self.libraries = {use.library for trade in _ASKS for use in component.uses(trade)}
        """Libraries that ask models, or score."""
        paths = {call.place.path for call in component.code.calls if call.role is Role.APP}
        self._homes = {path.rpartition("/")[0] for path in paths} - {""}
        self._own = {part.partition(".")[0] for path in paths for part in path.split("/")}

    def asks(self, given: Import) -> bool:
        """Whether an import brings a model, the system's own code, or a way to call it."""
        return given.role in SUITE_ROLES and self.brings(given)

    def brings(self, given: Import) -> bool:
        """The same of an import wherever it stands."""
        asks = given.library in self.libraries or _root(given) in _CLIENTS
        return asks or self.is_system(given)

    def is_system(self, given: Import) -> bool:
        """Whether it brings code of the system itself, and not only words of it."""
        words = given.names and all(map(_WORDS.fullmatch, given.names))
        return not words and (_root(given) in self._own or self._is_own(given.module))

    def _is_own(self, module: str) -> bool:
        """Whether a Go package, a Java class or a C# namespace is the repository's own."""
        if "/" in module:
            domain, _, path = module.partition("/")
            return "." in domain and any(path.endswith(f"/{home}") for home in self._homes)
        parts = module.split(".")
        package = "/".join(parts[:-1])
        if len(parts) > _DEEP and any(f"/{home}".endswith(f"/{package}") for home in self._homes):
            return True
        return bool(self._own & set(parts[1:2]))


def _root(given: Import) -> str:
    return given.module.lstrip("./@").replace("/", ".").partition(".")[0]
