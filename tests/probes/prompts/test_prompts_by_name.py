"""Texts that are told by a name, that functions only fill in, and that nobody asks for."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.prompts.in_files import LIMITS, in_files

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount."
)
SHOP = {
    "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="OpenAI" Version="2.1.0" /></ItemGroup></Project>',
    "Prompts/planner.md": TEXT,
}
MAIN = (
    'using OpenAI.Chat;\nvar prompt = File.ReadAllText("Prompts/planner.md");\n'
    'var client = new ChatClient("gpt-4o", key);\nvar said = client.CompleteChat({});\n'
)
RULES = (
    "namespace Shop;\n\ninternal static class Guests\n{{\n"
    "    public const string Rules =\n        {};\n\n"
    '    public static bool IsGuest(string id) => id.StartsWith("g-");\n}}\n'
)
LONG = (
    '"The customer is not known to us. " +\n        "Refuse what needs an account, and ask for it."'
)
SORT = (
    "using OpenAI.Chat;\n\npublic class Sorter\n{{\n"
    '    private const string {} = """\n        {}\n        """;\n\n'
    "    public string Sort(ChatClient client, string letter) =>\n"
    "        client.CompleteChat(string.Format({}, letter)).Value.Content[0].Text;\n}}\n"
)
CALL = MAIN.format("prompt") + "new Sorter().Sort(client, letter);\n"
NODE = {"package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}'}
ASK = (
    'import OpenAI from "openai";\nimport {{ planner }} from "./{}";\n'
    "export const answer = (q: string) => new OpenAI().responses.create({{\n"
    '  model: "gpt-4o", instructions: planner(q), input: q }});\n'
)
FILLS = (
    "interface Given {{ mail: string; terse?: boolean }}\n\n"
    f"const BASE = `{TEXT} {TEXT[16:]} {TEXT[16:]}`;\n\n"
    "export function planner(given: Given): string {{\n  const rows = [BASE];\n"
    '  if (given.terse) {{\n    rows.push("Answer in one sentence, and leave the greeting out.");\n'
    '  }}\n{}  return rows.join("\\n");\n}}\n'
)
PHOTO = (
    'import OpenAI from "openai";\n'
    "export const look = (url: string) => new OpenAI().chat.completions.create({\n"
    '  model: "gpt-4o",\n  messages: [{ role: "user", content: [\n'
    '    { type: "text", '
    'text: "Look at it and list all amounts in the letter, each with its date." },\n'
    '    { type: "image_url", image_url: { url } }] }],\n});\n'
)
FIRST = PHOTO.replace('role: "user"', 'role: "developer"').replace(
    'text: "Look at it and list all amounts in the letter, each with its date."',
    'text: [\n "Take the state of the order from the lines below."].join("")',
)
LABELS = 'export const LABELS = ["invoice", "reminder", "letter", "offer"];\n' * 9
TOOL = PHOTO.replace('role: "user"', 'role: "tool"')
OLD = (
    'import OpenAI from "openai";\n'
    "{}function old(mail: string) {{\n  const prompt = `You are the clerk of an invoice workflow. "
    "Read the letter below and say who wrote it, and when.\n${{mail}}`;\n  return prompt;\n}}\n"
    "export const cut = (text: string) => send(text.slice(0, 9));\n"
)
DSPY = {"requirements.txt": "dspy==2.6.0\n"}
SIGNATURES = (
    "import dspy\n\n\nclass Plan(dspy.Signature):\n"
    '    """Read the letter of a customer and name all fields that are missing in it."""\n\n'
    '    letter: str = dspy.InputField(desc="as the customer wrote it")\n'
    '    fields: list[str] = dspy.OutputField(desc="one name in each")\n'
)
PLAN = "import dspy\nfrom signatures import Plan\n\nplan = dspy.Predict(Plan)\nplan(letter='x')\n"
LOADS = (
    'using OpenAI.Chat;\nvar name = "planner";\nusing var text = typeof(Program).Assembly'
    '.GetManifestResourceStream($"Shop.{}.{{name}}.txt");\n'
    'var said = new ChatClient("gpt-4o", key).CompleteChat(Read(text));\n'
)


def _ask(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return in_files.ask({**inputs, "limits": LIMITS}).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (
            {"Program.cs": MAIN.format("prompt + Guests.Rules"), "Guests.cs": RULES.format(LONG)},
            FAIL,
        ),
        (
            {
                "Program.cs": MAIN.format("prompt + Guests.Rules"),
                "Guests.cs": RULES.format('"Hi."'),
            },
            PASS,
        ),
        ({"Program.cs": MAIN.format("prompt"), "Guests.cs": RULES.format(LONG)}, PASS),
        (
            {
                "Program.cs": CALL,
                "Sorter.cs": SORT.format(
                    "Template", "Classify the letter as bill or reminder: {0}", "Template"
                ),
            },
            FAIL,
        ),
        (
            {"Program.cs": CALL, "Sorter.cs": SORT.format("Template", "Letter: {0}", "Template")},
            PASS,
        ),
    ],
)
def test_texts_beside_a_file_that_are_told_by_a_name(
    files: dict[str, str], outcome: Outcome
) -> None:
    assert _ask({**SHOP, **files}) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"wording.ts": FILLS.format("")}, PASS),
        ({"wording.ts": FILLS.format("  store(given.mail);\n")}, FAIL),
        (
            {"wording.ts": FILLS.format("") + "export const cut = (a: string) => a.slice(0, 9);\n"},
            FAIL,
        ),
        ({"wording.ts": FILLS.format(""), "look.ts": PHOTO}, FAIL),
        ({"wording.ts": FILLS.format(""), "look.ts": TOOL}, PASS),
        ({"wording.ts": FILLS.format(""), "look.ts": FIRST}, FAIL),
        ({"wording.ts": FILLS.format("") + LABELS}, FAIL),
        ({"wording.ts": FILLS.format(""), "old.ts": OLD.format("")}, PASS),
        ({"wording.ts": FILLS.format(""), "old.ts": OLD.format("export ")}, FAIL),
        ({"wording.ts": FILLS.format(""), "old.ts": OLD.format("") + "send(old(mail));\n"}, FAIL),
    ],
)
def test_modules_that_only_fill_in(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask({**NODE, "app.ts": ASK.format("wording"), **files}) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"signatures.py": SIGNATURES, "app.py": PLAN}, PASS),
        ({"signatures.py": SIGNATURES + "\nplan = dspy.Predict(Plan)\n", "app.py": PLAN}, FAIL),
    ],
)
def test_signatures_in_a_module_of_their_own(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask({**DSPY, **files}) is outcome


@pytest.mark.parametrize(("named", "outcome"), [("Texts", PASS), ("Images", UNKNOWN)])
def test_resources_of_an_assembly(named: str, outcome: Outcome) -> None:
    files = {"Shop.csproj": SHOP["Shop.csproj"], "Texts/planner.txt": TEXT}
    assert _ask({**files, "Program.cs": LOADS.format(named)}) is outcome
