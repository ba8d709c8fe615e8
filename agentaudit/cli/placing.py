"""Components that the configuration names, held against those that the repositories have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentaudit.errors import ConfigError

if TYPE_CHECKING:
    from agentaudit.config import Config
    from agentaudit.source import Repo


def placed(config: Config, repo: Repo) -> None:
    """Refuse a component that no repository has: its service would be asked about another one, or
    about none. Raises ConfigError."""
    from agentaudit.lineage.placing import find
    from agentaudit.parse.closed import nearest

    named = {n: e.component for n, e in config.settings.services.items() if e.component}
    if not named:
        return
    components = repo.components()
    known = sorted({component.path for component in components})
    for service, wanted in named.items():
        if find(components, wanted) is None:
            raise ConfigError(
                f"services.{service}.component: {repo.name} has no component {wanted!r}",
                where=config.line_of("services", service, "component"),
                hint=nearest(wanted, known) or f"{repo.name} has no component at all: leave it out",
            )
