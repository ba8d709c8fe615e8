"""Directories that scripts and Makefiles of the repository hand to a platform, where no CI does."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import agentcore, makefiles, shell
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, ancestors, directory

_FILE = regex(
    r"(?:(?:GNU)?[Mm]akefile|[\w.-]{1,60}\.mk|[\w.-]{0,100}(?:deploy|cloud|publish|release|ship)"
    r"[\w.-]{0,100}\.(?:sh|bash))"
)
_COMMAND = regex(
    r"^(?:npx |uv run |uvx |poetry run )?(?:gcloud (?:beta |alpha )?(?:run|functions|app) deploy"
    r"|az (?:webapp|containerapp|functionapp) up|fly(?:ctl)? deploy|railway up|eb deploy"
    r"|vercel(?= --prod| deploy)|adk deploy (?:cloud_run|agent_engine|gke)"
    r"|agentcore (?:deploy|launch)|modal deploy|chalice deploy|func azure functionapp publish"
    r"|wrangler deploy|langgraph deploy)"
    r"(?:\s|$)(.*)"
)
_SOURCE = regex(r"(?:^|\s)(?:--source|--source-dir|--source-location)[= ][\"']?([\w./-]{1,200})")
_MENTIONS = ("deploy", " up", "launch", "publish", "vercel", "dotnet run", "spring-boot:run")
_STARTS = regex(r"^(?:dotnet run|(?:\./)?mvnw? spring-boot:run)(?:\s|$)")
"""What starts a project that was compiled where it stands, in a directory of its own."""


def started(reader: Reader, homes: Homes) -> Iterator[Build]:
    """The project that each such command deploys: the directory it names, or where it is run."""
    whole = next(reader.named(agentcore.FILE.__eq__), None)  # It says what is deployed.
    for path in reader.named(_FILE.fullmatch):
        text = reader.text(path) or ""
        if not any(mention in text for mention in _MENTIONS):
            continue
        made = not path.endswith((".sh", ".bash"))
        for rows in makefiles.recipes(text) if made else [shell.numbered(text)]:
            for command in shell.commands(rows, directory(path)):
                found = _COMMAND.match(command.text)
                if found and whole and command.text.startswith("agentcore"):
                    continue
                home = _home(homes, path, command.directory, found[1]) if found else None
                if made and found is None and command.directory and _STARTS.match(command.text):
                    home = _home(homes, path, command.directory, "")
                    home = home if home and homes.is_app(home) else None
                if home is not None:
                    yield Build(home, reader.place(path, command.line))


def _home(homes: Homes, path: str, where: str, rest: str) -> str | None:
    named = found[1] if (found := _SOURCE.search(rest)) else "."
    last = rest.split()[-1:] if "/" in rest.rpartition(" ")[2] and named == "." else []
    for base in dict.fromkeys((directory(path), *ancestors(directory(path)), "")):
        start = _meant(base, where)
        for word in (*last, named):
            home = joined(start, word) if start is not None else None
            if home is not None and home in homes.known:
                return home
    return None


def _meant(base: str, where: str) -> str | None:
    if where.startswith(shell.ROOT):
        return joined("", where.removeprefix(shell.ROOT).strip("/") or ".")
    return joined(base, where or ".")
