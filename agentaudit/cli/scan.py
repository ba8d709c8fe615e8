"""`agentaudit scan`: audit a system."""

from __future__ import annotations

from pathlib import Path

from agentaudit.cli.flags import Flags
from agentaudit.errors import ExitCode


def scan(path: str, flags: Flags) -> ExitCode:
    """Audit the system in PATH with everything that is declared.

    \b
    Sources come from flags or from agentaudit.yaml; without either, PATH alone is read.
    Exit codes: 0 complete, gate passed or none set; 1 gate failed; 2 usage or
    configuration; 3 evidence unreadable or nothing to audit; 4 a probe crashed.
    """
    from agentaudit.audit import audit
    from agentaudit.cli.delivery import deliver
    from agentaudit.cli.governance import compared, governed, recorded
    from agentaudit.cli.opening import configured, directory, evidence, opened
    from agentaudit.cli.origins import Checkout, scope
    from agentaudit.cli.progress import Progress
    from agentaudit.cli.request import request
    from agentaudit.cli.stage import Stage

    stage = Stage.of(flags)
    config = configured(directory(path), flags)
    stage.spare(evidence(config, flags))
    checkout = Checkout(Path(path))
    before = governed(flags, scope(config, checkout))
    with Progress(quiet=flags.quiet) as progress:
        asked = request(("scan",), config, flags, progress, checkout=checkout)
        asked = compared(asked, before, flags.history)
        with opened(config, asked.rubric, plugins=not flags.no_plugins) as sources:
            card = audit(asked, sources)
    code = deliver(card, flags, stage, sources.failures)
    return ExitCode.worst([code, *recorded(card, sources.failures, before, flags)])
