"""`agentaudit scan`: audit a system."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from agentaudit.cli.flags import Flags
from agentaudit.errors import ExitCode

if TYPE_CHECKING:
    from agentaudit.cli.governance import Governed
    from agentaudit.cli.kept import Kept
    from agentaudit.cli.origins import Checkout
    from agentaudit.config import Config
    from agentaudit.errors import SourceError
    from agentaudit.score import Scorecard


def scan(path: str, flags: Flags) -> ExitCode:
    """Audit the system in PATH with everything that is declared.

    \b
    Sources come from flags or from agentaudit.yaml; without either, PATH alone is read.
    Exit codes: 0 complete, gate passed or none set; 1 gate failed; 2 usage or
    configuration; 3 evidence unreadable or nothing to audit; 4 a probe crashed.
    """
    from agentaudit.cli.delivery import deliver
    from agentaudit.cli.governance import governed, recorded
    from agentaudit.cli.kept import Kept
    from agentaudit.cli.opening import configured, directory, evidence
    from agentaudit.cli.origins import Checkout, scope
    from agentaudit.cli.stage import Stage

    stage = Stage.of(flags)
    config = configured(directory(path), flags)
    stage.spare(evidence(config, flags))
    checkout = Checkout(Path(path))
    before = governed(flags, scope(config, checkout))
    kept = Kept.of(config, flags, checkout)
    card, failures = _audited(config, flags, checkout, before, kept)
    code = deliver(card, flags, stage, failures)
    return ExitCode.worst([code, *recorded(card, failures, before, flags)])


def _audited(
    config: Config, flags: Flags, checkout: Checkout, before: Governed | None, kept: Kept | None
) -> tuple[Scorecard, Sequence[SourceError]]:
    """The audit, and which sources did not open. What was kept of it is looked for before anything
    is loaded that only a new one needs."""
    from agentaudit.cli.governance import compared
    from agentaudit.cli.opening import opened, repositories
    from agentaudit.cli.progress import Progress
    from agentaudit.cli.request import request

    with ExitStack() as stack:
        repo = None if kept is None else repositories(config, stack)
        state = None if repo is None else repo.state()
        if kept is not None and state is not None and (card := kept.found(state)) is not None:
            return card, ()
        from agentaudit.audit import audit

        progress = stack.enter_context(Progress(quiet=flags.quiet))
        asked = request(("scan",), config, flags, progress, checkout=checkout)
        asked = compared(asked, before, flags.history)
        sources = stack.enter_context(
            opened(config, asked.rubric, plugins=not flags.no_plugins, repo=repo)
        )
        card = audit(asked, sources)
        if kept is not None and state is not None and not sources.failures:
            kept.keep(card, state)
        return card, sources.failures
