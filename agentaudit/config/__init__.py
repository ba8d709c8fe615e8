"""agentaudit.yaml → typed, closed settings; every value knows where it came from.

Flag > `AGENTAUDIT_*` environment > file > default. The file is the first of `agentaudit.yaml`,
`.agentaudit.yaml` and `[tool.agentaudit]` in pyproject.toml, from the scanned path up to the git
root; nothing is merged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.config.overrides import ENVIRONMENT, FLAGS, Asked, Given, Overrides, Run, Sample
from agentaudit.config.search import Document, find
from agentaudit.config.settings import (
    PLACEHOLDER,
    ImageEntry,
    Settings,
    SourceEntry,
    TraceEntry,
    schema,
)
from agentaudit.config.waivers import accept
from agentaudit.errors import ConfigError, UsageError
from agentaudit.evidence import clean, safe
from agentaudit.parse import Tree
from agentaudit.parse.closed import fill

__all__ = [
    "ENVIRONMENT",
    "FLAGS",
    "Config",
    "Overrides",
    "Row",
    "Run",
    "Sample",
    "Settings",
    "Store",
    "load",
    "schema",
]


class Store(Struct, frozen=True):
    """One source to open."""

    uri: str
    """As written: what reports call it."""
    base: Path
    """Directory that its relative path starts from."""
    place: str
    """Where it is declared: `agentaudit.yaml:9`, `flag --traces` or `default`."""
    role: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    retention_days: int | None = None
    plain_http: bool = False
    """Whether it may be asked over HTTP without encryption."""
    keys: tuple[Path, ...] = ()
    """Files of public keys by which signatures are verified; an image's alone."""

    @property
    def remote(self) -> bool:
        """Whether opening it needs the network."""
        return "://" in self.uri

    def opened(self, environ: Mapping[str, str] | None = None) -> str:
        """The URI with its secrets filled in; never shown anywhere."""
        self.secrets(environ)
        known = os.environ if environ is None else environ
        return PLACEHOLDER.sub(lambda found: known[found[1]], self.uri)

    def secrets(self, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        """Value → `${env:NAME}`, longest value first. ConfigError for one that is not set."""
        known = os.environ if environ is None else environ
        found = {}
        for name in PLACEHOLDER.findall(self.uri):
            if not known.get(name):
                raise ConfigError(
                    f"environment variable {name} is not set",
                    where=self.place,
                    hint=f"export {name}=… or write another name",
                )
            found[known[name]] = f"${{env:{name}}}"
        return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


class Row(Struct, frozen=True):
    """One line of `config show`."""

    key: str
    value: str
    origin: str
    """`agentaudit.yaml:12`, `flag --seed`, `environment AGENTAUDIT_SEED` or `default`."""


class Config(Struct, frozen=True):
    """The configuration in effect."""

    settings: Settings
    run: Run
    repos: tuple[Store, ...]
    images: tuple[Store, ...]
    registry: tuple[Store, ...]
    traces: tuple[Store, ...]
    document: Document
    given: Mapping[str, Given]
    """Settings that a flag or the environment gives."""

    @property
    def sha256(self) -> str:
        """Digest of the file as read; empty without one."""
        return self.document.sha256

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.document.warnings

    def line_of(self, *path: str | int) -> str:
        """`agentaudit.yaml:14` for a key path; empty without a file."""
        return self.document.line_of(*path)

    @property
    def rubric_path(self) -> str:
        """Name of a built-in rubric, or its path: one in the file starts at the file's folder."""
        name = self.settings.rubric
        if "rubric" in self.given or not name.endswith((".yaml", ".yml")):
            return name
        return str(self.document.folder / name)

    @property
    def origins(self) -> dict[str, str]:
        """Dotted key → where its value came from."""
        return {row.key: row.origin for row in self.rows()}

    def rows(self) -> list[Row]:
        """Every setting in effect, in the order of the documentation."""
        dumped = self.settings.model_dump(mode="json", by_alias=True, exclude={"sources"})
        rows = [self._row(path, value) for path, value in _leaves(dumped)]
        for kind in ("repos", "images", "registry", "traces"):
            stores: tuple[Store, ...] = getattr(self, kind)
            rows += [
                Row(f"sources.{kind}[{n}]", clean(_described(store)), store.place)
                for n, store in enumerate(stores)
            ]
        for name in ("since", "until", "where", "sample", "seed", "as_of", "offline"):
            given = self.given.get(name)
            shown = given.value if given else _text(getattr(self.run, name, None))
            rows.append(Row(name, safe(shown), given.origin if given else "default"))
        return rows

    def _row(self, path: tuple[str | int, ...], value: Any) -> Row:
        name = str(path[-1]) if path[0] == "gate" and len(path) == 2 else str(path[0])
        origin = self.line_of(*path) if self.document.holds(*path) else "default"
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
        given = self.given.get(name)
        return Row(safe(key), safe(_text(value)), given.origin if given else origin)


def load(
    path: Path,
    flags: Overrides | None = None,
    environ: Mapping[str, str] | None = None,
    today: date | None = None,
    *,
    configured: bool = True,
) -> Config:
    """The configuration for scanning `path`; without `configured`, as if it had no file.

    Raises ConfigError for the file and UsageError for flags and environment.
    """
    document = find(path) if configured else Document(Tree({}), folder=path.absolute())
    asked = Asked(flags or Overrides(), os.environ if environ is None else environ)
    run = asked.run(today or datetime.now(UTC).date())
    settings = _settings(document)
    accept(settings.waivers, document, run.as_of)
    stores = {
        name: tuple(_stores(name, settings, document, asked))
        for name in ("repos", "images", "registry", "traces")
    }
    stores["images"] = _keyed(stores["images"], asked.flags.image_keys)
    if not stores["repos"]:
        stores["repos"] = (Store(".", path, "default"),)
    return Config(
        settings=_overridden(settings, asked),
        run=run,
        **stores,
        document=document,
        given=dict(asked.all()),
    )


def _settings(document: Document) -> Settings:
    """What the file says; where it says nothing, what would read it needs not be made."""
    if document.tree.data == {}:
        return Settings.model_construct()
    return fill(Settings, document.tree, document.shown, ConfigError)


def _stores(name: str, settings: Settings, document: Document, asked: Asked) -> Iterator[Store]:
    """Sources of one kind: the flags' if there are any, else the file's."""
    flags = asked.uris(name)
    for uri in flags:
        yield Store(uri, Path(), f"flag {FLAGS[name]}")
    declared: tuple[str | SourceEntry, ...] = getattr(settings.sources, name)
    for number, entry in enumerate(() if flags else declared):
        place = document.line_of("sources", name, number)
        if isinstance(entry, str):
            yield Store(entry, document.folder, place)
        elif isinstance(entry, TraceEntry):
            more = (entry.role, entry.where, entry.retention_days)
            yield Store(entry.uri, document.folder, place, *more)
        elif isinstance(entry, ImageEntry):
            keys, plain = tuple(document.folder / key for key in entry.keys), entry.plain_http
            yield Store(entry.uri, document.folder, place, entry.role, plain_http=plain, keys=keys)
        else:
            yield Store(entry.uri, document.folder, place, entry.role)


def _keyed(images: tuple[Store, ...], keys: tuple[str, ...]) -> tuple[Store, ...]:
    """Images, each with the keys of the flag in place of its own."""
    if keys and not images:
        flag = FLAGS["image_keys"]
        raise UsageError(
            f"{flag} is given, and no image is", where=f"flag {flag}", hint="add --image REF"
        )
    given = tuple(map(Path, keys))
    return tuple(replace(store, keys=given) if given else store for store in images)


def _overridden(settings: Settings, asked: Asked) -> Settings:
    limits = {"fail_under": 100, "min_level": 4, "min_reconstructable": 100}
    gate = {name: asked.number(name, highest) for name, highest in limits.items()}
    demanded = {name: value for name, value in gate.items() if value is not None}
    update: dict[str, Any] = {"gate": settings.gate.model_copy(update=demanded)}
    if rubric := asked["rubric"]:
        update["rubric"] = rubric.value
    return settings.model_copy(update=update)


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Every value that is no collection, or an empty one, with its path."""
    if not value or not isinstance(value, dict | list):
        yield path, value
        return
    for key, below in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(below, (*path, key))


def _text(value: Any) -> str:
    if value is None or value in ({}, [], (), ""):
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _described(store: Store) -> str:
    """A source in one line; it holds no literal secret, and its `${env:NAME}` stay readable."""
    more = {**({"role": store.role} if store.role else {}), **store.where}
    if store.retention_days:
        more["retention_days"] = str(store.retention_days)
    if store.keys:
        more["keys"] = ",".join(key.name for key in store.keys)
    return " ".join([store.uri, *(f"{key}={value}" for key, value in more.items())])
