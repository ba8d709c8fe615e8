"""What agentaudit.yaml may say: every key optional, every key documented, no other key known."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from agentaudit.config.moments import day, moment
from agentaudit.expressions import regex
from agentaudit.parse.closed import Record, nearest, wrong
from agentaudit.semconv import KEY_IDS, KEYS

PLACEHOLDER = regex(r"\$\{env:([A-Za-z_][A-Za-z0-9_]{0,99})\}")
"""How a URI names a secret: `${env:NAME}`."""


def _uri(text: str) -> str:
    if not text.strip():
        raise wrong("is empty", "name a path or URI, or leave the entry out")
    if "${" in PLACEHOLDER.sub("", text):
        raise wrong("holds a ${…} that is not known", "secrets are written ${env:NAME}")
    return text


def _instant(text: str) -> str:
    try:
        moment(text)
    except ValueError as error:
        raise wrong(str(error), "write it as 2026-11-20 or 2026-11-20T14:00:00Z") from None
    return text


def _key(name: str) -> str:
    if name not in KEY_IDS:
        raise wrong(f"{name!r} is none of our keys", nearest(name, KEY_IDS))
    return name


def _aliases(given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A name that says something else already must not be made to say this."""
    for key, names in given.items():
        for name in names:
            others = sorted(
                k.id for k in KEYS if k.id != key and any(n.text == name for n in k.names)
            )
            own = any(n.text == name for k in KEYS if k.id == key for n in k.names)
            if others and not own:
                raise wrong(
                    f"{name!r} is what {others[0]} is read from, so it cannot stand for {key}",
                    "name the attribute that your code sets for it",
                )
    return given


def _prompt_path(text: str) -> str:
    rest = text.replace("{name}", "").replace("{version}", "")
    if "{name}" not in text or "{" in rest or "}" in rest:
        raise wrong(
            f"{text!r} must hold {{name}}, may hold {{version}}, and nothing else in braces",
            "e.g. prompts/{name}/{version}.md",
        )
    if text.startswith("/") or ".." in text.split("/"):
        raise wrong(f"{text!r} leads out of the repository", "write it relative to its root")
    return text


def _day(text: str) -> str:
    try:
        return day(text).isoformat()
    except ValueError as error:
        raise wrong(str(error), "write a day, e.g. 2026-11-20") from None


def _one_or(name: str) -> Discriminator:
    """Tells a text from a mapping, so that an error is about the one that was meant."""
    return Discriminator(lambda given: "text" if isinstance(given, str) else name)


Uri = Annotated[str, AfterValidator(_uri)]
Instant = Annotated[str, AfterValidator(_instant)]
AttributeName = Annotated[str, Field(min_length=1, max_length=200)]
Percent = Annotated[float, Field(ge=0, le=100)]


class SourceEntry(Record):
    """A source with what must be known about it."""

    uri: Uri
    """Path or URI; relative paths start at the directory of this file. Secrets only as
    `${env:NAME}`."""
    role: str = ""
    """The role it is opened with, e.g. `read-only-team`; printed in every report."""


class ImageEntry(SourceEntry):
    """A container image with what must be known about it."""

    plain_http: bool = False
    """Whether its registry may be asked without encryption; this machine's own always may."""
    keys: tuple[Annotated[str, Field(min_length=1, max_length=4_096)], ...] = ()
    """Files of public keys (PEM) that verify what is signed about it; relative paths start at the
    directory of this file. Needs the extra `signatures`."""


class TraceEntry(SourceEntry):
    """A trace store with what must be known about it."""

    where: dict[str, str] = Field(default_factory=dict)
    """Only traces that carry these attributes with these values, on a span or resource."""
    retention_days: int | None = Field(default=None, ge=1, le=100_000)
    """How long the store keeps traces, in days."""


OneSource = Annotated[
    Annotated[Uri, Tag("text")] | Annotated[SourceEntry, Tag("entry")], _one_or("entry")
]
OneImage = Annotated[
    Annotated[Uri, Tag("text")] | Annotated[ImageEntry, Tag("entry")], _one_or("entry")
]
OneTraces = Annotated[
    Annotated[Uri, Tag("text")] | Annotated[TraceEntry, Tag("entry")], _one_or("entry")
]


class Sources(Record):
    """Where evidence lives."""

    repos: tuple[OneSource, ...] = ()
    """Git repositories and bundles; without any, the scanned path."""
    images: tuple[OneImage, ...] = ()
    """Container images, spelled as skopeo does: `docker://HOST/NAME@DIGEST`, `oci:DIR:TAG`."""
    registry: tuple[OneSource, ...] = ()
    """Model registries, e.g. `mlflow:http://127.0.0.1:5000`."""
    traces: tuple[OneTraces, ...] = ()
    """Trace stores, e.g. `otlp:traces/*.jsonl.gz`."""


class ServiceEntry(Record):
    """What a service of the traces is in the repository."""

    component: str = ""
    """Directory of its component, or `repo:path`."""
    container: bool | None = None
    """False: it runs without a container, and is asked for host and lock digest instead of an
    image digest."""
    container_since: Instant | None = None
    """Day or instant, UTC, from which on it runs in a container; before, without one."""
    agentic: bool = True
    """False: its traces hold no agentic steps, and unrecognised ones stop no gate."""

    @property
    def since_ns(self) -> int | None:
        """Unix nanoseconds of `container_since`."""
        return moment(self.container_since) if self.container_since else None


class ModelEntry(Record):
    """What a model name stood for, and when."""

    uri: str = Field(min_length=1)
    """Registry name and version, e.g. `models:/planner-llm/7`."""
    from_: Annotated[Instant | None, Field(alias="from")] = None
    """First day or instant, UTC; left out: always until then."""
    until: Instant | None = None
    """Last day or instant, UTC; left out: to this day."""

    @property
    def from_ns(self) -> int:
        """Unix nanoseconds, inclusive."""
        return moment(self.from_) if self.from_ else 0

    @property
    def until_ns(self) -> int:
        """Unix nanoseconds, exclusive."""
        return moment(self.until, end=True) + 1 if self.until else 2**63 - 1


OneModel = Annotated[
    Annotated[ModelEntry, Tag("one")] | Annotated[tuple[ModelEntry, ...], Tag("several")],
    Discriminator(lambda given: "several" if isinstance(given, list | tuple) else "one"),
]


class Prompts(Record):
    """How a prompt name and version open."""

    git: Annotated[str, AfterValidator(_prompt_path)] | None = None
    """Path of a template in the repository, e.g. `prompts/{name}/{version}.md`; read at the
    response's commit, or at the version where that is a commit."""


class Responses(Record):
    """What one response is."""

    entry: str | None = Field(default=None, min_length=1)
    """Name of the span that starts a response, for batches and long session traces."""


class Sampling(Record):
    """How the audited system samples its traces."""

    head: float | None = Field(default=None, ge=0, le=1)
    """Share of traces that are kept when they begin: 1.0 is all of them."""


class DimensionGate(Record):
    """What one dimension must reach."""

    fail_under: Percent | None = None
    """Lowest score of the dimension, 0 to 100."""
    min_level: Annotated[int, Field(ge=0, le=4)] | None = None
    """Lowest level of the dimension, 0 to 4."""


class Gate(Record):
    """What the audit must reach; below it the exit code is 1."""

    fail_under: Percent | None = None
    """Lowest score, 0 to 100."""
    min_level: Annotated[int, Field(ge=0, le=4)] | None = None
    """Lowest level of the weakest dimension, 0 to 4."""
    min_reconstructable: Percent | None = None
    """Lowest share of fully reconstructable responses, 0 to 100."""
    compare: Literal["point", "interval"] = "point"
    """Where only a sample of the responses was read: `point` compares the share found in it,
    `interval` the lower end of its sampling error. Shares only; scores and levels have none."""
    dimensions: dict[str, DimensionGate] = Field(default_factory=dict)
    """Dimension, e.g. `rag` → what it must reach by itself."""


class WaiverEntry(Record):
    """A criterion that gates on levels and baselines leave out for a while; no figure changes."""

    criterion: str = Field(min_length=1)
    """Id of the criterion, e.g. `RAG-06`."""
    reason: Annotated[str, Field(min_length=20, max_length=400)]
    """Why it is accepted for now, in at least 20 characters."""
    owner: str = Field(min_length=1, max_length=100)
    """Who answers for it, a name or team: reports mask e-mail addresses."""
    until: Annotated[str, AfterValidator(_day)]
    """Last day it holds, at most 180 days ahead. Afterwards the gate fails until it is renewed."""


class Settings(Record):
    """agentaudit.yaml, or `[tool.agentaudit]` in pyproject.toml."""

    system: str = ""
    """Name of the audited system, for reports."""
    rubric: str = "agentic-mlops"
    """Name of a built-in rubric, or path of a `.yaml` file."""
    sources: Sources = Sources.model_construct()
    """Where evidence lives."""
    services: dict[str, ServiceEntry] = Field(default_factory=dict)
    """Service name → what it is in the repository."""
    attributes: Annotated[
        dict[Annotated[str, AfterValidator(_key)], tuple[AttributeName, ...]],
        AfterValidator(_aliases),
    ] = Field(default_factory=dict)
    """Our key → further attribute names, tried before those of the conventions."""
    model_map: dict[str, OneModel] = Field(default_factory=dict)
    """Model, agent or service name → the registry version it stood for; several with `from` and
    `until` where it changed."""
    prompts: Prompts = Prompts.model_construct()
    """How a prompt name and version open."""
    responses: Responses = Responses.model_construct()
    """What one response is."""
    sampling: Sampling = Sampling.model_construct()
    """How the audited system samples its traces."""
    gate: Gate = Gate.model_construct()
    """What the audit must reach."""
    waivers: tuple[WaiverEntry, ...] = ()
    """Criteria that are accepted as they are, for a while."""

    def models(self, alias: str) -> tuple[ModelEntry, ...]:
        """Entries of `model_map` for a name, in the order they are written."""
        found = self.model_map[alias]
        return found if isinstance(found, tuple) else (found,)


def schema() -> dict[str, Any]:
    """JSON Schema of agentaudit.yaml, with a description for every key."""
    made = Settings.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
