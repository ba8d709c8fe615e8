"""Images of a container engine: Docker, or Podman behind the same interface."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from agentaudit.errors import SourceError
from agentaudit.evidence import safe
from agentaudit.image import Image, Layer
from agentaudit.sources.images.documents import diff_ids, is_metadata, moment, settings, told
from agentaudit.sources.images.extract.wanted import Selection
from agentaudit.sources.images.limits import CHUNK, Limits, Refused, Spent
from agentaudit.sources.images.pieces import Pieces
from agentaudit.sources.images.references import DAEMON
from agentaudit.sources.images.scan import LayerScan, scan
from agentaudit.sources.images.streams import GZIP, ZSTD, LayerStream, Peekable
from agentaudit.sources.images.tar import BLOCK, REGULAR, Tar

if TYPE_CHECKING:
    import requests

_TIMEOUT = 600
"""Seconds: the engine writes a whole image aside before it sends its first byte."""
_ZEROS = bytes(BLOCK)


class Daemon:
    """A transport over one image of an engine."""

    def __init__(self, name: str, limits: Limits, reference: str, offline: bool = False) -> None:
        self._name = name
        self._limits = limits
        self._reference = reference
        self._client = _client(offline)

    def image(self) -> Image:
        with _told(self._name):
            found = self._client.inspect_image(self._name)
            lines = self._client.history(self._name)
        rootfs = {"diff_ids": found.get("RootFS", {}).get("Layers")}
        layers = [Layer(each) for each in diff_ids({"rootfs": rootfs}, self._limits)]
        history = _history(lines, len(layers))
        config = {
            "os": found.get("Os"),
            "architecture": found.get("Architecture"),
            "variant": found.get("Variant"),
            "created": found.get("Created"),
            "config": found.get("Config"),
            "history": history,
        }
        said, id = settings(config), str(found.get("Id", ""))
        names = sorted({*(found.get("RepoTags") or ()), *(found.get("RepoDigests") or ())})
        # An engine that keeps images as containerd does names them by their manifest.
        by_manifest = isinstance(found.get("Descriptor"), dict)
        return Image(
            self._reference,
            DAEMON,
            told(said.history, layers),
            said,
            "" if by_manifest else id,
            id if by_manifest else "",
            names=tuple(map(safe, names)),
        )

    def scans(
        self, image: Image, needed: Collection[str], selection: Selection, spent: Spent
    ) -> Iterator[LayerScan]:
        """The engine sends all layers in an order of its own; each is known by what it holds."""
        left = set(needed)
        with _told(self._name), self._saved() as answer:
            tar = Tar(Pieces(answer.iter_content(CHUNK)), self._limits.header)
            for member in tar:
                source = Peekable(Pieces(tar.body()))
                if member.type == REGULAR and not member.sparse and _is_layer(source):
                    found = scan(LayerStream(source, spent), selection, spent)
                    if found.diff_id in left:
                        left.discard(found.diff_id)
                        yield found
        if left:
            raise Refused(f"the engine sent no layer that unpacks to {min(left)}")

    def absent(self, image: Image) -> int:
        return 0

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _saved(self) -> Iterator[requests.Response]:
        """The image as `docker save` gives it; the SDK's own call leaves its connection open when
        it is not read to the end."""
        client = self._client
        place = f"{client.base_url}/v{client.api_version}/images/{quote(self._name)}/get"
        with client.get(place, stream=True, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            yield answer


def _is_layer(source: Peekable) -> bool:
    """Whether a file of a saved image is a layer, compressed or not, even an empty one."""
    head = source.peek(BLOCK)
    return head[257:262] == b"ustar" or head == _ZEROS or head.startswith(GZIP) or head[:4] == ZSTD


def _history(lines: list[dict[str, Any]], layers: int) -> list[dict[str, Any]]:
    """The engine's history as a configuration has it: oldest first, empty lines marked.

    The engine does not say which lines made no layer, only how much each added; where some layers
    add nothing, lines that never make a layer are told by their instruction.
    """
    told = lines[::-1]
    empty = [line.get("Size") == 0 for line in told]
    if empty.count(False) != layers:
        empty = [line.get("Size") == 0 and is_metadata(_by(line)) for line in told]
    return [
        {
            "created": moment(int(line.get("Created") or 0)),
            "created_by": _by(line),
            "empty_layer": e,
        }
        for line, e in zip(told, empty, strict=True)
    ]


def _by(line: dict[str, Any]) -> str:
    return str(line.get("CreatedBy") or "")


def _client(offline: bool) -> Any:
    """A connection to the engine that DOCKER_HOST names, else to the socket that answers."""
    import docker
    from docker.utils import kwargs_from_env

    given: dict[str, Any] = {**kwargs_from_env()}
    host = str(given.pop("base_url", None) or _socket())
    if host.startswith("ssh:"):
        raise SourceError("the engine is behind ssh", hint="set DOCKER_HOST to a socket or tcp://")
    if host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists():
        raise _nobody(host, "there is no such socket")
    if offline and not host.startswith(("unix:", "http+unix:")):
        raise SourceError("the engine is behind a URL, and the run is offline")
    try:
        return docker.APIClient(base_url=host, version="auto", timeout=_TIMEOUT, **given)
    except docker.errors.DockerException as error:
        raise _nobody(host, str(error)) from None


def _nobody(host: str, why: str) -> SourceError:
    return SourceError(
        f"no container engine answers at {host}: {safe(why, 200)}",
        hint="start it, set DOCKER_HOST, or name the image with docker:// or oci:",
    )


def _socket() -> str:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "/run")
    places = ("/var/run/docker.sock", f"{runtime}/podman/podman.sock", "/run/podman/podman.sock")
    found = next((place for place in places if Path(place).exists()), places[0])
    return f"unix://{found}"


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Errors of the engine in our words."""
    import docker
    import requests

    try:
        yield
    except docker.errors.ImageNotFound:
        raise Refused(
            f"the engine has no image {name[:200]!r}", hint="pull or build it, or name another"
        ) from None
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise SourceError(f"the engine failed: {safe(str(error), 200)}") from None
