"""What an audit is asked to do, from flags and configuration."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from agentaudit import __version__
from agentaudit.cli.flags import Flags
from agentaudit.cli.opening import probes
from agentaudit.cli.origins import Checkout, origins

if TYPE_CHECKING:
    from agentaudit.audit import Identity, Request
    from agentaudit.audit.request import Progress
    from agentaudit.config import Config
    from agentaudit.lineage.declared import Declared, ModelEntry
    from agentaudit.rubric import Rubric
    from agentaudit.score import GateSettings

UNNAMED = "unnamed system"
_SHOWN_ONLY = frozenset(
    {
        *("output", "format", "print", "quiet", "verbose", "ascii", "color", "debug", "exit_zero"),
        *("fail_under", "min_level", "min_reconstructable", "require_source"),
        *("baseline", "ratchet", "no_waivers", "history", "no_cache"),
    }
)
"""Flags that change neither what is read nor what is asked: the same audit with other ones is the
same audit."""


def request(
    verb: tuple[str, ...],
    config: Config,
    flags: Flags,
    progress: Progress,
    *,
    checkout: Checkout | None = None,
    gated: bool = True,
) -> Request:
    """The request of a command; without `gated`, conditions of the configuration do not count.

    Raises RubricError, PluginError and ConfigError.
    """
    from agentaudit import rubric
    from agentaudit.audit import Request
    from agentaudit.cli.governance import waivers
    from agentaudit.lineage.placing import Declaration

    asked = rubric.load(config.rubric_path)
    found = rubric.resolve(asked, probes(plugins=not flags.no_plugins))
    seen = checkout or Checkout(Path())
    days = [s.retention_days for s in config.traces if s.retention_days is not None]
    return Request(
        rubric=asked,
        probes=found,
        identity=_identity(verb, config, flags, asked, seen),
        gate=_gate(config, flags, asked, gated),
        waivers=() if flags.no_waivers else waivers(config, asked, seen),
        services={
            name: Declaration(entry.component, entry.container, entry.since_ns)
            for name, entry in config.settings.services.items()
        },
        declared=_declared(config),
        retention_days=min(days, default=None),
        include_content=flags.include_content,
        progress=progress,
    )


def command_line(verb: tuple[str, ...], flags: Flags) -> str:
    """The command without PATH, which is named differently on every machine, and without flags
    that only decide what is shown or demanded."""
    words = ["agentaudit", *verb]
    for field in Flags.__struct_fields__:
        value = getattr(flags, field)
        if field in _SHOWN_ONLY or value in (None, False, []):
            continue
        name = f"--{field.replace('_', '-')}"
        for item in value if isinstance(value, list) else [value]:
            words += [name] if item is True else [name, str(item)]
    return shlex.join(words)


def _identity(
    verb: tuple[str, ...], config: Config, flags: Flags, asked: Rubric, seen: Checkout
) -> Identity:
    from agentaudit.audit import Identity

    sample = config.run.sample
    return Identity(
        tool=__version__,
        system=config.settings.system or UNNAMED,
        as_of=config.run.as_of,
        command=command_line(verb, flags),
        config_sha256=config.sha256,
        rubric_sha256=asked.sha256,
        seed=config.run.seed,
        sample=None if sample == "all" else sample,
        config=seen.declared(config.line_of()).rpartition(":")[0],
        origins=origins(config, seen),
    )


def _gate(config: Config, flags: Flags, asked: Rubric, gated: bool) -> GateSettings:
    from agentaudit.cli.governance import dimensions
    from agentaudit.score import GateSettings

    demanded = config.settings.gate if gated else flags
    return GateSettings(
        fail_under=demanded.fail_under,
        min_level=demanded.min_level,
        min_reconstructable=demanded.min_reconstructable,
        require_sources=config.run.require_sources,
        excluded_services=frozenset(
            name for name, entry in config.settings.services.items() if not entry.agentic
        ),
        configured_seed=0,
        dimensions=dimensions(config, asked) if gated else {},
        compare=config.settings.gate.compare,
        ignored_waivers=len(config.settings.waivers) if flags.no_waivers else 0,
    )


def _declared(config: Config) -> Declared:
    from agentaudit.lineage.declared import Declared

    return Declared(
        prompts=config.settings.prompts.git or "",
        models={alias: _models(config, alias) for alias in config.settings.model_map},
    )


def _models(config: Config, alias: str) -> tuple[ModelEntry, ...]:
    from agentaudit.evidence import Evidence, Location
    from agentaudit.lineage.declared import ModelEntry

    file, _, line = config.line_of("model_map", alias).rpartition(":")
    where = Location("config", file, int(line) if line.isdigit() else None)
    return tuple(
        ModelEntry(entry.uri, entry.from_ns, entry.until_ns, Evidence(where, entry.uri))
        for entry in config.settings.models(alias)
    )
