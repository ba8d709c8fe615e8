"""Language runtimes of an image: name, version and the place that says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agentaudit.expressions import regex
from agentaudit.image import FileMap, Package, Runtime

_VARIABLES = {
    "PYTHON_VERSION": "python",
    "NODE_VERSION": "node",
    "GOLANG_VERSION": "go",
    "JAVA_VERSION": "java",
    "RUST_VERSION": "rust",
    "DOTNET_VERSION": "dotnet",
}
_PACKAGES = (
    (regex(r"(?:lib)?python3\.\d{1,2}-minimal|python3|python3\.\d{1,2}"), "python"),
    (regex(r"nodejs(?:-current)?|nodejs\d{2}"), "node"),
    (regex(r"openjdk-?(\d{1,2})-?jre.*|java-\d{1,2}-openjdk.*"), "java"),
)
_PATHS = (
    (regex(r"(?:.+/)?bin/python(3\.\d{1,2})"), "python"),
    (regex(r"(?:usr/local/|opt/[^/]+/)?lib/python(3\.\d{1,2})/os\.py"), "python"),
)
_VERSION = regex(r"(?:\d:|v)?(\d{1,3}(?:\.\d{1,4}){0,3})")


def runtimes(
    files: FileMap, packages: Iterable[Package], env: Mapping[str, str]
) -> Iterator[Runtime]:
    """Every one that is named, the most exact place first."""
    for variable, name in _VARIABLES.items():
        if found := _VERSION.match(env.get(variable, "")):
            yield Runtime(name, found[1], f"environment {variable}")
    for package in packages:
        if package.ecosystem in ("deb", "apk", "rpm"):
            for pattern, name in _PACKAGES:
                if pattern.fullmatch(package.name) and (at := _VERSION.match(package.version)):
                    yield Runtime(name, at[1], f"{package.path}: {package.name}")
    for pattern, name in _PATHS:
        for path in sorted(p for p in files.entries if "/python3." in f"/{p}"):
            if found := pattern.fullmatch(path):
                yield Runtime(name, found[1], path)
