"""Prompts of what is beside the system, of those who speak, and of few words."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.prompts.in_files import LIMITS, in_files

TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount. Answer "
    "with one JSON object that has the keys document, fields and reason, and nothing besides it."
)
ASK = (
    "from openai import OpenAI\nfrom prompts import PLANNER\n\ndef answer(q):\n"
    "    return OpenAI().responses.create(model='gpt-4o', instructions=PLANNER, input=q)\n"
)
APART = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": ASK,
    "prompts.py": f'PLANNER = """{TEXT}"""\n',
}
CODE = "\ndef shorten(text, most):\n    return text if len(text) < most else text[:most] + '…'\n"
INLINE = f'SYSTEM_PROMPT = """{TEXT}"""\n{CODE}{CODE.replace("shorten", "cut")}'
SPEAKERS = (
    f"planner:\n  name: Planner\n  prompt_start: |\n    {TEXT[:140]}\n    {TEXT[140:]}\n"
    "  mode: html\n"
)
MODES = (
    "import yaml\nfrom openai import OpenAI\nMODES = yaml.safe_load(open('chat_modes.yml'))\n"
    "\ndef answer(mode, q):\n    return OpenAI().responses.create(model='gpt-4o', input=q,\n"
    "        instructions=MODES[mode]['prompt_start'])\n"
)
SETTINGS = f'class Texts(BaseModel):\n    planner_tpl: str = """\n        {TEXT[:16]} {TEXT}"""\n'
HANDED = (
    "from litellm import completion\n\ndef edit(ask, text):\n"
    "    return ask(text, system_prompt='{}')\n"
)
TITLE = (
    "from openai import OpenAI\n\ndef title(text):\n"
    "    request = 'Write a short title for the text below: ' + text\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=request)\n"
)
FORGOTTEN = (
    "from openai import OpenAI\n\nclass Direct:\n    def _run(self, q):\n"
    "        return OpenAI().chat.completions.create(model='gpt-4o', messages=[\n"
    "            {'role': 'system', 'content': 'Respond only with the final answer to it.'},\n"
    "            {'role': 'user', 'content': q}])\n"
)
FALLBACK = (
    "from openai import OpenAI\n\ndef told(path, ask):\n    if path.exists():\n"
    "        {} = path.read_text()\n    {}:\n"
    "        system_prompt = 'You are Bob, a helpful planner of invoices.'\n"
    "    return system_prompt\n"
)
USER = (
    "def case(client):\n    return client.chat.completions.create(model='gpt-4o', messages=[\n"
    "        {{'role': 'user', 'content': '{}' + text}}])\n"
)
SIGNATURE = (
    "import dspy\n\nclass Plan(dspy.Signature):\n"
    '    """Read the letter of a customer and name all that is missing."""\n\n'
    "    letter = dspy.InputField()\n\nplan = dspy.Predict(Plan)\n"
)
CHINESE = (
    "from openai import OpenAI\n\n"
    "def ask(llm):\n    return llm.invoke(SystemMessage(content='{}'))\n"
)
CLASS = (
    "using OpenAI.Chat;\nnamespace Shop;\n\npublic class Memory : IPrompts\n{\n"
    f'    const string Prompt = "{TEXT}";\n\n    public string Get() => Cut(Prompt);\n}}\n'
)
SHOP = {
    "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="OpenAI" Version="2.1.0" /></ItemGroup></Project>',
    "Program.cs": 'using OpenAI.Chat;\nvar client = new ChatClient("gpt-4o", key);\n'
    'var said = client.CompleteChat(File.ReadAllText("SystemPrompts/Planner/Default.txt"));\n',
    "SystemPrompts/Planner/Default.txt": TEXT,
}
VECTORS = (
    "from openai import OpenAI\nclient = OpenAI()\n\ndef vector(text):\n"
    "    return client.embeddings.create(model='text-embedding-3-small', input=text)\n"
)
AGENT = (
    "from pydantic_ai import Agent\nfrom prompt_service import PromptService\n\n"
    "agent = Agent('openai:gpt-5')\n\n@agent.instructions\nasync def told(ctx) -> str:\n"
    "    return await PromptService.{}(slug='planner')\n"
)


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    inputs = {
        "repo": testing.repository(given),
        "component": testing.component(given),
        "limits": LIMITS,
    }
    return in_files.ask(inputs).outcome


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"scripts/rate.py": INLINE}, Outcome.PASS),
        ({"legacy/agent.py": INLINE}, Outcome.PASS),
        ({"reproduce/agent.py": INLINE}, Outcome.PASS),
        ({"agent.py": INLINE}, Outcome.FAIL),
        ({"edit.py": HANDED.format("You are an editor of invoices, be terse.")}, Outcome.FAIL),
        ({"edit.py": HANDED.format("invoices/editor.md")}, Outcome.PASS),
        ({".bmad/agents/planner.py": INLINE}, Outcome.PASS),
        ({"bmad/agents/planner.py": INLINE}, Outcome.FAIL),
        ({"title.py": TITLE}, Outcome.FAIL),
        ({"title.py": TITLE.replace("request =", "help =")}, Outcome.PASS),
        ({"page.py": INLINE.replace("SYSTEM_PROMPT", "INSTRUCTIONS_MARKDOWN")}, Outcome.FAIL),
        (
            {"page.py": f'INSTRUCTIONS_MARKDOWN = """Use this page so. {TEXT[16:]}"""\n'},
            Outcome.PASS,
        ),
        ({"tools/direct.py": FORGOTTEN}, Outcome.PASS),
        (
            {"tools/direct.py": FORGOTTEN, "more.py": "from tools.direct import Direct\n"},
            Outcome.FAIL,
        ),
        ({"tools/direct.py": FORGOTTEN, "load.py": "importlib.import_module(x)\n"}, Outcome.FAIL),
        ({"tools/direct.py": FORGOTTEN + "\nprint(Direct()._run('x'))\n"}, Outcome.FAIL),
        ({"edit.py": HANDED.format("You are a helpful research assistant.")}, Outcome.FAIL),
        ({"voice.py": FALLBACK.format("system_prompt", "else")}, Outcome.PASS),
        ({"voice.py": FALLBACK.format("greeting", "else")}, Outcome.FAIL),
        ({"voice.py": FALLBACK.format("system_prompt", "if ask")}, Outcome.FAIL),
        (
            {"api/case.py": USER.format("Describe in one sentence what the customer wants: ")},
            Outcome.FAIL,
        ),
        ({"api/case.py": USER.format("Describe what is asked here: ")}, Outcome.PASS),
        (
            {"api/case.py": USER.format("The letter of the customer, as he wrote it: ")},
            Outcome.PASS,
        ),
        ({"tools/direct.py": FORGOTTEN, "plan.py": SIGNATURE}, Outcome.FAIL),
        ({"api/title.py": CHINESE.format("你是发票助手，请说出缺少的字段。")}, Outcome.FAIL),
    ],
)
def test_what_stands_beside_prompts_of_their_own(more: dict[str, str], outcome: Outcome) -> None:
    assert _outcome({**APART, **more}) is outcome


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"Memory.cs": CLASS}, Outcome.PASS),
        ({"Memory.cs": CLASS, "Di.cs": "services.Add<IPrompts, Memory>();\n"}, None),
        ({"Memory.cs": CLASS.replace("public class", "[Function]\npublic class")}, None),
        ({"Memory.cs": CLASS.replace(": IPrompts", ": Controller")}, None),
    ],
)
def test_a_class_that_nothing_names(more: dict[str, str], outcome: Outcome | None) -> None:
    assert _outcome({**SHOP, **more}) is (outcome or Outcome.FAIL)


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, Outcome.NOT_APPLICABLE),
        ({"prompts.py": f'PLANNER = """{TEXT}"""\n'}, Outcome.PASS),
        ({"app.py": VECTORS + ASK.replace("PLANNER", "PLANS")}, Outcome.UNKNOWN),
    ],
)
def test_vectors_need_no_prompt(more: dict[str, str], outcome: Outcome) -> None:
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": VECTORS}
    assert _outcome({**files, **more}) is outcome


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("prompt_builder.py", Outcome.PASS),
        ("prompted.py", Outcome.FAIL),
        ("build_prompt.py", Outcome.FAIL),
        ("created_prompts.py", Outcome.PASS),
    ],
)
def test_a_module_that_is_called_after_prompts(name: str, outcome: Outcome) -> None:
    module = name.removesuffix(".py")
    ask = ASK.replace("from prompts", f"from {module}")
    built = f'PLANNER = """{TEXT}"""\n{CODE}{CODE.replace("shorten", "cut")}'
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": ask, name: built}
    assert _outcome(files) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [(SPEAKERS, Outcome.PASS), ("planner:\n  prompt_start: |\n    Plan.\n", Outcome.UNKNOWN)],
)
def test_a_file_says_who_speaks(text: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": MODES}
    assert _outcome({**files, "config/chat_modes.yml": text}) is outcome


def test_attributes_of_a_class_in_a_module_of_prompts() -> None:
    ask = ASK.replace("import PLANNER", "import Texts").replace("PLANNER", "Texts().planner_tpl")
    assert _outcome({**APART, "app.py": ask, "prompts.py": SETTINGS}) is Outcome.PASS


@pytest.mark.parametrize(
    ("asks", "keeps", "outcome"),
    [
        ("get_content", "class PromptVersion(Base):\n    content = 1\n", Outcome.PASS),
        ("list_all", "class PromptVersion(Base):\n    content = 1\n", Outcome.UNKNOWN),
        ("get_content", "class Prompt(Base):\n    content = 1\n", Outcome.UNKNOWN),
    ],
)
def test_a_registry_of_its_own(asks: str, keeps: str, outcome: Outcome) -> None:
    needs = {"requirements.txt": "pydantic-ai==1.0.0\n"}
    assert _outcome({**needs, "agent.py": AGENT.format(asks), "models.py": keeps}) is outcome


@pytest.mark.parametrize(
    ("kept", "name", "outcome"),
    [
        (TEXT, "prompts/planner.md", Outcome.PASS),
        (TEXT, "prompts/planner.template", Outcome.PASS),
        (f"# Planner\n\n{TEXT}\n", "prompts/planner.md", Outcome.PASS),
        (TEXT[:80], "prompts/planner.md", Outcome.FAIL),
        (TEXT, "prompts/other.md", Outcome.FAIL),
    ],
)
def test_a_copy_for_a_missing_file_is_no_prompt_of_its_own(
    kept: str, name: str, outcome: Outcome
) -> None:
    source = (
        "from pathlib import Path\nfrom openai import OpenAI\n\n"
        f'DEFAULT = """\n    {TEXT}\n    """\n\ndef answer(q):\n'
        f"    file = Path('{name.replace('other', 'planner')}')\n"
        "    told = file.read_text() if file.exists() else DEFAULT\n"
        "    return OpenAI().responses.create(model='gpt-4o', instructions=told, input=q)\n"
    )
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": source, name: kept}
    assert _outcome(files) is outcome


SHORTER = "Choose one.\n\n### Letter:\n{letter}\n"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("", Outcome.PASS),
        (f'\n# told a clerk\nCLERK = """{SHORTER}"""\n', Outcome.PASS),
        (f'\nCLERK = """{SHORTER}"""\nMOST = 5\n', Outcome.FAIL),
        (f'\nCLERK = """{SHORTER}"""\n{CODE}', Outcome.FAIL),
    ],
)
def test_a_module_of_texts_of_which_one_is_long(more: str, outcome: Outcome) -> None:
    text = f'PLANNER = """{TEXT[:200]}"""\n{more * 3}'
    ask = ASK.replace("from prompts", "from wording")
    files = {"requirements.txt": "openai==1.93.0\n", "app.py": ask, "wording.py": text}
    assert _outcome(files) is outcome
