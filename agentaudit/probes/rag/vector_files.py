"""Which files of a component are about vectors: by their names, and by what they ask."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.once import once
from agentaudit.source import Component, Repo

COUNTS = frozenset({Role.APP, Role.INFRA})
_TELLING = regex(r"(?i)embed|vector|chunk|ingest|index|(?:^|[/_.])rag|knowledge|memor|seed")
_MODULE = regex(
    r"(?i)(?:^|[/_-])(?:chunks?|embeddings?|vectors?|vector_?(?:db|store)s?|documents?|schemas?|models?|types?|ingest\w{0,5})"
    r"\.(?:py|ts|go|java|cs|prisma)$|(?:^|/)\w{0,40}(?:chunk|passage)(?:entity|model|record)?\.(?:java|cs|kt)$|(?:^|/)actions/[\w-]{1,60}\.ts$"
)


def about_vectors(repo: Repo, component: Component) -> set[tuple[str, str]]:
    """Path and repository of each."""
    return _files(component) | _named(repo, component)


def likeliest(file: tuple[str, str]) -> tuple[bool, bool, str, str]:
    """Sorts those first that by their names keep documents."""
    path, name = file
    return not _LIKELY.search(path), "frontend/" in path, path, name


_LIKELY = regex(
    r"(?i)(?:embed|vector|chunk|ingest|index|retriev|knowledge|document|rag)[^/]{0,60}$"
)


@once
def _named(repo: Repo, component: Component) -> set[tuple[str, str]]:
    """Files below the component that are called after what they hold."""
    home = "" if component.path == "." else f"{component.path}/"
    return {
        (each.path, each.repo)
        for each in repo.files("**")
        if each.repo == component.repo
        and each.path.startswith(home)
        and _MODULE.search(each.path)
        and repo.role(each) not in ASIDE
    }


@once
def _files(component: Component) -> set[tuple[str, str]]:
    """Files of the application that by their path, or by what they import, are about vectors."""
    calls = [each for each in component.code.calls if each.role in COUNTS]
    imports = [each for each in component.code.imports if each.role in COUNTS]
    told = {(each.place.path, each.place.repo, "") for each in calls}
    told |= {(each.place.path, each.place.repo, f" {each.module}") for each in imports}
    found = {(path, name) for path, name, module in told if _TELLING.search(path + module)}
    many = (each.place for each in calls if _EMBEDS_MANY.search(each.callee))
    return found | {(place.path, place.repo) for place in many}


_EMBEDS_MANY = regex(r"(?i)(?:^|\.)a?embed_?(?:many|documents|batch)$")
