"""From flags and configuration to opened sources and one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from agentaudit.cli import messages
from agentaudit.cli.flags import Flags
from agentaudit.cli.placing import placed
from agentaudit.errors import ConfigError, SourceError, UsageError

if TYPE_CHECKING:
    from agentaudit.audit import Sources
    from agentaudit.config import Config, Store
    from agentaudit.probe import Probe
    from agentaudit.rubric import Rubric
    from agentaudit.source import Host, Images, Repo, Traces
    from agentaudit.sources.git import GitRepos

CONFIGURATIONS = ("agentaudit.yaml", ".agentaudit.yaml", "pyproject.toml")
_Source = TypeVar("_Source")
_EPOCH = date(1970, 1, 1).toordinal()


def directory(path: str) -> Path:
    """The directory to audit. Raises UsageError when it is none."""
    found = Path(path)
    if not found.is_dir():
        what = "is not a directory" if found.exists() else "does not exist"
        raise UsageError(
            f"{path} {what}", where="PATH", hint="name the directory of the system to audit"
        )
    return found


def probes(*, plugins: bool) -> dict[str, Probe]:
    """Our probes and those of plug-ins, by id. Raises PluginError."""
    from agentaudit.probes import builtin

    found = builtin()
    if plugins:
        from agentaudit.plugins import load

        found |= load("probes", found)
    return found


def configured(path: Path, flags: Flags) -> Config:
    """The configuration in effect, its warnings said. Raises ConfigError and UsageError."""
    from agentaudit.config import Overrides, load

    given = Overrides(
        repos=tuple(flags.repo),
        images=tuple(flags.image),
        image_keys=tuple(flags.image_key),
        traces=tuple(flags.traces),
        where=tuple(flags.where),
        require_source=tuple(flags.require_source),
        registry=tuple(flags.registry),
        since=flags.since,
        until=flags.until,
        rubric=flags.rubric,
        sample=flags.sample,
        seed=flags.seed,
        as_of=flags.as_of,
        fail_under=flags.fail_under,
        min_level=flags.min_level,
        min_reconstructable=flags.min_reconstructable,
        offline=flags.offline,
        max_image_bytes=flags.max_image_bytes,
        max_image_files=flags.max_image_files,
        no_cache=flags.no_cache,
        host=flags.host,
    )
    config = load(path, given, configured=not flags.no_config)
    for text in config.warnings:
        messages.warning(text)
    return config


def evidence(config: Config, flags: Flags) -> set[Path]:
    """Files that the run reads and no report may replace: the configuration, the rubric, bundles,
    trace files, image archives, keys, baseline and history."""
    kept = {Path(name) for name in (flags.baseline, flags.history) if name}
    found = {config.document.folder / name for name in CONFIGURATIONS}
    found.update(store.base / store.opened().removeprefix("git:") for store in config.repos)
    found.update(
        store.base / store.uri.partition(":")[2].partition(":")[0] for store in config.images
    )
    found.update(key for store in config.images for key in store.keys)
    for store in config.traces:
        pattern = store.base / store.opened().partition(":")[2]
        for match in map(Path, glob(str(pattern), recursive=True)):
            found.update(match.iterdir() if match.is_dir() else (match,))
    found.add(Path(config.rubric_path))
    return kept | {path for path in found if path.is_file()}


def repositories(config: Config, stack: ExitStack) -> GitRepos | None:
    """The repositories alone, closed with the stack; None where one of them does not open."""
    try:
        return stack.enter_context(_repos(config, list(config.repos)))
    except SourceError:
        return None


@contextmanager
def opened(
    config: Config, rubric: Rubric, *, plugins: bool, repo: Repo | None = None
) -> Iterator[Sources]:
    """Every declared source, as far as it opens: one that does not stops none of the others; `repo`
    where the repositories are open already.

    Raises ConfigError for a kind of source that nothing reads.
    """
    from agentaudit.audit import Sources

    _refuse(config.registry, "registry")
    failures: list[SourceError] = []
    with ExitStack() as stack:
        repo = repo or _attempt(
            _reachable(config, config.repos, failures),
            lambda stores: _repos(config, stores),
            failures,
        )
        traces: Traces | None = _attempt(
            _reachable(config, config.traces, failures),
            lambda stores: _traces(config, stores, rubric, plugins),
            failures,
        )
        images: Images | None = _attempt(
            _reachable(config, config.images, failures),
            lambda stores: _images(config, stores),
            failures,
        )
        for source in (repo, traces, images):
            _keep(stack, source)
        if repo is not None and not failures:
            placed(config, repo)
        host = _host() if config.run.host else None
        failed = tuple(failures)
        yield Sources(repo=repo, traces=traces, images=images, host=host, failures=failed)


def _refuse(stores: Sequence[Store], kind: str) -> None:
    for store in stores:
        raise ConfigError(
            f"no {kind} source is implemented in this version: {store.uri} cannot be read",
            where=store.place,
            hint="leave it out",
        )


def _reachable(config: Config, stores: Sequence[Store], failures: list[SourceError]) -> list[Store]:
    """Stores that `--offline` lets us open; the others are failures."""
    if not config.run.offline:
        return list(stores)
    failures += [
        SourceError(
            f"{store.uri} is behind a URL, and the run is offline",
            where=store.place,
            hint="leave out --offline, or the source",
        )
        for store in stores
        if store.remote
    ]
    return [store for store in stores if not store.remote]


def _attempt(
    stores: list[Store],
    open_all: Callable[[list[Store]], _Source],
    failures: list[SourceError],
) -> _Source | None:
    """Open all stores of a kind together; what fails is put aside and the rest tried again."""
    while stores:
        try:
            return open_all(stores)
        except SourceError as error:
            failed = _failed(stores, open_all, error)
            failures += [_declared(reason, store) for store, reason in failed]
            stores = [store for store in stores if all(store is not bad for bad, _ in failed)]
    return None


def _failed(
    stores: list[Store], open_all: Callable[[list[Store]], _Source], error: SourceError
) -> list[tuple[Store, SourceError]]:
    """Which stores an error is about: the one it names, else those that do not open alone."""
    for store in stores:
        if store.place == error.where and store.uri in str(error):
            return [(store, error)]
    found = []
    for store in stores:
        try:
            _close(open_all([store]))
        except SourceError as reason:
            found.append((store, reason))
    return found or [(store, error) for store in stores]


def _close(source: object) -> None:
    with ExitStack() as stack:
        _keep(stack, source)


def _keep(stack: ExitStack, source: object) -> None:
    """Have the source closed with the stack, if it is one to be closed."""
    if isinstance(source, AbstractContextManager):
        stack.enter_context(source)


def _declared(error: SourceError, store: Store) -> SourceError:
    """The error at the line that declares its store."""
    if error.where == store.place:
        return error
    text = str(error) if store.uri in str(error) else f"{store.uri}: {error}"
    return SourceError(text, where=store.place, hint=error.hint)


def _repos(config: Config, stores: list[Store]) -> GitRepos:
    from agentaudit.sources.git import open_repos, user_folder

    secrets = {secret: written for s in stores for secret, written in s.secrets().items()}
    folder = None if config.run.no_cache else user_folder()
    return open_repos([store.opened() for store in stores], stores[0].base, secrets, folder)


def _images(config: Config, stores: list[Store]) -> Images:
    from agentaudit.sources.images import ImageSource, open_images, read_options

    run = config.run
    sources = [
        ImageSource(s.uri, s.opened(), s.role, s.place, s.plain_http, s.keys) for s in stores
    ]
    options = read_options(
        stores[0].base, run.max_image_bytes, run.max_image_files, run.no_cache, run.offline
    )
    return open_images(sources, options)


def _host() -> Host:
    from agentaudit.sources.host import LocalHost

    return LocalHost()


def _traces(config: Config, stores: list[Store], rubric: Rubric, plugins: bool) -> Traces:
    from agentaudit.sources.traces import ReadOptions, TraceSource, open_traces

    settings, run = config.settings, config.run
    head = settings.sampling.head
    factories: dict[str, Any] = {}
    if plugins:
        from agentaudit.plugins import load

        factories = load("sources", ("otlp",))
    options = ReadOptions(
        root=stores[0].base,
        since_ns=run.since_ns,
        until_ns=run.until_ns,
        where=run.where,
        sample=None if run.sample == "all" else run.sample,
        seed=run.seed,
        entry=settings.responses.entry or "",
        sampling="" if head is None else f"sampling: head {head:g}",
        aliases=settings.attributes,
        further=tuple(sorted(rubric.attributes)),
        as_of_ns=as_of_ns(run.as_of),
    )
    sources = [
        TraceSource(s.opened(), s.role, s.where, s.retention_days, s.place, s.secrets())
        for s in stores
    ]
    return open_traces(sources, options, factories)


def as_of_ns(day: date) -> int:
    """End of a UTC day, Unix nanoseconds."""
    return (day.toordinal() + 1 - _EPOCH) * 86_400_000_000_000 - 1
