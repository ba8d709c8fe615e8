"""Imports that are read from their text say what the tree says."""

from __future__ import annotations

import pytest

from agentaudit.expressions import regex
from agentaudit.sources.git.code import imports
from agentaudit.sources.git.code.extract import extract
from agentaudit.sources.git.code.languages import of
from agentaudit.sources.git.code.sieve import sieve
from agentaudit.sources.git.code.written import Written

FORMS = {
    "one": "from openai import OpenAI\n",
    "several": "from openai import OpenAI,AsyncOpenAI , types\n",
    "in parentheses": "from openai import (OpenAI, types)\n",
    "over lines": "from openai import (\n    OpenAI,\n    types,\n)\n",
    "without a space": "from openai import(OpenAI)\n",
    "of a package": "from a.b.c import d\n",
    "from here": "from . import d\n",
    "from above": "from ..a import d, e\n",
    "renamed": "from openai import OpenAI as O, types\n",
    "one of them renamed": "from openai import (\n    OpenAI,\n    types as t,\n)\n",
    "explained": "from openai import (\n    OpenAI,  # the client\n    types,\n)\n",
    "everything": "from openai import *\n",
    "a module": "import openai\n",
    "modules": "import openai, os.path as p\n",
    "continued": "from openai import \\\n    OpenAI\n",
    "in another script": "from módulo import größe, b\n",
    "in a function": "def f():\n    from openai import OpenAI; OpenAI()\n",
}


def _read(text: str) -> Written:
    language = of("app.py")
    assert language is not None
    return extract(language, text.encode(), sieve())


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_both_ways_agree(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _read(text)
    assert found.imports
    monkeypatch.setattr(imports, "_PLAIN", regex(rb"(?!)"))
    assert _read(text) == found


def test_most_are_plain() -> None:
    plain = {
        name for name, text in FORMS.items() if imports._PLAIN.fullmatch(text.strip().encode())
    }
    assert plain == {
        *("one", "several", "in parentheses", "over lines", "without a space", "of a package"),
        *("from here", "from above"),
    }


def test_the_text_is_read_in_linear_time() -> None:
    text = b"from a import (b" + b" " * 200_000 + b"# no more"
    assert imports._PLAIN.fullmatch(text) is None
