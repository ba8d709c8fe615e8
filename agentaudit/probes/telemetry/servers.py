"""Frameworks that answer requests, and log with its stack whatever is thrown at them."""

from __future__ import annotations

from typing import NamedTuple

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.caught import in_pages
from agentaudit.source import Component, Dependency, Repo

_CONTAINERS = regex(
    r"org\.springframework\.boot:spring-boot-starter-web(?:flux|mvc)?"
    r"|io\.quarkus:quarkus-(?:rest|resteasy)[\w-]*|io\.micronaut:micronaut-http-server-netty"
)
_SERVERS = regex(
    r"fastapi|flask|starlette|django|quart|sanic|litestar|tornado|streamlit|chainlit|gradio|uvicorn"
    r"|langserve|next|express|koa|@nestjs/core|hono"
)

_WEB = 'Sdk="Microsoft.NET.Sdk.Web"'


class Server(NamedTuple):
    """A framework that serves, and where it is declared."""

    library: str
    place: Place


def container(component: Component) -> Dependency | None:
    """The framework of Java that answers requests: its container logs what is thrown at it."""
    needs = (need for each in component.manifests for need in each.dependencies)
    return next((need for need in needs if _CONTAINERS.fullmatch(need.name)), None)


def serving(repo: Repo, component: Component) -> Server | None:
    """What answers requests for code of Python, JavaScript or C#: a framework that it imports, the
    server that runs graphs of LangGraph, or that of ASP.NET."""
    home = "" if component.path == "." else component.path + "/"
    for file in repo.files(f"{home}langgraph.json"):
        return Server("the server of LangGraph", file)
    for file in repo.files(f"{home}**/*.csproj"):
        if _WEB in (repo.read(file) or "") and next(in_pages(repo, component.path), None) is None:
            return Server("ASP.NET", file)
    used = {
        each.module.split(".")[0].partition("/")[0].lower()
        for each in component.code.imports
        if each.role is Role.APP
    }
    needs = (need for each in component.manifests for need in each.dependencies)
    return next(
        (
            Server(need.name, need.place)
            for need in needs
            if _SERVERS.fullmatch(need.name.lower()) and need.name.lower() in used
        ),
        None,
    )
