"""Projects of Dart: what pubspec.yaml declares and pubspec.lock pins, and the programs for
telephones and desktops that Flutter makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit import parse
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.declared import Declared, Parsed
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.pinned import Pinned, pinned
from agentaudit.sources.git.reader import Reader, mapping, word

MANIFEST = "pubspec.yaml"
_GROUPS = ("dependencies", "dev_dependencies")


def manifest(reader: Reader, path: str) -> Parsed | None:
    """What a pubspec.yaml declares; a library that comes with Flutter is none of the registry's."""
    for tree in reader.yaml(path)[:1]:
        data = mapping(tree.data)
        found = [
            Declared(
                name,
                tree.line(group, name),
                local=not {"path", "sdk"}.isdisjoint(mapping(given)),
                extra=group != "dependencies",
                wanted=word(given) or word(mapping(given).get("version")),
            )
            for group in _GROUPS
            for name, given in mapping(data.get(group)).items()
        ]
        asked = word(mapping(data.get("environment")).get("sdk"))
        runtime = (tree.line("environment", "sdk"), asked) if asked else None
        return Parsed("dart", tuple(found), runtime, word(data.get("name")))
    return None


def lock(text: str) -> Pinned:
    """pubspec.lock: every package, those too that others need."""
    packages = mapping(mapping(parse.yaml(text).data).get("packages"))
    return pinned((name, word(mapping(given).get("version"))) for name, given in packages.items())


def programs(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Applications of Flutter: people get them from a shop, and no platform's file deploys them."""
    for path, home in homes.manifests.items():
        if path.endswith(MANIFEST) and f"{home}/lib/main.dart".lstrip("/") in reader.known:
            text = reader.text(path) or ""
            if homes.is_app(home) and "sdk: flutter" in text:
                yield Build(home, reader.place(path, 1))
