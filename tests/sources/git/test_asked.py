"""What asks a model without a library, and what only carries messages, tools or documents."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


MANIFESTS = {
    "py": {"requirements.txt": "requests\n"},
    "go": {"go.mod": "module example.com/chat\n\ngo 1.23\n"},
    "js": {"package.json": '{"name": "chat", "dependencies": {"axios": "1"}}'},
    "ts": {"package.json": '{"name": "chat", "dependencies": {"axios": "1"}}'},
    "cs": {"App.csproj": '<Project Sdk="Microsoft.NET.Sdk.Worker"></Project>\n'},
    "java": {"pom.xml": "<project><artifactId>chat</artifactId></project>\n"},
    "rs": {"Cargo.toml": '[package]\nname = "chat"\n\n[dependencies]\nreqwest = "0.12"\n'},
}
ROUTE = '@app.post("/chat/completions")\ndef serve(): ...\n'
OLLAMA = "class OllamaChat(HttpClient http) {\n  Task Ask() => http.PATH;\n}\n"
POSTED = 'PostAsJsonAsync("/api/chat", body)'
HTTP_CLIENT = 'class C { Task Ask(object q) => VERB("v1/chat/completions", q); }\n'
REFIT = 'interface IChat { [Post("/v1/chat/completions")] Task<Answer> Ask(Body body); }\n'
SPRING = 'class C { void ask() { c.post().uri("/v1/chat/completions").retrieve(); } }\n'
OWN = 'import os\nurl = f"{os.environ["BACKEND_URL"]}/chat/completions"\n'


@pytest.mark.parametrize(
    ("path", "text", "agentic"),
    [
        ("app.py", 'import os\nurl = f"{os.getenv("LLM_BASE_URL")}/chat/completions"\n', True),
        ("app.py", 'url = base_url.rstrip("/") + "/chat/completions"\n', True),
        ("app.py", 'url = urljoin(base, "chat/completions")\n', True),
        ("app.py", "CODE = (\n    \"url = urljoin(base, 'chat/completions')\\n\"\n)\n", False),
        ("app.py", 'KNOWN = ("/openai/deployments/", "/health")\n', False),
        ("app.py", 'url = urljoin(base, "/v1/chat/completions")\n', True),
        ("app.ts", 'u.pathname = "/v1/chat/completions"; // process.env.KEY\n', True),
        ("app.ts", 'u = new URL("/v1/chat/completions", process.env.BASE);\n', True),
        ("app.js", 'new WebSocket("wss://api.openai.com/v1/realtime?model=x");\n', True),
        ("app.py", 'client.post("/chat/completions", json=body)\n', True),
        ("app.ts", 'await fetch("https://x.proxy.dev/v1/chat/completions"); // api_key\n', True),
        ("app.ts", 'const help = "https://x.proxy.dev/v1/chat/completions"; // api_key\n', False),
        ("app.py", 'u = f"{endpoint}/openai/deployments/{name}/chat/completions"\n', True),
        ("app.py", 'u = f"https://{name}.openai.azure.com"\n', True),
        ("app.py", ROUTE, False),
        ("app.py", OWN, False),
        ("app.py", OWN.replace("BACKEND", "LLM_SERVER"), True),
        ("tests/test_app.py", 'url = f"{base}/chat/completions"\n', False),
        ("main.go", 'package main\n\nvar u = os.Getenv("LLM") + "/chat/completions"\n', True),
        ("main.go", 'package main\n\nvar u = fmt.Sprintf("%s/chat/completions", base)\n', True),
        ("main.go", 'package main\n\nvar h = r.Handle("POST", "/chat/completions", f)\n', False),
        ("app.js", "const u = `${process.env.LLM_URL}/chat/completions`;\n", True),
        ("app.ts", "const u = `${API}/chat/completions`; // the page's own\n", False),
        ("app.ts", "const u = `${import.meta.env.VITE_API}/chat/completions`;\n", False),
        ("app.py", 'url = f"{OLLAMA_URL}/api/generate"\n', True),
        ("app.py", '# or Ollama\nurl = f"{BACKEND_URL}/api/chat"\n', False),
        ("app.py", 'url = f"{base_url}/api/chat"\n', False),
        ("app.py", '@app.post("/api/chat")\ndef ollama(): ...\n', False),
        ("Chat.cs", OLLAMA.replace("http", "httpClient").replace("PATH", POSTED), True),
        ("Chat.cs", OLLAMA.replace("PATH", 'MapPost("/api/chat", Ask)'), False),
        ("Chat.cs", HTTP_CLIENT.replace("VERB", "_httpClient.PostAsJsonAsync"), True),
        ("Chat.cs", HTTP_CLIENT.replace("VERB", "_routes.MapPost"), False),
        ("Chat.cs", REFIT, True),
        ("Chat.cs", REFIT.replace("[Post", "[HttpPost"), False),
        ("src/Chat.java", SPRING, True),
        ("src/Chat.java", SPRING.replace(".uri(", ".matches("), False),
        ("app.ts", 'await client.post<Answer>("/v1/chat/completions", b); // api_key\n', True),
        ("src/main.rs", 'let u = format!("{}/chat/completions", config.base);\n', True),
        (
            "main.go",
            'package main\n\nconst (\n\tcompletionsPath = "/v1/chat/completions"\n)\n',
            True,
        ),
        ("main.go", 'package main\n\nfunc f() {\n\tpath := "/v1/chat/completions"\n}\n', True),
        ("main.go", 'package main\n\nvar known = []string{\n\t"/v1/chat/completions",\n}\n', False),
        ("Chat.cs", 'private const string ChatPath = "/v1/chat/completions";\n', True),
        ("app.py", 'COMPLETIONS_PATH = "/chat/completions"\n', True),
        ("app.py", 'add_route(\n    path="/v1/chat/completions",\n    f=serve)\n', False),
        ("app.ts", 'const PATH = "/v1/chat/completions"; // the back end\'s\n', False),
        ("app.py", 'class Ollama:\n    def ask(self):\n        self._post("/api/chat")\n', True),
        ("app.py", 'class C:\n    a = 1\n    self._send("POST", "/v1/chat/completions")\n', True),
        ("app.py", 'class C:\n    def a(self):\n        self.routes["/chat/completions"]\n', False),
        ("app.py", "from acme_common.llm.client import ask\n", True),
        ("app.py", "import acme_common.llm\n", True),
        ("app.py", "from chat.llm import ask\n", False),
        ("app.py", "# from acme_common.llm import ask\n", False),
        ("app.py", "from acme_common.llmops import ask\n", False),
        ("main.go", 'package main\n\nimport llm "git.acme.dev/go-llm-lib/llm"\n', True),
        ("main.go", 'package main\n\nimport (\n\t"git.acme.dev/llm"\n)\n', True),
        ("main.go", 'package main\n\nimport "example.com/chat/internal/llm"\n', False),
        ("main.go", 'package main\n\nvar u = "git.acme.dev/llm"\n', False),
        ("src/main.rs", 'let r = Router::new().route("/chat/completions", post(h));\n', False),
    ],
)
def test_a_path_that_is_appended_to_a_base(path: str, text: str, agentic: bool) -> None:
    own = {"chat/__init__.py": ""} if path.endswith(".py") else {}
    files = {**MANIFESTS[path.rpartition(".")[2]], **own, path: text}
    assert _components(files)["."].agentic is agentic


@pytest.mark.parametrize(
    ("path", "row", "agentic"),
    [
        ("app.py", "client.invoke_agent_runtime(agentRuntimeArn=ARN, payload=body)", True),
        ("app.py", "# client.invoke_agent_runtime(agentRuntimeArn=ARN)", False),
        ("app.py", "client.invoke_endpoint(EndpointName=NAME)", False),
        ("app.py", 'CREATE = "client.chat.completions.create(model=m)"', False),
        ("app.py", '"""Calls.\n\nLike client.chat.completions.create(model=m)\n"""', False),
        ("app.py", 'made("m").chat.completions.create(model="m")', True),
        ("app.ts", "const shown = `await made.chat.completions.create(body)`;", False),
        ("app.ts", "await made.send(new InvokeAgentRuntimeCommand(body));", True),
        ("app.ts", "await this._made?.chat.completions.create(body);", True),
        ("app.ts", "export const made = new AzureOpenAI({ apiKey });", True),
        ("app.ts", "// const made = new AzureOpenAI({ apiKey });", False),
        ("app.ts", "const made = new OpenAITracer();", False),
        ("app.py", "made = AsyncOpenAI(api_key=KEY)", True),
        ("app.py", "class OpenAI(Base): pass", False),
        ("src/chat.rb", 'Made = OpenAI::Client.new(access_token: ENV["KEY"])', True),
        ("src/chat.rb", "Made = Payments::Client.new", False),
        ("src/Chat.php", "$made = OpenAI::client($key);", True),
        ("src/chat.dart", "final made = GenerativeModel(model: name, apiKey: key);", True),
        ("app.ts", "await this._made.chat.messages.create(body);", False),
    ],
)
def test_a_method_that_nothing_but_a_client_of_models_has(
    path: str, row: str, agentic: bool
) -> None:
    manifest = MANIFESTS.get(path.rpartition(".")[2], {"Dockerfile": "FROM x:1\nCOPY . .\n"})
    found = _components({**manifest, path: f"{row}\n"})
    assert found["."].agentic is agentic


@pytest.mark.parametrize("store", ["", "lancedb"])
def test_a_store_of_vectors_says_nothing_about_who_asks(store: str) -> None:
    code = 'import os\nurl = os.environ["LLM_URL"] + "/chat/completions"\n'
    imported = f"import {store}\n{store}.connect()\n" if store else ""
    found = _components({"requirements.txt": f"{store}\n", "app.py": imported + code})
    assert found["."].does == ({"model"} | ({"vector_store"} if store else set()))


@pytest.mark.parametrize(
    ("text", "agentic"),
    [
        ("const URL = 'https://bedrock-mantle.us-east-1.api.aws/openai/v1/responses'\n", True),
        ("const URL = 'https://models.github.ai/inference'\n", True),
        ("const fields = [{ defaultValue: 'https://api.deepseek.com/v1' }]\n", False),
        ("const fields = [{ placeholder: 'https://api.openai.com/v1' }]\n", False),
        ("const o = { baseURL: 'https://api.deepseek.com/v1' }\n", True),
    ],
)
def test_an_address_that_is_asked_or_only_shown(text: str, agentic: bool) -> None:
    files = {"package.json": '{"name": "web"}', "src/route.ts": text}
    assert _components(files)["."].agentic is agentic


CALLS = {
    "@langchain/langgraph-sdk": 'import { Client } from "@langchain/langgraph-sdk";\nnew Client();\n',
    "@a2a-js/sdk": 'import { A2AClient } from "@a2a-js/sdk/client";\nnew A2AClient("");\n',
    "@composio/core": 'import { Composio } from "@composio/core";\nnew Composio();\n',
    "agents": 'import { McpAgent } from "agents/mcp";\nclass A extends McpAgent {}\n',
    "@openai/agents": 'import { Agent } from "@openai/agents";\nnew Agent({});\n',
}


@pytest.mark.parametrize("name", CALLS)
def test_what_only_carries_asks_no_model(name: str) -> None:
    manifest = f'{{"name": "web", "dependencies": {{"{name}": "1"}}}}'
    files = {"package.json": manifest, "src/a.ts": CALLS[name]}
    assert _components(files)["."].agentic is (name == "@openai/agents")


def test_tools_that_a_platform_hosts_ask_no_model() -> None:
    code = "from bedrock_agentcore.runtime import BedrockAgentCoreContext as C\nC.get()\n"
    files = {"requirements.txt": "bedrock-agentcore\nmcp\n", "server.py": code}
    assert not _components(files)["."].agentic
    asks = "import strands\nstrands.Agent()\n"
    more = {"requirements.txt": "bedrock-agentcore\nstrands-agents\n", "agent.py": asks}
    assert _components(files | more)["."].agentic


@pytest.mark.parametrize(
    ("needs", "agentic"), [("docling", False), ("docling\nqdrant-client", True), ("bm25s", True)]
)
def test_to_read_documents_is_to_ask_no_model(needs: str, agentic: bool) -> None:
    code = "from docling.document_converter import DocumentConverter\nDocumentConverter()\n"
    files = {"requirements.txt": f"{needs}\n", "worker.py": code}
    assert _components(files)["."].agentic is agentic


@pytest.mark.parametrize(
    ("base", "step", "agentic"),
    [
        ("node:22.1", "npm ci", False),
        ("nginx:1.27", "true", False),
        ("node:22.1", "apk add python3 && pip install ./core", True),
        ("ubuntu:24.04", "true", True),
    ],
)
def test_an_image_without_python_holds_no_library_of_python(
    base: str, step: str, agentic: bool
) -> None:
    files = {
        "web/Dockerfile": f"FROM {base}\nCOPY . .\nRUN {step}\n",
        "web/package.json": '{"name": "web"}',
        "web/src/a.ts": "export const a = 1\n",
        "core/pyproject.toml": '[project]\nname = "core"\ndependencies = ["openai"]\n',
        "api/Dockerfile": "FROM python:3.12\nCOPY core core\nCOPY api api\n",
        "api/requirements.txt": "openai\ncore\n",
        "api/main.py": "from openai import OpenAI\nOpenAI()\n",
        "compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: web/Dockerfile}\n"
        "  api:\n    build: {context: ., dockerfile: api/Dockerfile}\n",
    }
    found = _components(files)
    assert found["web"].agentic is agentic
    assert found["api"].agentic


def test_a_page_that_takes_types_of_what_a_library_beside_it_calls() -> None:
    chat = 'import { useChat } from "ai/react";\nuseChat({});\n'
    lent = 'import { streamText } from "ai";\nexport const ask = () => streamText({});\n'
    files = {
        "package.json": '{"name": "all", "workspaces": ["packages/*"]}',
        "packages/web/Dockerfile": "FROM node:22.1\nCOPY . .\n",
        "packages/web/package.json": '{"name": "web", "dependencies": {"ai": "4"}}',
        **{f"packages/web/src/{each}.ts": f"export const {each} = 1\n" for each in "abcd"},
        "packages/web/src/chat.tsx": chat,
        "packages/api/Dockerfile": "FROM node:22.1\nCOPY . .\n",
        "packages/api/package.json": '{"name": "api", "dependencies": {"ai": "4", "lent": "1"}}',
        "packages/api/src/main.ts": 'import { ask } from "lent";\nask();\n',
        "packages/lent/package.json": '{"name": "lent", "dependencies": {"ai": "4"}}',
        "packages/lent/src/index.ts": lent,
    }
    found = _components(files)
    assert not found["packages/web"].agentic
    assert found["packages/api"].agentic


@pytest.mark.parametrize(
    ("call", "agentic"),
    [
        ('observed(client).chat.completions.create({ model: config.model || "gpt-4o" })', True),
        ('made.responses.create({ model: "gpt-4.1" })', True),
        ('made.embeddings.create({ model: "text-embedding-3-small" })', True),
        ('twilio.messages.create({ body: "gpt-4o" })', False),
        ('table.create({ model: "gpt-4o" })', False),
    ],
)
def test_a_method_of_a_client_whoever_made_it(call: str, agentic: bool) -> None:
    code = f'import {{ observed }} from "./made";\nconst made = observed();\n{call};\n'
    assert _components({**MANIFESTS["ts"], "app.ts": code})["."].agentic is agentic


@pytest.mark.parametrize(("imports", "agentic"), [("acme.gateway", True), ("acme.names", False)])
def test_a_library_of_several_asks_for_those_that_import_what_asks(
    imports: str, agentic: bool
) -> None:
    files = {
        "libs/acme/pyproject.toml": '[project]\nname = "acme"\n',
        "libs/acme/src/acme/__init__.py": "",
        "libs/acme/src/acme/names.py": "NAME = 1\n",
        "libs/acme/src/acme/gateway.py": "from acme.client import ask\n",
        "libs/acme/src/acme/client.py": 'def ask(c):\n    return f"{c.url}/chat/completions"\n',
        **{
            f"{part}/{name}": text
            for part in ("api", "worker")
            for name, text in {
                "pyproject.toml": f'[project]\nname = "{part}"\ndependencies = ["acme"]\n',
                "Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "main.py": f"import {imports if part == 'api' else 'acme.names'}\n",
                **{f"m{at}.py": "A = 1\n" for at in range(4)},
            }.items()
        },
    }
    found = _components(files)
    assert found["api"].agentic is agentic
    assert not found["worker"].agentic
