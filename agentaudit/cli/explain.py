"""`agentaudit explain`: tell one response from end to end."""

from __future__ import annotations

from agentaudit.cli.flags import Flags
from agentaudit.errors import ExitCode


def explain(trace: str, flags: Flags) -> ExitCode:
    """Tell the response TRACE: every step, and where each of its links leads.

    \b
    It is the same audit over one response; agentaudit.yaml is looked for from the current
    directory upward. A gate applies only where a flag sets it.
    """
    from agentaudit.audit import explain as told
    from agentaudit.cli.delivery import deliver
    from agentaudit.cli.opening import configured, directory, evidence, opened
    from agentaudit.cli.progress import Progress
    from agentaudit.cli.request import request
    from agentaudit.cli.stage import Stage

    stage = Stage.of(flags)
    config = configured(directory("."), flags)
    stage.spare(evidence(config, flags))
    with Progress(quiet=flags.quiet) as progress:
        asked = request(("explain", trace), config, flags, progress, gated=False)
        with opened(config, asked.rubric, plugins=not flags.no_plugins) as sources:
            if sources.traces is None and sources.failures:
                raise sources.failures[0]
            card = told(asked, sources, trace)
    return deliver(card, flags, stage, sources.failures, explain=True)
