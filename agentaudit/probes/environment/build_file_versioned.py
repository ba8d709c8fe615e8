from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.evidence import Evidence
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, failed, passed, probe
from agentaudit.probes.environment.images import doubt_unread, versioned
from agentaudit.source import Component, Repo

MANIFEST = {"requirements.txt": "openai==1.93.0\n"}


def _built(text: str) -> dict[str, object]:
    """A component with this build file."""
    return {"component": {"files": {**MANIFEST, "Dockerfile": text}}}


def _made(configured: str) -> dict[str, object]:
    """A service of Java whose image a plug-in builds."""
    plugin = f"<plugin><artifactId>jib-maven-plugin</artifactId>{configured}</plugin>"
    files = {"files": {"pom.xml": f"<project><build>{plugin}</build></project>"}}
    return {"component": files, "repo": files}


def _two(named: str) -> dict[str, object]:
    """A component whose one build file compose asks for, and another one."""
    compose = f"services:\n  api:\n    build:\n      context: .\n      dockerfile: {named}\n"
    compose += "  worker:\n    build:\n      context: .\n      dockerfile: worker.Dockerfile\n"
    files = {"worker.Dockerfile": "FROM python:3.12\nCOPY . .\n", "compose.yaml": compose}
    return {"component": {"files": {**MANIFEST, **files}}}


_TO_COPY = regex(r"[._-](?:example|sample|template|dist)$")
"""Build files that somebody copies and changes: what they name is only proposed."""


_JIB = regex(r"jib(?:-maven-plugin|-gradle-plugin|[\"'])")
_UPON = regex(
    r"\bfrom\b>?\s{0,40}\{?\s{0,40}<?image(?:>|\s{0,9}=\s{0,9}[\"'])\s{0,40}"
    r"(?P<base>[\w./-]{1,200}(?::\d{2,5}/[\w./-]{1,200})?(?::[\w.-]{1,100})?(?:@sha256:\w{64})?)[<\"'\s]"
)
_BUILDER = regex(
    r"<builder>\s{0,40}(?P<builder>[\w./-]{1,200}:[\w.-]{1,100})\s{0,40}</builder>"
    r"|\bbuilder(?:\.set\(|\s{0,9}=)\s{0,9}[\"'](?P<set>[\w./-]{1,200}:[\w.-]{1,100})[\"']"
)
"""The base or the builder of images that Jib or the plug-in of Spring Boot makes without a build
file."""
_VERSIONED = regex(
    r"[^\s@]{1,200}:(?!latest|stable|edge)[^\s:@/]{0,60}\d[^\s:@/]{0,60}|[^\s@]{1,300}@sha256:\w{64}"
)


def _named(text: str) -> Iterator[re.Match[str]]:
    for plugin in islice(_JIB.finditer(text), 20):
        if found := _UPON.search(text, plugin.end(), plugin.end() + 4000):
            yield found
    yield from _BUILDER.finditer(text)


def _bare(text: str, path: str) -> str:
    """A file of a build without its comments, line by line."""
    if path.endswith(".xml"):
        first, *others = text.split("<!--")
        cut = (each.partition("-->") for each in others)
        return first + "".join("\n" * note.count("\n") + said for note, _, said in cut)
    rows = text.split("\n")
    return "\n".join("" if row.lstrip().startswith(("//", "*", "/*")) else row for row in rows)


def _plugged(repo: Repo, component: Component) -> Evidence | None:
    """Where a plug-in of the build names what it builds images upon, with a version."""
    for manifest in component.manifests:
        text = (repo.read(manifest.place) or "")[:200_000] if manifest.ecosystem == "java" else ""
        for found in _named(_bare(text, manifest.place.path)):
            base = next(filter(None, found.groups()))
            if _VERSIONED.fullmatch(base):
                line = text.count("\n", 0, found.end()) + 1
                return replace(manifest.place, line=line, text=base).evidence()
    return None


@probe(
    "environment-build-file-versioned",
    fix="Commit a Dockerfile and give every base a version: `FROM python:3.12.4-slim-bookworm`.",
    examples=[
        Example(Outcome.PASS, _built("FROM python:3.12-slim\nCOPY . .\n")),
        Example(
            Outcome.PASS,
            _built("ARG PY=3.12\nFROM python:${PY} AS build\nFROM build\nCOPY . .\n"),
            "defaults of ARG are filled in; a stage is no image",
        ),
        Example(Outcome.FAIL, _built("FROM python:latest\nCOPY . .\n")),
        Example(Outcome.FAIL, _built("FROM python\nCOPY . .\n"), "no tag is `latest`"),
        Example(
            Outcome.FAIL,
            _built("FROM vendor/app:latest_v5\nCOPY . .\n"),
            "a moving tag with a number",
        ),
        Example(
            Outcome.FAIL,
            _built("ARG BASE\nFROM ${BASE}\nCOPY . .\n"),
            "a variable without a default",
        ),
        Example(
            Outcome.FAIL,
            _built("FROM python:3.12\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\n"),
            "what is copied from elsewhere counts too",
        ),
        Example(
            Outcome.PASS,
            _built("FROM node:jod-alpine\nCOPY . .\n"),
            "the name of a line of releases",
        ),
        Example(Outcome.FAIL, {"component": {"files": MANIFEST}}, "no build file"),
        Example(Outcome.PASS, _made("<from><image>temurin:21-jre</image></from>"), "by a plug-in"),
        Example(Outcome.FAIL, _made("<from><image>temurin</image></from>"), "in any version"),
        Example(Outcome.FAIL, _made("<to><image>bot:1.2</image></to>"), "only what it makes"),
        Example(Outcome.FAIL, _two("Dockerfile"), "one of two, and the other is not committed"),
        Example(Outcome.PASS, _two("worker.Dockerfile"), "both are"),
        Example(
            Outcome.UNKNOWN,
            _built("# to be written\n"),
            "the build file cannot be understood",
        ),
    ],
)
def build_file_versioned(repo: Repo, component: Component) -> Answer:
    """Is the image build file committed, and does every external base in it have a version?

    `FROM python:latest` builds a different image next month, and the file in git does not show it.
    Operating system, C library and interpreter all come from that line.
    """
    if not component.build_files:
        if (made := _plugged(repo, component)) is not None:
            return passed("the plug-in that builds its image names a versioned base", made)
        return failed(
            "no Dockerfile or Containerfile is committed for it",
            component.evidence(),
            fact="build file",
            place=component.id,
        )
    files = [file for file in component.build_files if not _TO_COPY.search(file.place.path)]
    bases = [base for file in files or component.build_files for base in file.bases]
    gaps = Gaps(len(bases))
    gaps.seen(*(file.place.evidence() for file in component.build_files))
    doubt_unread(gaps, component)
    for place in component.unbuilt:
        message = "what it is built from here is not committed"
        gaps.fail(
            message, place.evidence(), fact="build file", place=component.id, reason="missing"
        )
    for base in bases:
        if base.unresolved or not versioned(base):
            what = "holds an unresolved variable" if base.unresolved else "names no version"
            gaps.fail(
                f"base {base.reference} {what}" if base.reference else "a FROM names no base",
                base.place.evidence(),
                fact="image version",
                place=component.id,
                reason="unresolved" if base.unresolved else "missing",
            )
    return gaps.answer("every external base has a version")
