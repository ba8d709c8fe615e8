"""Guardrails that are told by the question that they judge, or by the phrases that they refuse."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.homes import inside
from agentaudit.probes.guardrails.on_by_default import on_by_default

PYTHON = {"requirements.txt": "openai==1.93.0\ntemporalio==1.9.0\n"}
ASK = (
    "from openai import OpenAI\n{}\ndef answer(question):\n{}"
    "    return OpenAI().responses.create(model='gpt-4o', input=question)\n\nanswer('why?')\n"
)
WORKFLOW = ASK.format(
    "from temporalio import workflow\nfrom activities import Tools\n",
    "    verdict = workflow.execute_activity_method(\n        Tools.agent_validatePrompt,\n"
    "        args=[question],\n    )\n    if not verdict.right:\n        return None\n",
)
WORDS = (
    "import re\n\nLIST = [\n    r'(?i)ignore\\s+(all\\s+)?previous\\s+instructions',\n"
    "    'forget your rules',\n]\n\ndef hold(text):\n"
    "    if any(re.search(each, text) for each in LIST):\n        raise ValueError(text)\n"
)
USED = ASK.format("from words import hold\n", "    hold(question)\n")
SWITCHED = ASK.format(
    "from words import hold\n", "    if settings.guard_enabled:\n        hold(question)\n"
)
STRICT = ASK.format("from words import hold\n\n{}\n", "    if STRICT:\n        hold(question)\n")
CLEANED = (
    WORDS.replace("raise ValueError(text)", "return True")
    + "\n\ndef cleaned(text):\n    if hold(text):\n        return None\n    return text\n"
)
CLEAN = ASK.format(
    "from words import cleaned\n",
    "    {}question = cleaned(question)\n    if not question:\n        return\n",
)
OTHERWISE = WORDS.replace(
    "    if any(re.search(each, text) for each in LIST):\n        raise ValueError(text)\n",
    "    if not text:\n        raise ValueError(text)\n"
    "    hits = [each for each in LIST if re.search(each, text)]\n    print(hits)\n",
)
KEPT = OTHERWISE.replace("print(hits)", "if hits:\n        raise ValueError(text)")
TELLS = WORDS.replace("raise ValueError(text)", "log.info(text)")
NEVER = {
    "a docstring": '    """Call\n    hold(question)\n    first."""\n',
    "a text": "    log('hold(question)')\n",
    "caught": "    try:\n        hold(question)\n    except ValueError:\n        pass\n",
    "never": "    if False:\n        hold(question)\n",
    "named": "    unused = hold\n",
}
"""Uses by which nothing is refused."""
SHARP = {
    "Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Microsoft.SemanticKernel" Version="1.40.0" />'
    "</ItemGroup></Project>",
    "Program.cs": "using Microsoft.SemanticKernel;\nvar kernel = Kernel.CreateBuilder()"
    '.AddOpenAIChatCompletion("gpt-4o", key).Build();\n',
    "SafeTextAttribute.cs": "namespace Api;\n\n"
    "public class SafeTextAttribute : ValidationAttribute\n"
    '{\n    private static readonly string[] Words = new[] { "IGNORE PREVIOUS", "SYSTEM:" };\n\n'
    "    protected override ValidationResult? IsValid(object? value, ValidationContext context)\n"
    "    {\n        foreach (var word in Words)\n            if (value.Contains(word))\n"
    '                return new ValidationResult("no");\n        return ValidationResult.Success;\n'
    "    }\n}\n",
}
QUESTION = (
    "namespace Api;\n\npublic record Question\n{\n    [SafeText]\n"
    "    public string Text { get; init; }\n}\n"
)
NODE = {
    "package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}',
    "lib/sanitize.ts": "const LIST = [\n  /ignore (all )?previous instructions/i,\n"
    "  /disregard (the )?(above|system) prompt/i,\n];\n\n"
    "export function looksBad(text: string): boolean {\n"
    "  return LIST.some((each) => each.test(text));\n}\n",
}
ANSWER = (
    'import OpenAI from "openai";\nimport { looksBad } from "./lib/sanitize";\n'
    "export async function POST(request: Request) {\n  const { text } = await request.json();\n"
    "  if (looksBad(text)) {\n    return new Response(null, { status: 400 });\n  }\n"
    '  return new OpenAI().responses.create({ model: "gpt-4o", input: text });\n}\n'
)
TABLE = (
    'package guard\n\nimport "regexp"\n\nvar rules = []*regexp.Regexp{\n'
    "\tregexp.MustCompile(`(?i)(ignore|bypass).*(system|previous).*(prompt|instructions)`),\n}\n\n"
    "type Verdict struct {\n\tBlock bool\n}\n\nvar settings = Settings{\n\tEnabled: true,\n}\n\n"
    "func JudgeText(text string) Verdict {\n\tif !settings.Enabled {\n\t\treturn Verdict{}\n\t}\n"
    "\tfor _, rule := range rules {\n\t\tif rule.MatchString(text) {\n"
    "\t\t\treturn Verdict{Block: true}\n\t\t}\n\t}\n\treturn Verdict{}\n}\n"
)
GO = (
    'package main\n\nimport (\n\t"context"\n\n'
    '\t"github.com/openai/openai-go"\n\t"x.io/a/guard"\n)\n\n'
    "var client = openai.NewClient()\n\nfunc judgeRequest(text string) guard.Verdict {\n"
    "\treturn guard.JudgeText(text)\n}\n\nfunc answer(ctx context.Context, text string) error {\n"
    "\tverdict := judgeRequest(text)\n\tif verdict.Block {\n\t\treturn nil\n\t}\n"
    "\t_, err := client.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{})\n"
    '\treturn err\n}\n\nfunc main() {\n\tanswer(context.Background(), "why?")\n}\n'
)
MOD = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
FLAGS = WORDS.partition("def hold")[0] + (
    "def flags(text):\n    return [each for each in LIST if re.search(each, text)]\n\n\n"
    "def hold(chunks, mode):\n"
    '    """Leaves out what flags() marked when it was stored."""\n'
    "    if mode not in ('off', 'exclude'):\n        raise ValueError(mode)\n"
    "    return [each for each in chunks if mode == 'off' or not each.marked]\n"
)
GATE = "    verdict = evaluate_topic_gate(question)\n    if verdict.closed:\n        return None\n"
FILES = {
    "a gate of questions": (
        {**PYTHON, "app.py": ASK.format("from gates import evaluate_topic_gate\n", GATE)},
        Outcome.PASS,
    ),
    "a gate that is never closed": (
        {
            **PYTHON,
            "gates.py": "def evaluate_topic_gate(text):\n    return GateResult(closed=False)\n",
            "app.py": ASK.format("from gates import evaluate_topic_gate\n", GATE),
        },
        Outcome.FAIL,
    ),
    "a gate that is only told of": (
        {
            **PYTHON,
            "app.py": ASK.format(
                "from gates import evaluate_topic_gate\n",
                GATE.replace("return None", "log.info(question)"),
            ),
        },
        Outcome.FAIL,
    ),
    "a gate of something else": (
        {
            **PYTHON,
            "app.py": ASK.format(
                "from gates import evaluate_topic_gate\n", GATE.replace("(question)", "(branch)")
            ),
        },
        Outcome.FAIL,
    ),
    "handed on, and then heeded": (
        {"go.mod": MOD, "guard/guard.go": TABLE, "main.go": GO},
        Outcome.PASS,
    ),
    "handed on, and only told of": (
        {
            "go.mod": MOD,
            "guard/guard.go": TABLE,
            "main.go": GO.replace("\t\treturn nil\n\t}\n\t_", '\t\tlog.Print("x")\n\t}\n\t_'),
        },
        Outcome.FAIL,
    ),
    "it leaves at once, since nothing switches it on": (
        {
            "go.mod": MOD,
            "guard/guard.go": TABLE.replace("Enabled: true", "Enabled: false"),
            "main.go": GO,
        },
        Outcome.FAIL,
    ),
    "what refuses only speaks of what matches": (
        {**PYTHON, "words.py": FLAGS, "app.py": USED},
        Outcome.FAIL,
    ),
    "patterns of JavaScript": ({**NODE, "app.ts": ANSWER}, Outcome.PASS),
    "that are only told of": (
        {**NODE, "app.ts": ANSWER.replace("return new Response(null, { status: 400 })", "log(1)")},
        Outcome.FAIL,
    ),
    "a worker judges": ({**PYTHON, "app.py": WORKFLOW}, Outcome.PASS),
    "nobody reads what the worker says": (
        {**PYTHON, "app.py": WORKFLOW.replace("if not verdict.right", "if not question")},
        Outcome.FAIL,
    ),
    "its length is validated": (
        {
            **PYTHON,
            "app.py": ASK.format(
                "from words import validate_prompt\n",
                "    if not validate_prompt(question):\n        return None\n",
            ),
        },
        Outcome.FAIL,
    ),
    "phrases are refused": ({**PYTHON, "words.py": WORDS, "app.py": USED}, Outcome.PASS),
    "what matches is kept, and refused": (
        {**PYTHON, "words.py": KEPT, "app.py": USED},
        Outcome.PASS,
    ),
    "what refuses asks something else": (
        {**PYTHON, "words.py": OTHERWISE, "app.py": USED},
        Outcome.FAIL,
    ),
    **{
        f"phrases: {said}": (
            {**PYTHON, "words.py": WORDS, "app.py": USED.replace("    hold(question)\n", used)},
            Outcome.FAIL,
        )
        for said, used in NEVER.items()
    },
    "a call in a comment of several rows": (
        {
            **NODE,
            "app.ts": ANSWER.replace("  if (looksBad", "  /*\n  if (looksBad").replace(
                "  return new OpenAI", "  */\n  return new OpenAI"
            ),
        },
        Outcome.FAIL,
    ),
    "behind a switch": ({**PYTHON, "words.py": WORDS, "app.py": SWITCHED}, Outcome.FAIL),
    "below a constant that is false": (
        {**PYTHON, "words.py": WORDS, "app.py": STRICT.format("STRICT = False")},
        Outcome.FAIL,
    ),
    "below a constant that is true": (
        {**PYTHON, "words.py": WORDS, "app.py": STRICT.format("STRICT = True")},
        Outcome.PASS,
    ),
    "beside a constant that is false": (
        {**PYTHON, "words.py": WORDS, "app.py": STRICT.format("STRICT = True\nOTHER = False")},
        Outcome.PASS,
    ),
    "what is kept in mind is no question": (
        {
            **PYTHON,
            "memory/words.py": WORDS,
            "app.py": USED.replace("from words", "from memory.words"),
        },
        Outcome.FAIL,
    ),
    "by a function that others use": (
        {**PYTHON, "words.py": CLEANED, "app.py": CLEAN.format("")},
        Outcome.PASS,
    ),
    "by one that is used only below a switch": (
        {
            **PYTHON,
            "words.py": CLEANED,
            "app.py": CLEAN.format("if settings.guard_enabled:\n        "),
        },
        Outcome.FAIL,
    ),
    "only told of": ({**PYTHON, "words.py": TELLS, "app.py": USED}, Outcome.FAIL),
    "an attribute": ({**SHARP, "Question.cs": QUESTION}, Outcome.PASS),
    "an attribute of nothing": (SHARP, Outcome.FAIL),
    "only in its test": ({**SHARP, "ApiTests.cs": QUESTION}, Outcome.FAIL),
}
PLACED = {
    ("pytest -q", "backend/evals"): "pytest backend/evals/ -q",
    ("dotnet test", "src/Chat.Evaluation.Tests"): "dotnet test src/Chat.Evaluation.Tests/",
    ("cd evals && python run.py", ""): "python evals/run.py",
    ("pytest", "evaluation-service"): "",
    ("pytest", ""): "",
    ("npm ci", "evals"): "",
}


@pytest.mark.parametrize(("files", "expected"), FILES.values(), ids=FILES)
def test_whether_somebody_is_turned_away(files: dict[str, str], expected: Outcome) -> None:
    given = testing.build({"component": {"files": files}})
    assert on_by_default.ask(given).outcome is expected


@pytest.mark.parametrize(("given", "expected"), PLACED.items())
def test_a_command_where_a_suite_lies(given: tuple[str, str], expected: str) -> None:
    assert " ".join(inside(*given).split()) == expected
