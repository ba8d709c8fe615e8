"""What answers requests, and writes what nobody catches into the logs with its stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentaudit.code import Role, Strength
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.telemetry.advice import answering_only
from agentaudit.probes.telemetry.catches import FALLBACKS, LARGE, is_unread
from agentaudit.probes.telemetry.caught import in_pages, leaves, losing
from agentaudit.probes.telemetry.ends import Fates
from agentaudit.probes.telemetry.held import is_told
from agentaudit.probes.telemetry.streams import hides
from agentaudit.source import Component, Place, Repo

_CONTAINERS = regex(
    r"org\.springframework\.boot:spring-boot-starter-web(?:flux|mvc)?"
    r"|io\.quarkus:quarkus-(?:rest|resteasy)[\w-]*|io\.micronaut:micronaut-http-server-netty"
)
"""Frameworks of Java that answer requests: the container logs what is thrown at it."""
_SERVERS = regex(
    r"fastapi|starlette|litestar|flask|quart|sanic|tornado|streamlit|chainlit|gradio|celery"
    r"|bentoml|robyn|blacksheep|reflex|nicegui|functions-framework|azure-functions|langserve"
    r"|google-adk|next|express|koa|@nestjs/core|hono|probot|slack-bolt|aiogram"
    r"|temporalio|@temporalio/worker|dramatiq|rq|arq|huey|taskiq|prefect|dagster"
)
"""The same of Python and JavaScript, and workers that log a job that failed; agents of ADK are
loaded by a server of it. Django is none of them: outside of development it sends mails instead."""
_WEB = 'Sdk="Microsoft.NET.Sdk.Web"'
_SIGNS = str.maketrans("_./", "---")
_SERVERLESS = regex(
    r"CodeUri|\b(?:Python|Nodejs|Go|Rust|DotNet)?Function\(|Code\.from_?[aA]sset\(|aws_lambda|lambda"
    r"|^service:|public\.ecr\.aws/lambda/"
)
_FUNCTION = regex(r"(?i)lambda_?handler|handler")


def logging_the_uncaught(
    repo: Repo, component: Component, ends: Fates, *, passes: bool
) -> Iterator[tuple[str, Place]]:
    """What answers for a component that lets exceptions pass, as they end, and what is said of
    it; passes is whether nearly all of them do."""
    free = ends.is_free or passes
    code = component.code
    needs = [need for each in component.manifests for need in each.dependencies]
    for need in needs:
        if _CONTAINERS.fullmatch(need.name) and not _answered(repo, component):
            yield f"{need.name} logs what nobody catches with its stack", need.place
    left = not ends.fails_often and leaves(repo, code, free=free)
    if not left and not passes:
        return
    used = {each.module.lower().translate(_SIGNS) for each in code.imports if each.role is Role.APP}
    for need in needs:
        name = need.name.lower()
        serves = _SERVERS.fullmatch(name) is not None
        imported = any(f"{one}-".startswith(f"{name.translate(_SIGNS)}-") for one in used)
        if name in _HIDDEN and hides(component):
            continue
        imported = imported or (free and serves and _imports(repo, component, name))
        if serves and (imported or (name == "next" and _routes(component))):
            yield f"nobody catches, and {need.name} logs that with its stack", need.place
    for name, place in _started(repo, component):
        yield f"nobody catches, and {name} logs that with its stack", place
    for place in _trained(component) if left else ():
        yield "nobody catches, and the run that trains ends with its traceback", place
    for place in _lambda(component):
        yield "nobody catches, and the runtime of Lambda logs that with its stack", place


_IMPORT = regex(r"(?m)^(?:from|import) (\w{1,40})\b")
_WEB_OF_PYTHON = (
    "fastapi",
    "starlette",
    "litestar",
    "flask",
    "quart",
    "sanic",
    "streamlit",
    "gradio",
)
_ANY = regex(r"\bexcept\s{0,4}(?::|\(?\s?(?:Base)?Exception\b)")


def _imports(repo: Repo, component: Component, name: str) -> bool:
    """Whether a file of Python imports it that uses nothing else that is known, and none of those
    that do catches any exception."""
    home = "" if component.path == "." else component.path + "/"
    files = repo.files(f"{home}**/*.py", saying=(name,)) if name in _WEB_OF_PYTHON else iter(())
    texts = ((repo.read(file) or "")[:300_000] for file in files if is_serving(repo, file))
    using = [text for text in texts if name in _IMPORT.findall(text)]
    return bool(using) and not any(map(_ANY.search, using))


_ROUTE = regex(r"(?:^|/)app/(?:[^/]{1,80}/){0,12}route\.(?:[jt]sx?|mjs)$")


def _routes(component: Component) -> bool:
    """Whether it answers by routes of Next.js, which need no import of it."""
    calls = (call for call in component.code.calls if call.role is Role.APP)
    return any(_ROUTE.search(call.place.path) for call in calls)


_HIDDEN = ("next", "express", "koa", "@nestjs/core", "hono")


def ended_by(
    repo: Repo, component: Component, places: Sequence[Place]
) -> Iterator[tuple[str, Place]]:
    """What is said of a program of which no part holds an exception back, from those places."""
    if (
        is_told(component)
        and not hides(component)
        and not next(in_pages(repo, component.path), None)
    ):
        for place in [*places, *component.built_by][:1]:
            yield "nothing in it catches, so that what runs it writes the stack", place


def _trained(component: Component) -> Iterator[Place]:
    """Where a script trains: it ends with the traceback of what nobody catches."""
    for use in component.uses("trainer"):
        if use.strength >= Strength.CALLED and use.place.path.endswith(".py"):
            yield use.place


def _answered(repo: Repo, component: Component) -> bool:
    """Whether the code tells of an exception by its message before the container sees it, or may,
    in a file that is too large to be parsed."""
    held = next(answering_only(repo, component.path), None)
    if held is not None or next(losing(repo, component.code), None) is not None:
        return True
    home = "" if component.path == "." else component.path + "/"
    files = repo.files(f"{home}**/*.java", saying=("catch", *FALLBACKS))
    large = (file for file in files if is_serving(repo, file))
    return any(_is_unread(repo, file) for file in large)


def _is_unread(repo: Repo, file: Place) -> bool:
    text = repo.read(file)
    parsed = text is not None and len(text) > LARGE
    return is_unread(text, repo.blocks(file) if parsed else ())


_MAKES = ("get_fast_api_app", "to_a2a", "AgentOS")
"""Calls of frameworks of agents that make the application of a server of Python."""


def _started(repo: Repo, component: Component) -> Iterator[tuple[str, Place]]:
    """Servers that are told by a file, that of graphs of LangGraph and ASP.NET, and those that a
    framework of agents makes."""
    home = "" if component.path == "." else component.path + "/"
    for file in repo.files(f"{home}langgraph.json"):
        yield "the server of LangGraph", file
    for call in component.code.methods(*_MAKES):
        if call.reached:
            yield f"the server that {call.method} makes", call.place
    for file in repo.files(f"{home}**/*.csproj"):
        if _WEB in (repo.read(file) or "") and next(in_pages(repo, component.path), None) is None:
            yield "ASP.NET", file


def _lambda(component: Component) -> Iterator[Place]:
    """Where it is started as a function of AWS Lambda."""
    handles = any(
        _FUNCTION.fullmatch(call.scope.rpartition(".")[2]) for call in component.code.calls
    )
    bases = (base for file in component.build_files for base in file.bases)
    for place in (*component.built_by, *(base.place for base in bases)):
        if handles and _SERVERLESS.search(place.text):
            yield place
