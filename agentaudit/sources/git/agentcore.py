"""What the command line of Amazon Bedrock AgentCore deploys, as its `agentcore.json` says."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, mapping, sequence, word

FILE = "agentcore.json"
_HELD = "agentcore"
"""Directory that the command line keeps its files in, below the root of the project."""


def declared(reader: Reader, homes: Homes) -> Iterator[Build]:
    """The projects of the runtimes, with the version of the language that each asks for."""
    for path in reader.named(FILE.__eq__):
        own = directory(path)
        root = directory(own) if own.rpartition("/")[2] == _HELD else own
        for tree in reader.yaml(path)[:1]:
            for number, runtime in enumerate(sequence(mapping(tree.data).get("runtimes"))):
                given = mapping(runtime)
                where = joined(root, word(given.get("codeLocation")).strip("/") or ".")
                if where is not None and where in homes.known:
                    yield Build(
                        where,
                        reader.place(path, tree.line("runtimes", number)),
                        runtime=_version(word(given.get("runtimeVersion"))),
                        configures=bool(sequence(given.get("envVars"))),
                    )


def _version(asked: str) -> str:
    """`PYTHON_3_12` as `python3.12`; empty where none is asked for."""
    language, _, version = asked.lower().partition("_")
    return f"{language}{version.replace('_', '.')}" if version else ""
