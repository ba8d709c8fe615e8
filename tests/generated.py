"""The parts of README.md and rubrics/README.md that are made from the code they describe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agentaudit import rubric, testing
from agentaudit.config import schema
from agentaudit.messages.remedy import remedy
from agentaudit.rubric import Criterion, Dimension, Rubric
from agentaudit.semconv import KEYS, Convention
from bench import first_sight, readers
from bench.labels import Figures, figures
from tests.cli.system import process

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CATALOGUE = ROOT / "rubrics" / "README.md"
EXAMPLE = ROOT / "examples" / "invoice-agents"
AS_OF = "2026-11-21"
WIDE = {"COLUMNS": "80", "PYTHONUTF8": "1"}
DRAWN = ("--as-of", AS_OF, "--format", "terminal", "--color", "never")

SPANS: Mapping[str, str] = {
    "tool.remote": "span of the tool call",
    "guardrail.name": "span of the guardrail",
    "guardrail.verdict": "span of the guardrail",
    "guardrail.version": "span of the guardrail",
    "tenant.id": "entry span",
    "env.lock.digest": "resource",
    "env.config": "resource",
    "process.memory": "span of the step, or entry span of the service",
    "gpu.memory": "span of the model call",
    "host.gpu.count": "resource",
    "model.registry": "span of the model call, or resource",
    "model.base": "resource, or span of the model call",
    "model.adapter": "resource, or span of the model call",
    "model.adapter.version": "resource, or span of the model call",
    "model.weights": "resource, or span of the model call",
    "prompt.name": "span of the model call, or of its agent",
    "prompt.version": "span of the model call, or of its agent",
    "prompt.variables": "span of the model call",
    "git.dirty": "resource",
    "tool.version": "span of the tool call",
    "retrieval.source": "span of the retrieval",
    "retrieval.snapshot": "span of the retrieval",
    "embedding.model": "span of the retrieval",
}
"""Key for which no convention has a name → where ours belongs."""

INSTRUMENTORS: Mapping[str, Mapping[str, Any]] = {
    "OpenTelemetry GenAI (`opentelemetry-instrumentation-openai-v2`, …)": {
        "scope": "opentelemetry.instrumentation.openai_v2"
    },
    "OpenInference": {"scope": "openinference.instrumentation.openai"},
    "OpenLLMetry / Traceloop": {"attributes": {"traceloop.span.kind": "workflow"}},
    "MLflow": {"scope": "mlflow"},
    "Langfuse": {"scope": "langfuse-sdk"},
}


def blocks() -> dict[str, str]:
    """Name of each generated block of README.md → what belongs between its markers."""
    return {
        "scan": fenced(scanned()),
        "explain": fenced(explained()),
        "configuration": table(("key", "value", "what it says"), settings(schema())),
        "capture": table(
            ("instrumentation", "so that prompts and answers are recorded"), capture()
        ),
        "attributes": table(("attribute", "belongs on", "what it says"), proposals()),
        "sight": table(
            ("who answers", "repositories", "answers", "precision", "recall", "overclaimed"),
            first_sights(),
        ),
    }


def filled(text: str) -> str:
    """A document with every generated block as it should be. Raises KeyError for an unknown one."""
    made = blocks()
    pattern = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
    names = [name for _, name, _ in pattern.findall(text)]
    assert sorted(names) == sorted(made), f"README.md has the blocks {names}"
    return pattern.sub(lambda found: f"{found[1]}{made[found[2]]}\n{found[3]}", text)


def first_sights() -> Iterator[tuple[str, ...]]:
    """How the tool did on repositories that it had never met, and a second person on others."""
    for run in first_sight.recorded()["runs"]:
        part = f" (now part of {run['part_of'][:7]})" if "part_of" in run else ""
        who = f"agentaudit of commit {run['tool'][:7]}{part}, at first sight"
        yield (who, str(len(run["repositories"])), *shares(first_sight.counted(run)))
    cells = readers.answered()
    count = len({cell.repository for cell in cells})
    yield ("a second person", str(count), *shares(figures(cells)))


def shares(found: Figures) -> tuple[str, ...]:
    three = (found.precision, found.recall, found.overclaimed)
    return (f"{found.cells:,}", *(f"{share:.3f}" for share in three))


def fenced(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in lines)


def drawn(command: str, subject: str, folder: Path) -> str:
    """What a command shows on a terminal of 80 columns."""
    done = process(folder, command, subject, *DRAWN, env=WIDE)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def scanned() -> str:
    return drawn("scan", "examples/invoice-agents", ROOT)


def explained() -> str:
    """The response that the example's README tells: who answered, its first steps, two links."""
    story = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    found = re.search(r"`([0-9a-f]{32})`", story)
    assert found, "the example's README names no trace"
    lines = drawn("explain", found[1][:8], EXAMPLE).splitlines()
    code = next(n for n, line in enumerate(lines) if line.startswith(("  ● Inf", "  ○ Inf")))
    rag = next(n for n, line in enumerate(lines) if line.startswith(("  ● Ret", "  ○ Ret")))
    after = next(n for n in range(rag + 1, len(lines)) if not lines[n].startswith("  │"))
    parts = [lines[:14], lines[code : code + 6], lines[rag:after]]
    return "\n\n  …\n\n".join("\n".join(part).rstrip() for part in parts)


def settings(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every key of agentaudit.yaml: its path, the kind of value, and its description."""
    seen: set[str] = set()

    def walk(at: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
        for name, given in at.get("properties", {}).items():
            below, key = list(_below(given)), f"{path}{name}"
            told = given.get("description") or schema["$defs"][below[0][1]]["description"]
            yield f"`{key}`", _kind(given), " ".join(told.split())
            for suffix, reference in below:
                if reference not in seen:
                    seen.add(reference)
                    yield from walk(schema["$defs"][reference], f"{key}{suffix}.")

    yield from walk(schema, "")


def _below(given: Mapping[str, Any], suffix: str = "") -> Iterator[tuple[str, str]]:
    """Records that a value may hold, with how one gets there."""
    if "$ref" in given:
        yield suffix, given["$ref"].rpartition("/")[2]
    for choice in (*given.get("anyOf", ()), *given.get("oneOf", ())):
        yield from _below(choice, suffix)
    if isinstance(items := given.get("items"), dict):
        yield from _below(items, f"{suffix}[]")
    if isinstance(values := given.get("additionalProperties"), dict):
        yield from _below(values, f"{suffix}.NAME")


def _kind(given: Mapping[str, Any]) -> str:
    words = {"string": "text", "boolean": "true or false", "array": "list", "object": "mapping"}
    kinds = [given, *given.get("anyOf", ()), *given.get("oneOf", ())]
    found = {each.get("type") or ("object" if "$ref" in each else "") for each in kinds}
    named = sorted(words.get(kind, kind) for kind in found if kind and kind != "null")
    return " or ".join(named) or "mapping"


def capture() -> Iterator[tuple[str, str]]:
    """What a finding `content_not_captured` tells each instrumentation to change."""
    for name, given in INSTRUMENTORS.items():
        yield name, coded(remedy(testing.span(given)))
    yield "any, for long dialogues", coded(remedy(testing.span({}), "truncated"))


def coded(text: str) -> str:
    """Names of settings and calls as code."""
    setting = r"[A-Z]+(?:_[A-Z]+)+(?:=\w+)?|\w+=False|[\w.<>]+\([^)]+\)"
    return re.sub(setting, lambda found: f"`{found[0]}`", text)


def proposals() -> Iterator[tuple[str, str, str]]:
    """Our names, for what no convention names."""
    for key in KEYS:
        ours = [name.text for name in key.names if name.convention is Convention.AGENTAUDIT]
        if ours:
            yield " or ".join(f"`{name}`" for name in ours), SPANS[key.id], key.what


def catalogue() -> str:
    """rubrics/README.md: every criterion of the default rubric."""
    asked = rubric.load(rubric.DEFAULT)
    return "\n".join(_catalogue(asked)) + "\n"


def _catalogue(asked: Rubric) -> Iterator[str]:
    total = len(asked.criteria) + len(asked.planned)
    yield f"# The rubric `{asked.id}` {asked.version}"
    yield ""
    yield f"{asked.title}: {len(asked.criteria)} of {total} criteria are asked, the others planned."
    yield "This page is made from the YAML beside it: `UPDATE_GOLDEN=1 pytest tests/test_docs.py`."
    yield "`agentaudit probes show ID` tells a question with its reason and worked examples."
    yield ""
    yield from _overview(asked)
    for dimension in asked.dimensions:
        yield from _dimension(dimension)


def _overview(asked: Rubric) -> Iterator[str]:
    rows = (
        (
            f"[{d.title}](#{d.id})",
            *(str(sum(c.level == level for c in d.criteria)) for level in (1, 2, 3, 4)),
            str(len(d.planned)),
        )
        for d in asked.dimensions
    )
    yield table(("dimension", "level 1", "level 2", "level 3", "level 4", "planned"), rows)


def _dimension(dimension: Dimension) -> Iterator[str]:
    yield ""
    yield f'<a id="{dimension.id}"></a>'
    yield ""
    yield f"## {dimension.title}"
    yield ""
    yield dimension.question
    for criterion in dimension.criteria:
        yield from _criterion(criterion)
    if dimension.planned:
        yield ""
        yield f"### Planned: {dimension.title}"
        yield ""
        rows = (
            (p.id, str(p.level), p.subject, " ".join(p.must.split())) for p in dimension.planned
        )
        yield table(("id", "level", "subject", "must"), rows)


def _criterion(criterion: Criterion) -> Iterator[str]:
    asked = f"probe `{criterion.probe_id}`"
    limits = "".join(f", {name} {value:g}" for name, value in criterion.limits.items())
    yield ""
    yield f"### {criterion.id} {criterion.title}"
    yield ""
    yield f"Level {criterion.level} · {criterion.subject} · {asked}{limits}"
    yield ""
    yield " ".join(criterion.must.split())
    yield ""
    effort = {"S": "an hour", "M": "a day", "L": "longer"}[criterion.effort]
    lines = criterion.fix.strip().splitlines()
    yield f"> To fix ({effort}): {lines[0]}"
    yield from (f"> {line}" for line in lines[1:])
