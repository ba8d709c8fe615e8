"""Values that say nothing."""

from __future__ import annotations

PLACEHOLDERS = frozenset(
    {
        "",
        "unknown",
        "unset",
        "undefined",
        "none",
        "null",
        "nil",
        "n/a",
        "na",
        "tbd",
        "todo",
        "changeme",
        "placeholder",
        "development",
        "dev",
        "local",
        "latest",
        "head",
        "main",
        "master",
        "default",
        "0.0.0",
    }
)
"""Lower-cased values that name no version: as a version or reference they are not recorded."""

EMPTY = frozenset({"", "unknown", "unset", "undefined", "none", "null", "nil", "n/a", "tbd"})
"""Lower-cased values that say nothing about anything."""

REDACTED = "__REDACTED__"
"""What OpenInference writes where it masks a value."""

VERSIONS = frozenset(
    {
        "image.digest",
        "env.lock.digest",
        "env.config",
        "env.runtime.version",
        "env.os.version",
        "service.version",
        "model.registry",
        "model.adapter.version",
        "prompt.version",
        "git.commit",
        "retrieval.snapshot",
        "tool.version",
        "guardrail.version",
    }
)
"""Keys whose value must name one version: `PLACEHOLDERS` are no values for them."""
