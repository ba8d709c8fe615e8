"""Projects that ask a model and that nothing deploys: what nobody is known to start is started by
hand, or by a platform that needs no file in the repository. Nothing agentic may hide there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set

from agentaudit.addresses import posts
from agentaudit.code import Code, Role, Strength
from agentaudit.expressions import regex
from agentaudit.source import Dependency
from agentaudit.sources.git import libraries
from agentaudit.sources.git.code.assemble import Repository
from agentaudit.sources.git.knowledge import known
from agentaudit.sources.git.projects import Project, by_home, by_name, reached
from agentaudit.sources.git.reader import ancestors, directory
from agentaudit.trades import AGENTIC, acts

_ASIDE = regex(
    r"(?i)(?:^|/)(?:(?:[\w]{1,40}-)?scripts?|layers?|bin|tools?|tooling|utils?|hack|(?:[\w]{1,20}-)?seed[\w-]{0,40}|data|notebooks?|research"
    r"|experiments?|poc|legacy|(?:[\w.]{1,40}[-_])?(?:archived?|old)|backups?|deprecated|workshops?|courses?|lessons?|labs?"
    r"|[\w.-]{1,100}[.-]?tests?)/"
)
"""Directories of what somebody runs now and then, beside the application, and of what is taught."""

_SENT = regex(
    r"^(?:https?|wss?)://.{1,300}(?:/(?:completions|messages|responses|embeddings|realtime|generate"
    r"|chat)\b|:(?:streamG|g)enerateContent\b)"
)
"""Where a provider takes what it shall answer."""


def homes(
    repository: Repository,
    projects: Collection[Project],
    needs: Callable[[str], Sequence[Dependency]],
    parts: Collection[str],
    deploys: Callable[[str], bool],
) -> Iterator[str]:
    """Directories of projects whose application code calls an agentic library that they declare, or
    asks a provider without one.

    `needs` is what the project of a directory declares; `parts` are the components known, and what
    their images take in besides; `deploys` tells files that only say what there shall be."""
    projected = by_home(projects)
    groups: dict[str, list[str]] = {}
    for path in repository.paths:
        home = _alone(repository, path, projected, parts)
        if home is not None:
            groups.setdefault(home, []).append(path)
    if not groups:
        return
    used = _used(projected, parts)
    for home, paths in sorted(groups.items()):
        paths = [path for path in paths if home not in used and not deploys(path)]
        if not paths:
            continue
        declared = needs(home)
        code = repository.code(paths, (), declared, ())
        agentic = not libraries.by_trade(declared).keys().isdisjoint(AGENTIC)
        if _posts(code) or _asks(code, {each.ecosystem for each in declared}, agentic=agentic):
            yield home


def _alone(
    repository: Repository, path: str, known: Mapping[str, Project], parts: Collection[str]
) -> str | None:
    """The project of a file of the application, where that is no part of a component."""
    if path.endswith(".ipynb") or repository.role(path) is not Role.APP or _ASIDE.search(path):
        return None
    for above in ancestors(directory(path)):
        if above in parts:
            return None
        if above in known:
            return None if known[above].parts else above
    return None


def _used(known: Mapping[str, Project], parts: Collection[str]) -> set[str]:
    """Directories of the projects that components need, if only through others, and of copies of
    projects that components hold."""
    found: set[str] = set()
    named = by_name(known.values())
    held: dict[tuple[str, str], set[str]] = {}
    for part in known.values():
        if part.home in parts or part.parts:
            found |= set(reached(named, part.needs))
            held.setdefault(_called(part), set()).update(part.needs)
    return found | {
        each.home
        for each in known.values()
        if each.name and each.needs <= held.get(_called(each), frozenset())
    }


def _called(project: Project) -> tuple[str, str]:
    """What a project and its directory are called: both are the same of a copy."""
    return project.name, project.home.rpartition("/")[2]


def _posts(code: Code) -> bool:
    """Whether it sends something to a model: an address alone may be what it writes into settings,
    or asks whether a key is any good."""
    return code.posts and any(
        posts(each.name, each.callee) or _SENT.search(each.text)
        for each in code.literals
        if each.role is Role.APP
    )


def _asks(code: Code, kinds: Set[str], *, agentic: bool) -> bool:
    """Whether it calls an agentic library: one that it declares or, where it is not `agentic` by
    what it declares, a part of one that does all sorts, as that of a cloud for Python does."""
    uses = (use for trade in AGENTIC for use in code.used.get(trade, ()))
    called = (use for use in uses if acts(use) and use.strength >= Strength.CALLED)
    return any(agentic or (kinds <= {"python"} and _is_part(use.library)) for use in called)


def _is_part(library: str) -> bool:
    """Whether what is called so is in no package of its own."""
    return not any(library in names for names in known().packages.values())
