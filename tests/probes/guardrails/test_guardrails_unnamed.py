"""Guardrails that no name of a call tells: what an agent calls back, words that nobody else lists,
and objects that are asked by what they promise."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

PASS, FAIL = Outcome.PASS, Outcome.FAIL
PYTHON = {"requirements.txt": "openai==1.93.0\ngoogle-adk==1.0.0\n"}
AGENT = (
    "from google.adk.agents import Agent\n"
    "from google.adk.models.llm_response import LlmResponse\n\n"
    "HARM = ('build a bomb', 'malware')\nGREET = ('hello', 'good day')\n\n"
    "def first(context, request):\n    said = request.contents[-1].parts[0].text\n    {}\n"
    "        {}\n    return None\n\n"
    "root_agent = Agent(name='a', model='gemini-2.5-pro', instruction='plan', {}=first)\n"
)
FOUND = "if 'forget the rules' in said:"
ANSWERS = "return LlmResponse(content=SORRY)"
WORDS = (
    "{} = ({})\n\ndef screen(text):\n    low = text.lower()\n"
    "    hit = next((word for word in {} if word in low), None)\n    return (hit is None, hit)\n"
)
HARM = WORDS.format("WORDS", "'self-harm', 'build a bomb'", "WORDS")
VIEW = (
    "from openai import OpenAI\nfrom safety import screen\nclient = OpenAI()\n\n"
    "def answer(text):\n    ok, hit = screen(text)\n    if not ok:\n        {}\n"
    "    return client.responses.create(model='gpt-4o', input=text)\n\nanswer('why?')\n"
)
SHOP = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="OpenAI" Version="2.1.0" /></ItemGroup></Project>'
)
DOOR = (
    "namespace Shop;\n\npublic interface IDoorGuard { Verdict Check(string text); }\n"
    "public record Verdict(bool Open);\n\npublic class DoorKeeper : IDoorGuard\n{\n"
    "    public Verdict Check(string text)\n    {\n"
    "        if (Words.IsMatch(text)) return new Verdict(false);\n"
    "        return new Verdict(true);\n    }\n}\n"
)
ASKED = (
    "using OpenAI.Chat;\nnamespace Shop;\n\n"
    "public class Desk(IDoorGuard guard, ChatClient chatClient)\n{{\n"
    "    public string Answer(string question)\n    {{\n"
    "        var verdict = guard.Check(question);\n"
    "        if (!verdict.Open)\n        {{\n            {}\n        }}\n"
    "        return chatClient.CompleteChat(question).Value.Content[0].Text;\n    }}\n}}\n"
)
LAMBDA = {
    "package.json": '{"name": "fn", "dependencies": {"@aws-sdk/client-bedrock-runtime": "3"}}'
}
APPLIED = (
    "import { ApplyGuardrailCommand, BedrockRuntimeClient, ConverseCommand } from "
    '"@aws-sdk/client-bedrock-runtime";\nconst bedrock = new BedrockRuntimeClient({});\n'
    "export const handler = async (event: { text: string }) => {\n"
    "  const verdict = await bedrock.send(new ApplyGuardrailCommand({\n"
    '    guardrailIdentifier: "g", guardrailVersion: "3", source: "INPUT",\n'
    "    content: [{ text: { text: event.text } }] }));\n"
    '  if (verdict.action === "GUARDRAIL_INTERVENED") {\n    return { statusCode: 400 };\n  }\n'
    '  return bedrock.send(new ConverseCommand({ modelId: "m", messages: [event.text] }));\n};\n'
)


def _ask(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return on_by_default.ask(asked).outcome


@pytest.mark.parametrize(
    ("found", "does", "given", "outcome"),
    [
        (FOUND, ANSWERS, "before_model_callback", PASS),
        (FOUND, "print(said)", "before_model_callback", FAIL),
        ("if context.state.get('count', 0) > 9:", ANSWERS, "before_model_callback", FAIL),
        ("if said in CACHE:", ANSWERS, "before_model_callback", FAIL),
        (FOUND, ANSWERS, "description", FAIL),
        ("if any(each in said for each in HARM):", ANSWERS, "before_model_callback", PASS),
        ("if any(each in said for each in GREET):", ANSWERS, "before_model_callback", FAIL),
        ("if '/help' in said:", ANSWERS, "before_model_callback", FAIL),
        ("if DEBUG and 'forget the rules' in said:", ANSWERS, "before_model_callback", FAIL),
        (
            f"if not ENABLED:\n        return None\n    {FOUND}",
            ANSWERS,
            "before_model_callback",
            FAIL,
        ),
        (f"'''\n    {FOUND}", f"{ANSWERS}\n    '''", "before_model_callback", FAIL),
        (FOUND, ANSWERS, "before_model_callback=None if FREE else first, description", FAIL),
    ],
)
def test_what_an_agent_calls_back(found: str, does: str, given: str, outcome: Outcome) -> None:
    assert _ask({**PYTHON, "app.py": AGENT.format(found, does, given)}) is outcome


@pytest.mark.parametrize(
    ("safety", "does", "outcome"),
    [
        (HARM, "return 'Sorry.'", PASS),
        (HARM, "print(hit)", FAIL),
        (HARM.replace("'self-harm', ", ""), "return 'Sorry.'", FAIL),
        (WORDS.format("WORDS", "'invoice', 'reminder'", "WORDS"), "return 'See there.'", FAIL),
    ],
)
def test_words_that_are_not_answered(safety: str, does: str, outcome: Outcome) -> None:
    assert _ask({**PYTHON, "safety.py": safety, "app.py": VIEW.format(does)}) is outcome


@pytest.mark.parametrize(
    ("door", "does", "outcome"),
    [
        (DOOR, 'return "Sorry.";', PASS),
        (DOOR, "Log(verdict);", FAIL),
        (DOOR.replace("Verdict(false)", "Verdict(true)"), 'return "Sorry.";', FAIL),
    ],
)
def test_what_is_asked_by_what_it_promises(door: str, does: str, outcome: Outcome) -> None:
    files = {"Shop.csproj": SHOP, "DoorKeeper.cs": door, "Desk.cs": ASKED.format(does)}
    assert _ask({**files, "Program.cs": "new Desk(door, client).Answer(text);\n"}) is outcome


@pytest.mark.parametrize(
    ("app", "outcome"),
    [
        (APPLIED, PASS),
        (APPLIED.replace("return { statusCode: 400 }", "console.log(verdict)"), FAIL),
    ],
)
def test_a_guardrail_of_bedrock_that_is_applied(app: str, outcome: Outcome) -> None:
    assert _ask({**LAMBDA, "handler.ts": app}) is outcome
