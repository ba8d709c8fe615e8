"""Modules of Python that nothing imports: what a model would be told there, it is never told."""

from __future__ import annotations

from agentaudit.code import Prompt
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_STARTED = regex(
    r"(?i)(?:^|/)(?:__\w{1,20}__|main|app|server|api|run|cli|bot|agent|worker|index|wsgi|asgi"
    r"|manage|handler|lambda_function|function_app|streamlit_app)\.py$|(?:^|/)(?:pages|api|bin)/"
)
"""Files that people, platforms and frameworks start by their name or place."""
_STARTS = regex(r"(?m)^if\s{1,4}__name__\s{0,4}==|^(?:st|cl|gr|chainlit|streamlit)\.\w")
_NAMING = (
    *("**/*.py", "**/*.ipynb", "**/*.toml", "**/*.cfg", "**/*.y*ml", "**/*.json", "**/*.sh"),
    *("**/*.md", "**/*.tf", "**/*.ts", "**/*ockerfile*", "**/Makefile", "**/Procfile"),
)
"""Files that may say what a module is called, to import or to start it."""
_FINDS = ("iter_modules", "walk_packages", "import_module", "spec_from_file_location")
"""What imports modules by names that are found out only when it runs."""


def is_forgotten(repo: Repo, component: Component, prompt: Prompt) -> bool:
    """Whether a prompt stands in functions that nothing calls, of a module that no other file of
    the repository says the name of."""
    path = prompt.place.path
    if not path.endswith(".py") or _STARTED.search(path):
        return False
    inside = [c for c in component.code.calls if c.place.path == path and c.scope]
    if not inside or any(call.reached for call in inside):
        return False
    stem = path.rpartition("/")[2].removesuffix(".py")
    named = (file for kind in _NAMING for file in repo.files(kind, saying=(stem,)))
    if any(_is_other(file, prompt.place) for file in named):
        return False
    finds = next(iter(repo.files("**/*.py", saying=_FINDS)), None)
    return finds is None and not _STARTS.search(repo.read(Place(prompt.place.repo, path)) or "")


def _is_other(file: Place, place: Place) -> bool:
    return (file.repo, file.path) != (place.repo, place.path)
