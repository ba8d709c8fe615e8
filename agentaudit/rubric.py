"""Rubrics: what good looks like, as data; the only place with weights, levels and limits."""

import hashlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Discriminator, Field, PrivateAttr, Tag

from agentaudit import parse
from agentaudit.errors import RubricError
from agentaudit.evidence import safe
from agentaudit.parse.closed import Record, fill, nearest
from agentaudit.probe import Probe
from agentaudit.shapes import Shape, SpanAttribute

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Level = Annotated[int, Field(ge=1, le=4)]
Subject = Literal["response", "component", "image", "model", "system"]
Effort = Literal["S", "M", "L"]
Relief = Literal["debugging", "maintenance", "onboarding", "handover", "reuse"]
DimensionId = Literal[
    "environment",
    "telemetry",
    "models",
    "prompts",
    "inference_code",
    "rag",
    "guardrails",
    "fine_tuning",
]
DIMENSIONS: tuple[DimensionId, ...] = (
    "environment",
    "telemetry",
    "models",
    "prompts",
    "inference_code",
    "rag",
    "guardrails",
    "fine_tuning",
)
DEFAULT = "agentic-mlops"


class Planned(Record):
    """A criterion whose probe does not exist yet: it counts only in "by N of M criteria"."""

    id: Id
    level: Level
    subject: Subject
    must: str


class Criterion(Record):
    """One MUST at one level about one kind of subject, settled by one probe."""

    id: Id
    level: Level
    subject: Subject
    title: str
    """At most eight words."""
    must: str
    """The whole sentence, true when met."""
    probe: Annotated[
        Annotated[str, Tag("id")] | Annotated[Shape, Tag("shape")],
        Discriminator(lambda given: "id" if isinstance(given, str) else "shape"),
    ]
    """Id of a probe, or a question in one of the closed shapes."""
    fix: str
    """What to do, with the snippet to paste."""
    effort: Effort
    """S: an hour, M: a day, L: longer."""
    relieves: tuple[Relief, ...] = Field(min_length=1)
    """Which causes of the productivity plateau it relieves."""
    weight: float = Field(default=1.0, gt=0, le=1000)
    limits: dict[str, float] = Field(default_factory=dict)
    """Numbers the probe asks with, e.g. `days: 180`."""

    @property
    def target(self) -> float:
        """Share of subjects that must pass: 0.95 of responses, all of anything else."""
        return 0.95 if self.subject == "response" else 1.0

    @property
    def probe_id(self) -> str:
        return self.probe if isinstance(self.probe, str) else f"{self.id.lower()}-shape"


class Dimension(Record):
    """One of the eight questions of the rubric."""

    id: DimensionId
    title: str
    question: str
    criteria: tuple[Criterion, ...] = ()
    planned: tuple[Planned, ...] = ()


class Rubric(Record):
    """A named, versioned set of criteria."""

    id: Id
    version: Annotated[str, Field(pattern=r"^\d{1,4}\.\d{1,4}$")]
    """major.minor; a change that moves scores bumps it."""
    title: str
    dimensions: tuple[Dimension, ...]

    _file: str = PrivateAttr(default="")
    _lines: dict[str, int] = PrivateAttr(default_factory=dict)
    _sha256: str = PrivateAttr(default="")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria with a probe, in order."""
        return tuple(c for d in self.dimensions for c in d.criteria)

    @property
    def planned(self) -> tuple[Planned, ...]:
        return tuple(p for d in self.dimensions for p in d.planned)

    @property
    def attributes(self) -> frozenset[str]:
        """Span attributes that shapes ask for by name: readers must keep them."""
        shapes = (c.probe for c in self.criteria if isinstance(c.probe, SpanAttribute))
        return frozenset(name for shape in shapes for name in shape.attributes)

    @property
    def sha256(self) -> str:
        """Digest of the file it was loaded from; empty for one made in memory."""
        return self._sha256

    def where(self, id: str) -> str:
        """`file:line` of a criterion or dimension; empty for a rubric made in memory."""
        return f"{self._file}:{self._lines.get(id, 1)}" if self._file else ""


def names() -> list[str]:
    """Names of the built-in rubrics."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def load(name: str) -> Rubric:
    """Load a built-in rubric by name, or any rubric by the path of a `.yaml` or `.yml` file."""
    path = find(name)
    shown = safe(name if _is_path(name) else f"{name}.yaml")
    data = _bytes(path, shown)
    try:
        tree = parse.yaml(data.decode("utf-8"), strict=True)
    except UnicodeDecodeError:
        raise RubricError("is not UTF-8 text", where=shown) from None
    except parse.Malformed as error:
        place = f"{shown}:{error.line}" if error.line else shown
        hint = "agentaudit rubric show agentic-mlops prints a well-formed one"
        raise RubricError(f"cannot be read: {safe(str(error))}", where=place, hint=hint) from None
    rubric = fill(Rubric, tree, shown, RubricError)
    rubric._file, rubric._sha256 = shown, hashlib.sha256(data).hexdigest()
    rubric._lines.update(_distinct(rubric, tree, shown))
    return rubric


def find(name: str) -> Path:
    """The file of a rubric; raises RubricError naming the nearest built-in one."""
    if _is_path(name):
        return Path(name)
    if name not in names():
        raise RubricError(
            f"no rubric is named {safe(name)!r}",
            hint=nearest(name, names()) or "give the path of a .yaml file",
        )
    return _folder() / f"{name}.yaml"


def digest(path: str | Path) -> str:
    """sha256 of a rubric file, as 64 hex digits."""
    return hashlib.sha256(_bytes(Path(path), safe(str(path)))).hexdigest()


def _is_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _folder() -> Path:
    """Inside the installed package; beside it in a checkout."""
    packaged = Path(str(files("agentaudit"))) / "rubrics"
    return packaged if packaged.is_dir() else packaged.parent.parent / "rubrics"


def _bytes(path: Path, shown: str) -> bytes:
    if not path.is_file():
        raise RubricError("no such rubric file", where=shown, hint="see: agentaudit rubric list")
    try:
        with path.open("rb") as file:
            return file.read(parse.SIZE + 1)
    except OSError as error:
        raise RubricError(f"cannot be opened: {error.strerror}", where=shown) from None


def _distinct(rubric: Rubric, tree: parse.Tree, file: str) -> dict[str, int]:
    """Line of every id; a dimension or criterion that appears twice is an error."""
    lines: dict[str, int] = {}
    for path, id, what in _ids(rubric):
        line = tree.line(*path)
        if id in lines:
            raise RubricError(
                f"{what} {id!r} appears twice",
                where=f"{file}:{line}",
                hint=f"first in line {lines[id]}; ids are never reused, take the next free number",
            )
        lines[id] = line
    return lines


def _ids(rubric: Rubric) -> Iterator[tuple[parse.Path, str, str]]:
    for d, dimension in enumerate(rubric.dimensions):
        at: parse.Path = ("dimensions", d)
        yield (*at, "id"), dimension.id, "dimension"
        for c, criterion in enumerate(dimension.criteria):
            yield (*at, "criteria", c, "id"), criterion.id, "criterion"
        for p, planned in enumerate(dimension.planned):
            yield (*at, "planned", p, "id"), planned.id, "planned criterion"


def resolve(rubric: Rubric, probes: Mapping[str, Probe]) -> dict[str, Probe]:
    """The probe that settles each criterion, by criterion id; shapes are compiled.

    Raises RubricError for a probe that is not installed or asks about another subject.
    """
    found: dict[str, Probe] = {}
    for criterion in rubric.criteria:
        named = criterion.probe
        if not isinstance(named, str):
            found[criterion.id] = named.compile(criterion.probe_id, criterion.fix)
        elif named in probes:
            found[criterion.id] = probes[named]
        else:
            raise RubricError(
                f"criterion {criterion.id} asks for probe {named!r}, which is not installed",
                where=rubric.where(criterion.id),
                hint=f"{nearest(named, probes)} list them: agentaudit probes list".strip(),
            )
        _same_subject(rubric, criterion, found[criterion.id])
    return found


def _same_subject(rubric: Rubric, criterion: Criterion, probe: Probe) -> None:
    if probe.subject != criterion.subject:
        raise RubricError(
            f"criterion {criterion.id} counts by {criterion.subject}, "
            f"but probe {probe.id!r} asks about one {probe.subject} at a time",
            where=rubric.where(criterion.id),
            hint=f"write `subject: {probe.subject}`",
        )


def lint(rubric: Rubric, probes: Mapping[str, Probe]) -> list[str]:
    """Advice beyond what `load` and `resolve` refuse: one line for each thing to improve.

    Raises RubricError as `resolve` does.
    """
    resolve(rubric, probes)
    return list(_advice(rubric))


def _advice(rubric: Rubric) -> Iterator[str]:
    present = {dimension.id for dimension in rubric.dimensions}
    for id in DIMENSIONS:
        if id not in present:
            yield f"dimension {id} is not there: every report will leave it out"
    for dimension in rubric.dimensions:
        if not dimension.criteria:
            yield f"{rubric.where(dimension.id)} dimension {dimension.id} asks nothing"
    for criterion in rubric.criteria:
        place = f"{rubric.where(criterion.id)} {criterion.id}".strip()
        if not criterion.fix.strip():
            yield f"{place}: fix is empty"
        if len(criterion.title.split()) > 8:
            yield f"{place}: title has more than eight words"
        must = criterion.must.strip()
        if not must.endswith(".") or any(end in must[:-1] for end in (". ", "! ", "? ", ".\n")):
            yield f"{place}: must is not one sentence that ends in a full stop"
