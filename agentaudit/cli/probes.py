"""`agentaudit probes`: every question that can be asked, and how to get it answered well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from agentaudit.cli.output import lines
from agentaudit.cli.rubric import DEFAULT
from agentaudit.cli.table import table
from agentaudit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from agentaudit.probe import Example, Probe
    from agentaudit.rubric import Rubric

app = typer.Typer(
    help="List the questions, or tell one in full.", rich_markup_mode=None, no_args_is_help=True
)
_Rubric = Annotated[
    str, typer.Option("--rubric", metavar="NAME|PATH", help="Whose criteria are named.")
]
_NoPlugins = Annotated[bool, typer.Option("--no-plugins", help="Know no plug-in.")]


@app.command("list")
def list_(rubric: _Rubric = DEFAULT, no_plugins: _NoPlugins = False) -> ExitCode:
    """List all probes: what each asks about, what it needs, which criteria it settles."""
    from agentaudit import rubric as rubrics

    asked, found = rubrics.load(rubric), _probes(rubric, no_plugins)
    rows = [("probe", "dimension", "subject", "needs", "package", "criteria")]
    for probe in found.values():
        served = _served(asked, probe.id)
        rows.append(
            (
                probe.id,
                ", ".join(dict.fromkeys(served.values())) or _home(probe),
                probe.subject,
                _needs(probe),
                probe.package,
                ", ".join(served) or "-",
            )
        )
    lines(table(rows))
    return ExitCode.OK


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a probe, or of a criterion.")],
    rubric: _Rubric = DEFAULT,
    no_plugins: _NoPlugins = False,
) -> ExitCode:
    """Tell one question in full: why it matters, what to do, and worked cases."""
    from agentaudit import rubric as rubrics

    asked, found = rubrics.load(rubric), _probes(rubric, no_plugins)
    criterion = next((c for c in asked.criteria if c.id == id.upper()), None)
    name = criterion.probe_id if criterion else id
    if name not in found:
        raise UsageError(
            f"no probe or criterion is named {id!r}", hint=_nearest(id, [*found, *_ids(asked)])
        )
    lines(_told(found[name], _served(asked, name)))
    return ExitCode.OK


def _probes(rubric: str, no_plugins: bool) -> dict[str, Probe]:
    """Installed probes and the shapes of the rubric, by id."""
    from agentaudit import rubric as rubrics
    from agentaudit.cli.opening import probes

    installed = probes(plugins=not no_plugins)
    used = rubrics.resolve(rubrics.load(rubric), installed)
    return dict(sorted((installed | {p.id: p for p in used.values()}).items()))


def _served(rubric: Rubric, probe: str) -> dict[str, str]:
    """Criterion id → dimension, for the criteria that a probe settles."""
    return {c.id: d.id for d in rubric.dimensions for c in d.criteria if c.probe_id == probe}


def _ids(rubric: Rubric) -> list[str]:
    return [criterion.id for criterion in rubric.criteria]


def _needs(probe: Probe) -> str:
    """Sources it asks, and the one its subjects come from."""
    subjects = {"response": "traces", "component": "repo", "image": "images", "model": "registry"}
    own = {subjects[probe.subject]} if probe.subject in subjects else set()
    return ", ".join(sorted(probe.sources | own)) or "-"


def _home(probe: Probe) -> str:
    module = probe.answer.__module__.split(".")
    return module[2] if module[:2] == ["agentaudit", "probes"] and len(module) > 2 else "-"


def _nearest(id: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(id, known, n=3) or get_close_matches(id.upper(), known, n=3)
    return f"did you mean {', '.join(near)}?" if near else "list them: agentaudit probes list"


def _told(probe: Probe, served: dict[str, str]) -> Iterator[str]:
    yield f"{probe.id}  ({probe.package})"
    yield f"  {probe.question}"
    yield ""
    yield f"asked about  {probe.subject}"
    yield f"needs        {_needs(probe)}"
    yield f"settles      {', '.join(served) or 'no criterion of this rubric'}"
    if probe.why:
        yield ""
        yield from _block("why", probe.why)
    yield ""
    yield from _block("fix", probe.fix)
    for number, example in enumerate(probe.examples, 1):
        yield ""
        yield from _case(number, example)


def _case(number: int, example: Example) -> Iterator[str]:
    because = f": {example.because}" if example.because else ""
    yield f"example {number}  {example.outcome.value}{because}"
    import yaml

    text = yaml.safe_dump(_plain(example.given), sort_keys=False, allow_unicode=True, width=90)
    yield from (f"  {line}" for line in text.splitlines())


def _plain(value: object) -> object:
    """Mappings, lists and scalars only, so that YAML can show them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


def _block(name: str, text: str) -> Iterator[str]:
    yield name
    yield from (f"  {line}" for line in text.strip().splitlines())
