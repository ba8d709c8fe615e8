from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, failed, not_applicable, probe
from agentaudit.probes.environment.commanded import all_pins
from agentaudit.probes.environment.refused import refused
from agentaudit.probes.environment.running import (
    Pin,
    about,
    developed,
    kit_of,
    left_behind,
    only_by_images,
    run_instead,
    running,
    speaks,
    spoken_by,
)
from agentaudit.source import Component, Repo

PROJECT = '[project]\nname = "planner"\nrequires-python = ">=3.11"\ndependencies = ["openai"]\n'
_BOTH = {"requirements.txt": "openai\n", "mails/package.json": '{"name": "mails"}'}
NODE = '{"name": "web", "dependencies": {"openai": "^5"}, "engines": {"node": ">=20"}}'


def _staged(*lines: str) -> dict[str, object]:
    """An agent in Python with pages, and the build file of these lines."""
    build = "\n".join(lines) + "\nCOPY . .\n"
    return {"component": {"files": {**_BOTH, "Dockerfile": build}}}


def _narrow(base: str) -> dict[str, object]:
    """A project for one minor version, upon this image."""
    manifest = PROJECT.replace(">=3.11", ">=3.11,<3.12")
    files = {"pyproject.toml": manifest, "Dockerfile": f"{base}\nCOPY . .\n"}
    return {"component": {"files": files}}


def _below(pom: str) -> dict[str, object]:
    """A service of Java, a module of this project."""
    own = "<project><artifactId>api</artifactId></project>"
    build = "FROM registry.example/base:1\nCOPY . .\n"
    files = {"pom.xml": pom, "api/pom.xml": own, "api/Dockerfile": build}
    return {"component": {"path": "api", "files": files}}


def _kit(version: str) -> dict[str, object]:
    """A service of Java 24 that is built by this kit."""
    pom = "<project><properties><java.version>24</java.version></properties></project>"
    return {"component": {"files": {"pom.xml": pom, ".java-version": f"{version}\n"}}}


_ASKS = 'import boto3\nboto3.client("bedrock-runtime").converse(modelId="m")\n'


def _function(*runtimes: str, **more: str) -> dict[str, object]:
    """Functions that a program in TypeScript deploys with these runtimes."""
    stack = 'import { Runtime } from "aws-cdk-lib/aws-lambda";\n'
    stack += "".join(f"new Function(this, 'x', {{ runtime: Runtime.{r} }});\n" for r in runtimes)
    package = '{"name": "deploy", "devDependencies": {"aws-cdk-lib": "2.200.0"}}'
    files = {"package.json": package, "cdk.json": "{}", "lib/stack.ts": stack}
    return {"component": {"files": {**files, **(more or {"requirements.txt": "openai\n"})}}}


@probe(
    "environment-runtime-pinned",
    fix="Pin the runtime where it is installed: `FROM python:3.12.4-slim-bookworm` in the "
    "Dockerfile, and the same in `.python-version` (or `.nvmrc`, `go.mod`, `global.json`).",
    examples=[
        Example(
            Outcome.PASS,
            {"component": {"files": {"pyproject.toml": PROJECT, ".python-version": "3.12\n"}}},
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        "Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
                    }
                }
            },
            "by the image that it is built on",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {"pyproject.toml": PROJECT.replace(">=3.11", "==3.12.*")}}},
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {"pyproject.toml": PROJECT}}},
            "a floor is no pin",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "package.json": NODE,
                        "Dockerfile": "FROM node:22-slim\nCOPY . .\n",
                    }
                }
            },
            "a major version is a new runtime every few weeks",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        ".python-version": "3.12\n",
                        "Dockerfile": "FROM python:3.13-slim\nCOPY . .\n",
                    }
                }
            },
            "the image that runs decides, whatever it is developed on",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        ".python-version": "3.12\n",
                        "langgraph.json": '{\n  "python_version": "3.11"\n}\n',
                    }
                }
            },
            "developed on one version, served on another",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        "Dockerfile": "FROM ubuntu:24.04\n"
                        "RUN apt-get update && apt-get install -y python3.12\nCOPY . .\n",
                    }
                }
            },
            "installed in the image",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        "Dockerfile": "FROM registry.example/ubi9/python-312:latest\nCOPY . .\n",
                    }
                }
            },
            "the image is called after its version",
        ),
        Example(
            Outcome.FAIL,
            _narrow("FROM python:3"),
            "the image that runs decides, and names the major version only",
        ),
        Example(Outcome.FAIL, _narrow("FROM python"), "an image without a tag is the latest one"),
        Example(
            Outcome.FAIL,
            {"component": {"files": {"app.py": "import openai\n"}}},
            "nothing pins any runtime",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "package.json": NODE,
                        "pyproject.toml": PROJECT,
                        "Dockerfile": "FROM node:22 AS pages\nCOPY package.json .\n"
                        "FROM python:3.12-slim\nCOPY . .\nCOPY --from=pages /dist /dist\n",
                    }
                }
            },
            "node makes the pages, python serves",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "go.mod": "module x.io/a\n\ngo 1.24\n",
                        "tools/go.mod": "module x.io/a/tools\n\ngo 1.23\n",
                        "Dockerfile": "FROM golang:1.24\nCOPY go.mod tools/go.mod .\n",
                    }
                }
            },
            "a module may ask for less than what builds it",
        ),
        Example(
            Outcome.PASS,
            _staged("FROM python:3.12.4 AS base", "FROM node:24 AS mails", "FROM base"),
            "the last stage is built upon the first",
        ),
        Example(
            Outcome.FAIL,
            _staged("FROM python:3 AS base", "FROM node:24.1 AS mails", "FROM base"),
            "what the last stage is built upon is loose",
        ),
        Example(
            Outcome.PASS,
            _staged("FROM ubuntu:22.04", "ENV MINOR=11\nENV V=3.$MINOR.6", "RUN pyenv install $V"),
            "by variables of the image",
        ),
        Example(
            Outcome.FAIL,
            _staged("FROM ubuntu:22.04", "ENV V=$ASKED", "RUN pyenv install $V"),
            "by a variable that somebody sets",
        ),
        Example(
            Outcome.PASS,
            _below(
                "<project><packaging>pom</packaging><properties><java.version>17</java.version></properties></project>"
            ),
            "by the project above; Java counts its releases by one number",
        ),
        Example(Outcome.PASS, _kit("25"), "a newer kit compiles for an older release"),
        Example(Outcome.FAIL, _kit("21"), "an older kit cannot"),
        Example(Outcome.FAIL, _below("<project><artifactId>all</artifactId></project>")),
        Example(Outcome.PASS, _function("PYTHON_3_14"), "by the program that deploys it"),
        Example(Outcome.FAIL, _function("PYTHON_3"), "loosely"),
        Example(
            Outcome.PASS,
            _function("PYTHON_3_12", "NODEJS_20_X", **{"mail/index.py": _ASKS}),
            "what asks decides, not what only deploys",
        ),
    ],
)
def runtime_pinned(repo: Repo, component: Component) -> Answer:
    """Is the language runtime pinned to at least the minor version?

    Lock files fix the libraries, not the interpreter beneath them. Dictionary order, float
    formatting and default encodings have all changed between minor versions.
    """
    pins = run_instead(repo, component, all_pins(repo, component))
    languages = spoken_by(component, pins)
    if languages and not speaks(component, pins):
        return not_applicable("no code of a language of its own", component.evidence())
    if not languages:
        return failed(
            "nothing pins a language runtime",
            component.evidence(),
            fact=_FACT,
            place=component.id,
        )
    languages = languages - left_behind(repo, component, pins) or languages
    gaps, aside = Gaps(len(languages)), list[str]()
    for place in component.unbuilt if only_by_images(component, pins) else ():
        message = "what it is built from here is not committed, and nothing else names its runtime"
        gaps.fail(message, place.evidence(), fact=_FACT, place=component.id, reason="missing")
    for spoken in sorted(languages):
        mine = about(spoken, pins, alone=len(languages) == 1)
        _require(gaps, spoken, mine, component)
        for message, *shown in refused(repo, component, running(mine, component)):
            gaps.fail(message, *shown, fact=_FACT, place=component.id, reason="conflict")
        aside += developed(mine, component)
    return gaps.answer("; ".join(("the language runtime is pinned", *aside)))


_FACT = "runtime version"
_NEWEST = frozenset({"dotnet", "go"})
"""Languages whose modules may ask for an older version than the one that builds and runs them."""


def _require(gaps: Gaps, spoken: str, pins: list[Pin], component: Component) -> None:
    """Require that the pins of one language allow one minor version."""
    run = list(running(pins, component))
    if loose := [pin.shown for pin in run if not pin.version]:
        message = f"the {spoken} image that runs it is not pinned to a minor version"
        gaps.fail(message, *loose, fact=_FACT, place=component.id, reason="missing")
        return
    versions = _named(spoken, pins)
    if run or len(versions) == 1:
        gaps.seen(*(pin.shown for pin in run or pins if pin.version))
        return
    message = f"{spoken} runtime is pinned to {' and '.join(versions)}"
    if not versions:
        message = f"{spoken} runtime is not pinned to a minor version"
    shown = [pin.shown for pin in pins] or [component.evidence()]
    reason = "conflict" if versions else "missing"
    gaps.fail(message, *shown, fact=_FACT, place=component.id, reason=reason)


def _named(spoken: str, pins: list[Pin]) -> list[str]:
    """The minor versions that the pins of one language allow."""
    exact = {pin.version for pin in pins if pin.version}
    if spoken == "java" and (kit := kit_of(pins)):
        return [kit]
    versions = sorted(v for v in exact if not v.startswith("sha256:")) or sorted(exact)[:1]
    if spoken in _NEWEST and all(v.replace(".", "").isdigit() for v in versions):
        return sorted(versions, key=lambda v: [int(part) for part in v.split(".")])[-1:]
    return versions
