from __future__ import annotations

import pytest

from agentaudit.probes.beside import inner, is_alone
from agentaudit.sources.git import MemoryRepo

ASKS = "from openai import OpenAI\nOpenAI().responses.create(model='gpt-4o')\n"
NEED = "[project]\nname = '{}'\nversion = '1'\ndependencies = ['openai']\n"


def _repo(*homes: str) -> MemoryRepo:
    files = {f"{home}pyproject.toml": NEED.format(home.strip("/") or "all") for home in homes}
    files |= {f"{home}main.py": ASKS for home in homes}
    files |= {f"{home}Dockerfile": "FROM python:3.12\nCMD python main.py\n" for home in homes}
    return MemoryRepo({path: text.encode() for path, text in files.items()})


@pytest.mark.parametrize(
    ("home", "below"),
    [(".", ("a-b/", "a/", "a/b/", "ab/")), ("a", ("a/b/",)), ("a/b", ()), ("ab", ())],
)
def test_what_lies_below_a_component(home: str, below: tuple[str, ...]) -> None:
    repo = _repo("", "a/", "a/b/", "a-b/", "ab/")
    (component,) = (each for each in repo.components() if each.path == home)
    assert inner(repo, component) == below


@pytest.mark.parametrize(("homes", "alone"), [(("",), True), (("a/", "b/"), False)])
def test_one_component_alone_asks_models(homes: tuple[str, ...], alone: bool) -> None:
    assert is_alone(_repo(*homes)) is alone
