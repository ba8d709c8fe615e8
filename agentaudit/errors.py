"""Every error a user can cause, and the exit code it ends in.

    AuditError
    ├── UsageError         2   a flag, an argument or an identifier is wrong
    ├── ConfigError        2   agentaudit.yaml is wrong
    ├── RubricError        2   a rubric is wrong
    ├── PluginError        2   an installed plug-in cannot be loaded
    └── SourceError        3   a source cannot be opened: no verdict
        └── NothingToAudit 3   the sources were read and hold nothing to ask about

A probe that crashes is not among them: it becomes a finding with outcome ERROR, and the run ends
in 4 with the rest of the audit intact. Anything else that escapes is a bug of ours, also 4.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns; `worst` decides between several."""

    OK = 0
    GATE_FAILED = 1
    USAGE = 2
    NO_VERDICT = 3
    INTERNAL = 4

    @staticmethod
    def worst(codes: list[ExitCode]) -> ExitCode:
        """Highest wins in the order 2 > 4 > 3 > 1 > 0."""
        for code in (ExitCode.USAGE, ExitCode.INTERNAL, ExitCode.NO_VERDICT, ExitCode.GATE_FAILED):
            if code in codes:
                return code
        return ExitCode.OK


class AuditError(Exception):
    """An expected error: what happened, `where` it happened, and `hint`, one way to mend it."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.where = where
        self.hint = hint


class UsageError(AuditError):
    """A flag, an argument or an identifier is wrong."""


class ConfigError(AuditError):
    """The configuration is wrong."""


class RubricError(AuditError):
    """The rubric is wrong."""


class PluginError(AuditError):
    """An installed plug-in cannot be loaded."""


class SourceError(AuditError):
    """A source cannot be opened."""

    exit_code = ExitCode.NO_VERDICT


class NothingToAudit(SourceError):
    """The sources were read and hold nothing to ask about."""
