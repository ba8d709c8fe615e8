"""What becomes of what a block catches, where its words alone do not say it."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.errors import kept
from agentaudit.probes.telemetry.fates import followed
from agentaudit.probes.telemetry.held import holds_elsewhere

FATES = ("kept", "lost", "leaving")
NEST = (
    'import {{ Injectable }} from "@nestjs/common";\nimport OpenAI from "openai";\n'
    "@Injectable()\nexport class Chat {{\n  async ask(text: string) {{\n    try {{\n"
    "      return await new OpenAI().responses.create({{ model: 'gpt-4.1', input: text }});\n"
    "    }} catch (error) {{\n      {}\n    }}\n  }}\n}}\n"
)
FILTER = "@Catch()\nexport class All { catch(error: Error) { console.error(error); } }\n"
CONSOLE = (
    "using OpenAI.Chat;\nvar chat = new ChatClient(name, key);\nwhile (true)\n{{\n"
    "    try {{ Console.Write(chat.CompleteChat(Console.ReadLine())); }}\n"
    "    catch (Exception ex) {{ {} }}\n}}\n"
)
PAGE = (
    'import OpenAI from "openai";\nconst openai = new OpenAI();\nexport function App() {\n'
    "  const ask = async () => {\n    try {\n"
    "      show(await openai.responses.create({ model: 'gpt-4.1', input: 'x' }));\n"
    "    } catch (err) {\n      console.error(err);\n    }\n  };\n"
    "  return <button onClick={ask} />;\n}\n"
)
STREAM = (
    "import dev.langchain4j.model.openai.OpenAiStreamingChatModel;\npublic class Ask {{\n"
    "  private final OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder().build();\n"
    "  void ask(String text, SseEmitter emitter) {{\n"
    "    model.chat(text, new StreamingChatResponseHandler() {{\n"
    "      public void onPartialResponse(String part) {{ show(part); }}\n"
    "      public void onError(Throwable error) {{ {} }}\n    }});\n  }}\n}}\n"
)
TOLD = (
    "import dev.langchain4j.service.AiServices;\npublic class Ask {{\n"
    "  void ask(String text) {{\n    assistant.chat(text)\n"
    "        .onPartialResponse(part -> show(part))\n"
    "        .onError(error -> {{ {} }})\n        .start();\n  }}\n}}\n"
)
POM = (
    "<project><dependencies><dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-open-ai</artifactId></dependency></dependencies></project>\n"
)
PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="OpenAI" '
    'Version="2.1.0" /></ItemGroup></Project>\n'
)


def _package(*names: str) -> str:
    return '{"dependencies": {' + ", ".join(f'"{name}": "1.0.0"' for name in names) + "}}"


def _ends(files: dict[str, str]) -> list[str]:
    component = testing.component({"files": files})
    ends = followed(testing.repository({"files": files}), component, list(kept(component.code)))
    return [name for name in FATES if getattr(ends, name)]


@pytest.mark.parametrize(
    ("does", "more", "fate"),
    [
        ("throw new InternalServerErrorException('failed');", {}, "lost"),
        ("throw new HttpException(error.message, 500);", {}, "lost"),
        ("throw new InternalServerErrorException('failed');", {"src/all.ts": FILTER}, "leaving"),
        ("throw new Error('failed', { cause: error });", {}, "leaving"),
        ("throw error;", {}, "leaving"),
        (
            "this.logger.error('failed', error.stack); throw new HttpException('x', 500);",
            {},
            "kept",
        ),
    ],
)
def test_an_answer_of_nest_is_an_exception_that_it_does_not_log(
    does: str, more: dict[str, str], fate: str
) -> None:
    manifest = {"package.json": _package("@nestjs/common", "@nestjs/core", "openai")}
    assert _ends({**manifest, "src/chat.ts": NEST.format(does), **more}) == [fate]


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("Console.WriteLine(ex);", "kept"),
        ("Console.Error.WriteLine(ex);", "kept"),
        ('Console.WriteLine("failed: " + ex);', "kept"),
        ('Console.WriteLine($"failed: {ex}");', "kept"),
        ('logger.LogError($"failed: {ex.ToString()}");', "kept"),
        ("Console.WriteLine(ex.Message);", "lost"),
        ('Console.WriteLine($"failed: {ex.Message}");', "lost"),
        ("var told = ex.ToString();", "lost"),
    ],
)
def test_net_makes_a_text_of_an_exception_that_holds_its_stack(does: str, fate: str) -> None:
    assert _ends({"api.csproj": PROJECT, "Program.cs": CONSOLE.format(does)}) == [fate]


@pytest.mark.parametrize(
    ("needs", "fate"),
    [
        (("openai", "react", "vite"), "lost"),
        (("openai", "react", "react-scripts"), "lost"),
        (("openai", "react", "next", "vite"), "kept"),
        (("openai", "react"), "kept"),
    ],
)
def test_nobody_keeps_the_console_of_a_browser(needs: tuple[str, ...], fate: str) -> None:
    assert _ends({"package.json": _package(*needs), "src/App.tsx": PAGE}) == [fate]


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("System.err.println(error.getMessage());", "lost"),
        ("error.printStackTrace();", "kept"),
        ("emitter.completeWithError(error);", "leaving"),
    ],
)
def test_a_stream_tells_of_an_error_instead_of_raising_it(does: str, fate: str) -> None:
    path = "src/main/java/Ask.java"
    assert _ends({"pom.xml": POM, path: STREAM.format(does)}) == [fate]
    assert _ends({"pom.xml": POM, path: TOLD.format(does)}) == [fate]


@pytest.mark.parametrize(
    ("made", "held"),
    [
        ("const app = Fastify();", True),
        ("const app = fastify({ trustProxy: true });", True),
        ("const app = Fastify({ logger: false });", True),
        ("const app = Fastify({ logger: true });", False),
        ("const app = Fastify({ loggerInstance: log });", False),
        ("const app = Fastify(options);", False),
    ],
)
def test_fastify_without_a_logger_writes_nothing(made: str, held: bool) -> None:
    assert holds_elsewhere("src/index.ts", made + "\napp.listen({ port: 3000 });\n") is held
