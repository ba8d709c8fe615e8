"""The CUDA runtime of an image: each place that names a version, with what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from agentaudit import parse
from agentaudit.expressions import regex
from agentaudit.image import CudaFact, FileMap, Package
from agentaudit.sources.images.extract.fields import text
from agentaudit.sources.images.extract.wanted import SMALL, Wanted

WANTED = (Wanted(r"usr/local/cuda[^/]*/version\.(?:json|txt)", SMALL),)
_VERSION_FILE = regex(r"usr/local/cuda[^/]*/version\.(?:json|txt)")
_LIBRARY = regex(r"(?:.+/)?libcudart\.so\.(\d{1,3}(?:\.\d{1,4}){1,2})")
_DEB = regex(r"cuda-cudart-(\d{1,3})-(\d{1,3})")
_WHEEL = regex(r"nvidia[-_]cuda[-_]runtime(?:[-_]cu\d{2})?")
_LOCAL = regex(r"\+cu(\d{2})(\d)$")
_NUMBERS = regex(r"\d{1,3}(?:\.\d{1,4}){1,3}")


def cuda(files: FileMap, packages: Iterable[Package], env: Mapping[str, str]) -> Iterator[CudaFact]:
    """Every version of the runtime that is named, and where; several that differ are a finding.

    The Debian package and the wheel count as the version that they carry, `+cu124` as 12.4.
    """
    if _NUMBERS.match(env.get("CUDA_VERSION", "")):
        yield CudaFact(env["CUDA_VERSION"][:50], "environment CUDA_VERSION")
    for path in files.below(""):
        if _VERSION_FILE.fullmatch(path):
            yield from _file(path, files.read(path) or b"")
    for path in files.entries:
        if "libcudart.so." in path and (found := _LIBRARY.fullmatch(path)) is not None:
            yield CudaFact(found[1], path)
    for package in packages:
        if package.installed:
            yield from _package(package)


def _file(path: str, data: bytes) -> Iterator[CudaFact]:
    version = ""
    if path.endswith(".json"):
        try:
            given = parse.json(data)
        except parse.Malformed:
            return
        part = given.get("cuda") if isinstance(given, dict) else None
        version = str(part.get("version", "")) if isinstance(part, dict) else ""
    elif (found := re.search(r"CUDA Version (\d[\d.]{0,20})", text(data[:1000]))) is not None:
        version = found[1]
    if _NUMBERS.match(version):
        yield CudaFact(version[:50], path)


def _package(package: Package) -> Iterator[CudaFact]:
    if package.ecosystem == "deb" and (found := _DEB.fullmatch(package.name)) is not None:
        yield CudaFact(f"{found[1]}.{found[2]}", f"{package.path}: {package.name}")
    if package.ecosystem == "python":
        if _WHEEL.fullmatch(package.name):
            yield CudaFact(package.version, package.path)
        elif (local := _LOCAL.search(package.version)) is not None:
            yield CudaFact(f"{local[1]}.{local[2]}", f"{package.path}: {package.version}")


def disagreeing(facts: Iterable[CudaFact]) -> tuple[str, ...]:
    """The different `major.minor` versions that are named, sorted, where there are several."""
    found = sorted({".".join(fact.version.split(".")[:2]) for fact in facts})
    return tuple(found) if len(found) > 1 else ()
