"""Which lines of a program ask a model."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.program import Program
from agentaudit.probes.telemetry.questions import questions

MANIFESTS = {
    "package.json": '{"dependencies": {"openai": "5.0.0"}}',
    "requirements.txt": "transformers==4.57.0\nhttpx==0.28.0\n",
    "api.csproj": '<Project><ItemGroup><PackageReference Include="Microsoft.SemanticKernel" '
    'Version="1.60.0" /></ItemGroup></Project>\n',
}
LOADED = (
    "from transformers import AutoTokenizer, pipeline\n\nclass Model:\n  def load(self):\n"
    "    self.words = AutoTokenizer.from_pretrained(NAME)\n"
    "    self.pipeline = pipeline('text-generation')\n  def predict(self, text):\n"
    "    return self.pipeline(text)\n"
)
LOGGED_IN = "from huggingface_hub import login\nlogin(TOKEN)\n"
POSTED = "import httpx\n\ndef ask(text):\n    return httpx.post({}, json={{'prompt': text}})\n"
KERNEL = (
    "using Microsoft.SemanticKernel;\npublic class Planner {\n"
    "  public async Task<string> GetPlanAsync(string text, int deep = 1) {\n"
    "    return await kernel.InvokeAsync(text);\n  }\n"
    "  public Task<string> Again(string text) => kernel.InvokeAsync(text);\n}\n"
)

SCRIPT = (
    'import OpenAI from "openai";\nconst openai = new OpenAI();\n'
    "export async function complete(text: string) {\n  return openai.responses.create({ text });\n"
    "}\nclass Planner {\n  plan = (text: string) => openai.responses.create({ text });\n"
    "  async generate(text: string) {\n    return this.plan(text);\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("model.py", LOADED, [8]),
        ("model.py", LOGGED_IN + LOADED + "Model().load()\n", [10]),
        ("ask.py", POSTED.format("f'{BASE}/api/generate'"), [4]),
        ("ask.py", POSTED.format("f'{BASE}/v1/chat/completions'"), [4]),
        ("ask.py", POSTED.format("f'{BASE}/api/users'"), []),
        ("ask.py", "import boto3\nboto3.client(NAME).invoke_agent_runtime(x)\n", [2]),
        ("ask.py", "import boto3\nboto3.client(NAME).create_agent_runtime(x)\n", []),
        ("Planner.cs", KERNEL, [4, 6]),
        ("ask.ts", SCRIPT, [4, 7]),
    ],
)
def test_which_lines_ask(path: str, text: str, lines: list[int]) -> None:
    given = {"files": {**MANIFESTS, "main.py": "import transformers\n", path: text}}
    component = testing.component(given)
    found = questions(Program(testing.repository(given), component), component.code)
    assert sorted({line for _, line in found}) == lines


@pytest.mark.parametrize(
    ("path", "read"),
    [("src/main/java/com/example/Ask.java", True), ("example/Ask.java", False)],
)
def test_the_name_of_a_package_tells_of_no_example(path: str, read: bool) -> None:
    text = "import dev.langchain4j.model.chat.ChatModel;\npublic class Ask {}\n"
    given = {
        "files": {"pom.xml": "<project></project>\n", "src/main/java/B.java": text, path: text}
    }
    program = Program(testing.repository(given), testing.component(given))
    assert (path in program.places) is read


SERVICE = "package a;\nimport dev.langchain4j.service.UserMessage;\n{}\n"
CALLER = (
    "package a;\npublic class Resource {{\n  @Inject Assistant assistant;\n"
    "  public String ask(String text) {{\n    return {}(text);\n  }}\n}}\n"
)


@pytest.mark.parametrize(
    ("declares", "calls", "asked"),
    [
        ("interface Assistant { String chat(@UserMessage String text); }", "assistant.chat", True),
        ("interface Assistant {\n  @UserMessage(\"{{it}}\")\n  String tell(String it);\n}",
         "assistant.tell", True),
        ("interface Assistant { String chat(@UserMessage String text); }", "assistant.save", False),
        ("class Assistant { String chat(String text) { return text; } }", "assistant.chat", False),
    ],
)  # fmt: skip
def test_who_calls_an_interface_that_a_library_implements_asks(
    declares: str, calls: str, asked: bool
) -> None:
    pom = (
        "<project><dependencies><dependency><groupId>dev.langchain4j</groupId>"
        "<artifactId>langchain4j</artifactId></dependency></dependencies></project>\n"
    )
    main = "src/main/java/a/"
    declared = SERVICE.format(declares) if "UserMessage" in declares else declares
    files = {"pom.xml": pom, f"{main}Assistant.java": declared}
    files |= {f"{main}Resource.java": CALLER.format(calls)}
    files |= {f"{main}Made.java": "import dev.langchain4j.service.UserMessage;\nclass Made {}\n"}
    component = testing.component({"files": files})
    found = questions(Program(testing.repository({"files": files}), component), component.code)
    assert ((f"{main}Resource.java", 5) in found) is asked
