"""From references to opened images."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.errors import ConfigError, SourceError
from agentaudit.image import Image
from agentaudit.sources.images.blobs import BlobImage
from agentaudit.sources.images.cache import usual_folder
from agentaudit.sources.images.daemon import Daemon
from agentaudit.sources.images.docker_archive import DockerArchive
from agentaudit.sources.images.files import Archive, Files, Folder
from agentaudit.sources.images.keys import Key, load
from agentaudit.sources.images.layout import Layout
from agentaudit.sources.images.limits import Limits, Refused
from agentaudit.sources.images.references import (
    DAEMON,
    DOCKER_ARCHIVE,
    LAYOUT,
    REGISTRY,
    Reference,
    parse,
)
from agentaudit.sources.images.registry import Registry
from agentaudit.sources.images.transport import Transport
from agentaudit.sources.images.web import Web


class ImageSource(Struct, frozen=True):
    """One image to open, as the configuration declares it."""

    uri: str
    """As written, secrets as `${env:NAME}`: what reports call it."""
    opened: str = ""
    """With its secrets filled in; empty where it holds none."""
    role: str = ""
    place: str = ""
    """Where it is declared, for errors."""
    plain: bool = False
    """Whether plain HTTP is allowed to a host that is not this machine."""
    keys: tuple[Path, ...] = ()
    """Files of the public keys by which its signatures are verified; without any, none is."""


class ReadOptions(Struct, frozen=True):
    """How images are read."""

    root: Path
    """Directory that relative paths start from."""
    limits: Limits = field(default_factory=Limits)
    cache: Path | None = None
    """Folder of kept layer scans; None keeps none."""
    offline: bool = False


def read_options(
    root: Path, most_bytes: int | None, most_files: int | None, no_cache: bool, offline: bool
) -> ReadOptions:
    """How images are read as flags have it; None leaves a limit as it is."""
    usual = Limits()
    limits = replace(
        usual,
        image=usual.image if most_bytes is None else most_bytes,
        files=usual.files if most_files is None else most_files,
    )
    return ReadOptions(root, limits, None if no_cache else usual_folder(), offline)


class Opened(Struct):
    """An image and the way to its layers."""

    source: ImageSource
    reference: Reference
    transport: Transport
    image: Image
    keys: tuple[Key, ...] = ()


def open_image(source: ImageSource, options: ReadOptions) -> Opened:
    """Open one image without reading a layer. Raises SourceError that says where it is declared,
    and ConfigError for a reference that is none or a key that is none."""
    try:
        reference = parse(source.opened or source.uri)
    except ConfigError as error:
        raise ConfigError(f"{source.uri}: {error}", where=source.place, hint=error.hint) from None
    keys = load(source.keys)
    try:
        return _open(source, reference, options, keys)
    except SourceError as error:
        raise SourceError(
            f"{source.uri}: {error}", where=source.place or error.where, hint=error.hint
        ) from error


def find(opened: Iterable[Opened], digest: str, options: ReadOptions) -> Opened | None:
    """Another image of the same stores, by its digest; None where none of them has it.

    Raises SourceError where a store could not be asked.
    """
    failure: SourceError | None = None
    for store in _stores(opened):
        try:
            reference = _another(store.reference, digest)
            found = (
                None if reference is None else _open(store.source, reference, options, store.keys)
            )
        except SourceError as error:
            failure = failure if isinstance(error, Refused) else error
        else:
            if found is not None:
                return found
    if failure is not None:
        raise failure
    return None


def _stores(opened: Iterable[Opened]) -> list[Opened]:
    """One way to each layout, engine and repository."""
    found = {
        (each.reference.transport, each.reference.path, each.reference.host)
        + ((each.reference.name,) if each.reference.transport == REGISTRY else ()): each
        for each in opened
    }
    return list(found.values())


def _another(reference: Reference, digest: str) -> Reference | None:
    """How the same store spells another image; None where it cannot be asked."""
    if reference.transport == DOCKER_ARCHIVE:
        return None
    if reference.transport == DAEMON:
        return replace(reference, name=digest)
    return replace(reference, digest=digest)


def _open(
    source: ImageSource, reference: Reference, options: ReadOptions, keys: tuple[Key, ...]
) -> Opened:
    transport = _transport(source, reference, options)
    try:
        return Opened(source, reference, transport, transport.image(), keys)
    except BaseException:
        transport.close()
        raise


def _transport(source: ImageSource, reference: Reference, options: ReadOptions) -> Transport:
    limits, uri, kind = options.limits, source.uri, reference.transport
    if kind == DAEMON:
        return Daemon(reference.name, limits, uri, options.offline)
    if kind == REGISTRY:
        web = Web(reference.host, reference.user, limits, source.plain)
        return BlobImage(Registry(reference, limits, web), limits, uri)
    path = options.root / Path(reference.path).expanduser()
    if kind == DOCKER_ARCHIVE:
        return DockerArchive(Archive(path, limits), reference.name, limits, uri)
    if kind == LAYOUT and not path.is_dir():
        raise SourceError(f"{reference.path} is no directory", hint="build or copy the image there")
    files: Files = Folder(path) if kind == LAYOUT else Archive(path, limits)
    layout = Layout(files, reference.name, limits, kind, reference.digest)
    return BlobImage(layout, limits, uri)
