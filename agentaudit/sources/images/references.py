"""How images are named: as skopeo spells them."""

from __future__ import annotations

import re

from msgspec import Struct

from agentaudit.errors import ConfigError
from agentaudit.expressions import regex

DAEMON, LAYOUT, OCI_ARCHIVE, DOCKER_ARCHIVE, REGISTRY = (
    "docker-daemon",
    "oci",
    "oci-archive",
    "docker-archive",
    "docker",
)
SPELLINGS = "docker-daemon:NAME, oci:DIR:TAG, oci-archive:FILE, docker-archive:FILE, docker://HOST/NAME@DIGEST"
_FILES = (LAYOUT, OCI_ARCHIVE, DOCKER_ARCHIVE)
_NAME = regex(
    r"(?P<name>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_LONGEST = 1_000


class Reference(Struct, frozen=True):
    """One way to an image."""

    transport: str
    path: str = ""
    """Directory or archive."""
    name: str = ""
    """Name in the archive or layout; NAME[:TAG] or id in an engine; repository in a registry."""
    host: str = ""
    user: str = ""
    """`name:password` for the host, from a URI whose secrets were filled in."""
    tag: str = ""
    digest: str = ""

    @property
    def wanted(self) -> str:
        """Digest or tag in a registry."""
        return self.digest or self.tag or "latest"


def parse(text: str) -> Reference:
    """Read a reference. Raises ConfigError, which never repeats a password."""
    if len(text) > _LONGEST:
        raise _wrong("it is too long")
    transport, colon, rest = text.partition(":")
    if transport == REGISTRY and rest.startswith("//"):
        return _registry(rest[2:])
    if transport in _FILES and colon:
        path, _, name = rest.partition(":")
        if not path:
            raise _wrong("it names no file")
        return Reference(transport, path=path, name=name)
    if transport == "containers-storage" and colon:
        raise _wrong("Podman's storage is read through its service alone")
    name = rest if transport == DAEMON and colon else text
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*", name) or "://" in name:
        raise _wrong("it is no name of an image")
    return Reference(DAEMON, name=name)


def full(name: str) -> str:
    """A name as engines spell it out: with its registry, and a tag where it has no digest."""
    head, slash, _ = name.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        name = f"docker.io/{name}" if slash else f"docker.io/library/{name}"
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in last else f"{name}:latest"


def _registry(text: str) -> Reference:
    head, slash, name = text.partition("/")
    user, _, host = head.rpartition("@") if slash else ("", "", head)
    rest = f"{host}/{name}"
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, name = "docker.io", rest if slash else text
    if host == "docker.io":
        host = "registry-1.docker.io"
        name = name if "/" in name else f"library/{name}"
    found = _NAME.fullmatch(name)
    if found is None or not re.fullmatch(
        r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9a-fA-F:]+\](?::\d{1,5})?", host
    ):
        raise _wrong("it is no HOST/NAME:TAG or HOST/NAME@DIGEST")
    return Reference(
        REGISTRY,
        name=found["name"],
        host=host,
        user=user,
        tag=found["tag"] or "",
        digest=found["digest"] or "",
    )


def _wrong(why: str) -> ConfigError:
    return ConfigError(f"the image cannot be opened: {why}", hint=f"spell it as {SPELLINGS}")
