"""Which components ask a model, and which only stand beside those that do."""

from __future__ import annotations

import json

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

PLAIN = {f"web/src/{name}.ts": f"export const {name} = 1\n" for name in "abcd"}
COMPOSE = "services:\n  web:\n    build: web\n  api:\n    build: api\n"
API = {
    "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "api/requirements.txt": "openai\n",
    "api/main.py": "from openai import OpenAI\nOpenAI()\n",
    "web/Dockerfile": "FROM node:22.1\nCOPY . .\n",
    "compose.yaml": COMPOSE,
}


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _web(needs: str, files: dict[str, str]) -> Component:
    manifest = {
        "web/package.json": json.dumps(
            {"name": "web", "scripts": {"dev": "next dev"}, "dependencies": {needs: "1"}}
        )
    }
    return _components({**API, **PLAIN, **manifest, **files})["web"]


@pytest.mark.parametrize(
    ("needs", "path", "code", "agentic"),
    [
        ("ai", "web/src/chat.tsx", 'import { useChat } from "ai/react";\nuseChat({});\n', False),
        (
            "ai",
            "web/src/a.ts",
            'import { DefaultChatTransport, type UIMessage } from "ai";\n',
            False,
        ),
        ("ai", "web/src/api.ts", 'import { streamText } from "ai";\nstreamText({});\n', True),
        (
            "@langchain/core",
            "web/src/m.ts",
            'import { AIMessage } from "@langchain/core/messages";\n',
            False,
        ),
        ("ai", "web/src/demo/p.tsx", 'import { useChat } from "ai/react";\nuseChat();\n', False),
        ("ai", "web/src/demo/r.ts", 'import { streamText } from "ai";\nstreamText({});\n', True),
        ("ai", "web/src/C.vue", 'import { type UIMessage, nanoid } from "ai";\n', False),
        ("ai", "web/src/C.svelte", 'import { nanoid, streamText as s } from "ai";\n', True),
        (
            "@langchain/core",
            "web/src/m.ts",
            'import { tool } from "@langchain/core/tools";\n',
            True,
        ),
        ("ai", "web/src/r.js", "module.exports = () => require('ai').streamText({});\n", True),
        ("ai", "web/src/r.ts", "export { streamText } from 'ai';\n", True),
        ("ai", "web/src/r.ts", "export * from 'ai';\n", True),
        ("ai", "web/src/r.ts", "export type { UIMessage } from 'ai';\n", False),
        ("ai", "web/src/r.ts", "import { streamText } from 'npm:ai';\n", True),
        ("ai", "web/src/C.vue", "const { streamText } = await import('ai');\n", True),
        ("ai", "web/src/kind.ts", "export const kind = 'ai';\n", False),
        ("@anthropic-ai/sdk", "web/src/e.ts", "export const e = 1\n", False),
        ("openai", "web/config.yaml", "provider: openai\n", True),
        ("openai", "web/README.md", "The API asks openai.\n", False),
        (
            "chatgpt",
            "web/src/e.ts",
            'import { ChatGPTAPI } from "chatgpt";\nnew ChatGPTAPI({});\n',
            True,
        ),
    ],
)
def test_what_pages_need(needs: str, path: str, code: str, agentic: bool) -> None:
    assert _web(needs, {path: code}).agentic is agentic


KERNEL = (
    '<ItemGroup><PackageReference Include="Microsoft.SemanticKernel" Version="1.0.0" /></ItemGroup>'
)
USING = '<ItemGroup><Using Include="Microsoft.SemanticKernel" /></ItemGroup>'
NEEDS = '<ItemGroup><ProjectReference Include="..\\Store\\Store.csproj" /></ItemGroup>'


@pytest.mark.parametrize(
    ("path", "text", "agentic"),
    [
        ("Api/E.cs", "namespace Api;\nclass E {}\n", False),
        ("Api/E.cs", "using Microsoft.SemanticKernel;\nclass E { Kernel k; }\n", True),
        ("Store/E.cs", "using Microsoft.SemanticKernel;\nclass E { Kernel k; }\n", True),
        ("Api/Page.razor", "@inject Microsoft.SemanticKernel.Kernel Kernel\n", True),
        ("Api/appsettings.json", '{"Kind": "Microsoft.SemanticKernel.Kernel"}\n', True),
        ("Api/README.md", "The agents use Microsoft.SemanticKernel.\n", False),
        ("Api/Api.csproj", f'<Project Sdk="Microsoft.NET.Sdk.Web">{USING}{NEEDS}</Project>', True),
        ("Store/Store.csproj", f"<Project>{USING}{KERNEL}</Project>", True),
    ],
)
def test_a_server_that_never_names_what_a_manifest_declares(
    path: str, text: str, agentic: bool
) -> None:
    files = {
        "Api/Dockerfile": "FROM sdk:8.0\nCOPY Api Api\nCOPY Store Store\n",
        "Api/Api.csproj": f'<Project Sdk="Microsoft.NET.Sdk.Web">{NEEDS}</Project>',
        "Store/Store.csproj": f'<Project Sdk="Microsoft.NET.Sdk">{KERNEL}</Project>',
        "Agents/Dockerfile": "FROM sdk:8.0\nCOPY Agents Agents\n",
        "Agents/Agents.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
        **{f"Api/{name}.cs": f"namespace Api;\nclass {name} {{}}\n" for name in "ABCD"},
        "compose.yaml": "services:\n  api:\n    build: {context: ., dockerfile: Api/Dockerfile}\n"
        "  agents:\n    build: {context: ., dockerfile: Agents/Dockerfile}\n",
    }
    assert _components({**files, path: text})["Api"].agentic is agentic


@pytest.mark.parametrize(
    ("path", "text", "agentic"),
    [
        ("api/e.js", "export const e = 1\n", False),
        ("api/e.js", "export const e = load('openai')\n", True),
        ("api/start.sh", "npx 'openai' chat\n", True),
    ],
)
def test_a_server_of_node_that_never_names_it(path: str, text: str, agentic: bool) -> None:
    files = {
        **PLAIN,
        "api/Dockerfile": "FROM node:24\nCOPY . .\n",
        "api/package.json": '{"scripts": {"start": "node a.js"}, "dependencies": {"openai": "4"}}',
        **{f"api/{name}.js": f"export const {name} = 1\n" for name in "abcd"},
        path: text,
    }
    assert _components(files)["api"].agentic is agentic


def test_to_a_program_of_python_files_may_be_mounted() -> None:
    files = {f"api/{name}.py": f"{name.upper()} = 1\n" for name in "abcd"}
    files |= {"api/requirements.txt": "openai\n", "api/Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    assert _components({**PLAIN, **files})["api"].agentic


def test_of_little_code_nobody_can_tell_that_a_library_is_idle() -> None:
    files = {"package.json": '{"dependencies": {"openai": "4"}}', "index.js": "start()\n"}
    assert _components(files)["."].agentic


@pytest.mark.parametrize(
    ("shared", "agentic"),
    [
        ("export const a = await import(`openai`)\n", True),
        ('import type { Chat } from "openai"\n', False),
        ("export const a = 1\n", False),
    ],
)
def test_code_from_elsewhere_that_an_image_takes_in_may_need_it(shared: str, agentic: bool) -> None:
    build = "FROM node:22.1\nCOPY shared shared\nCOPY web web\n"
    files = {"web/Dockerfile": build, "shared/ask.ts": shared}
    compose = COMPOSE.replace("build: web", "build: {context: ., dockerfile: web/Dockerfile}")
    assert _web("openai", {**files, "compose.yaml": compose}).agentic is agentic
    assert not _web("openai", files | {"web/Dockerfile": "FROM node:22.1\nCOPY . .\n"}).agentic


def test_names_that_lead_out_of_a_project_of_typescript() -> None:
    told = {"web/tsconfig.json": '{"compilerOptions": {"paths": {"@llm": ["../llm/src/i.ts"]}}}'}
    assert _web("openai", told).agentic
    assert not _web("openai", {"web/tsconfig.json": '{"extends": "../tsconfig.json"}'}).agentic


def test_an_environment_beside_several_components_makes_none_agentic() -> None:
    shared = {".env.example": "OPENAI_API_BASE=https://api.openai.com/v1\n"}
    assert not _web("react", shared).agentic
    assert _web("react", {"web/.env.example": shared[".env.example"]}).agentic
    own = {"web/src/chat.ts": 'fetch("/api/v1/messages")\n'}
    assert not _web("react", {**shared, **own}).agentic
    asks = 'fetch(process.env.OPENAI_API_BASE + "/chat/completions")\n'
    assert _web("react", {**shared, "web/src/ask.ts": asks}).agentic


WORKER = {"package.json": '{"name": "edge"}', "src/index.ts": "export default {}\n"}


@pytest.mark.parametrize(
    ("name", "text", "trades"),
    [
        ("wrangler.toml", 'main = "src/index.ts"\n[ai]\nbinding = "AI"\n', {"model"}),
        ("wrangler.toml", 'main = "src/index.ts"\n# [ai]\n# binding = "AI"\n', set()),
        ("wrangler.toml", '[[vectorize]]\nbinding = "V"\nindex_name = "i"\n', {"vector_store"}),
        ("wrangler.toml", '[env.dev.ai]\nbinding = "AI"\n', {"model"}),
        ("wrangler.jsonc", '{\n  // models\n  "ai": {"binding": "AI"},\n}', {"model"}),
        ("wrangler.jsonc", '{\n  // "ai": {"binding": "AI"},\n}', set()),
        ("wrangler.json", '{"vectorize":[{"index_name":"i","binding":"V"}]}', {"vector_store"}),
        ("wrangler.json", '{"r2_buckets":[{"binding":"AI"}]}', set()),
    ],
)
def test_what_a_worker_of_cloudflare_is_bound_to(name: str, text: str, trades: set[str]) -> None:
    component = _components({**WORKER, name: text})["."]
    assert component.code.used.keys() == trades
    assert component.agentic is bool(trades)


@pytest.mark.parametrize(
    ("path", "agentic"),
    [("src/ask.ts", True), ("worker-configuration.d.ts", False), ("src/page.tsx", False)],
)
def test_a_model_that_a_worker_names(path: str, agentic: bool) -> None:
    code = 'export const MODEL = "@cf/meta/llama-3.1-8b-instruct";\n'
    assert _components({**WORKER, path: code})["."].agentic is agentic


@pytest.mark.parametrize(
    ("address", "agentic"),
    [
        ("https://api.cloudflare.com/client/v4/accounts/${account}/ai/run", True),
        ("https://gateway.ai.cloudflare.com/v1/${account}/main/openai", True),
        ("https://api.cloudflare.com/client/v4/accounts/${account}/images/v1", False),
    ],
)
def test_models_of_cloudflare_that_are_asked_from_elsewhere(address: str, agentic: bool) -> None:
    code = f"export const base = (account: string) => `{address}`;\n"
    files = {"package.json": '{"name": "a", "scripts": {"start": "node a.js"}}', "src/ask.ts": code}
    assert _components(files)["."].agentic is agentic


@pytest.mark.parametrize(("own", "agentic"), [(1, True), (9, False)])
def test_an_entry_to_a_library_does_what_the_library_does(own: int, agentic: bool) -> None:
    deploys = '"scripts": {"deploy": "wrangler deploy"}'
    files = {
        "package.json": '{"workspaces": ["apps/*", "packages/*"]}',
        "packages/core/package.json": '{"name": "core"}',
        "packages/core/ask.ts": 'export const BASE = "https://api.openai.com/v1";\n',
        "apps/edge/package.json": f'{{"name": "edge", "dependencies": {{"core": "*"}}, {deploys}}}',
        **{f"apps/edge/src/m{at}.ts": 'import "core";\n' for at in range(own)},
        "apps/other/package.json": f'{{"name": "other", {deploys}}}',
        "apps/other/index.ts": "export const a = 1\n",
    }
    found = _components(files)
    assert found["apps/edge"].agentic is agentic
    assert not found["apps/other"].agentic


def test_examples_beside_a_server_of_tools_make_it_no_client() -> None:
    project = "<project><artifactId>{}</artifactId></project>"
    asks = "import org.springframework.ai.chat.client.ChatClient;\nclass A { ChatClient c; }\n"
    files = {
        "pom.xml": project.format("root"),
        "Dockerfile": "FROM maven:3.9\nCOPY . .\n",
        "mcp-examples/client/pom.xml": project.format("client"),
        "mcp-examples/client/src/main/java/A.java": asks,
        "src/main/java/B.java": "class B {}\n",
    }
    assert not _components(files)["."].agentic
