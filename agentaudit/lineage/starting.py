"""What an image starts: the words of its command, and where its interpreters import from."""

from __future__ import annotations

from agentaudit.expressions import regex
from agentaudit.image import Settings

_MOST = 100
"""Words of a command that may name a program, and directories of a search path."""
_WORDS = regex(r"[\s;&|()'\"`=]+")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_IMPORTED = ("PYTHONPATH", "NODE_PATH")


def started_by(said: Settings) -> tuple[str, ...]:
    """The words of an image's command as paths of the image, those without a slash also where its
    PATH has them; and the directories that its interpreters import from."""
    whole = (*said.entrypoint, *said.command)
    words = [*whole, *_WORDS.split(" ".join(whole))][:_MOST]
    places = _parts(said.env.get("PATH", _PATH))
    named = [f"{place}/{word}" for word in words if word and "/" not in word for place in places]
    imported = [each for name in _IMPORTED for each in _parts(said.env.get(name, ""))]
    paths = (*filter(None, words), *imported, ".")
    return (*(p if p.startswith("/") else f"{said.workdir}/{p}" for p in paths), *named)


def _parts(path: str) -> list[str]:
    return [each for each in path.split(":") if each][:_MOST]
