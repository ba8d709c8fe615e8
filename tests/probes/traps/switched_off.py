"""What is there and off: a flag, an environment, a missing key, a fallback that nobody sees."""

from __future__ import annotations

from tests.probes.traps.trap import APP, FAIL, PASS, Trap

TRACING, GUARDRAIL = "telemetry-tracing-wired", "guardrails-on-by-default"
IN_FILES, RENDERED = "prompts-in-files", "prompts-rendered-from-template"

TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount. Answer "
    "with one JSON object that has the keys document, fields and reason, and nothing besides it."
)
AGENTS = {"requirements.txt": "openai-agents==0.2.0\npython-dotenv==1.1.1\n"}
AGENT = (
    "import asyncio\nimport os\n\n{}\n\nfrom agents import Agent, Runner, trace\n\n"
    'planner = Agent(name="planner", instructions="Plan.", model="gpt-4.1-2025-04-14")\n\n\n'
    "async def plan(text: str) -> str:\n"
    '    with trace("planner"):\n        return (await Runner.run(planner, text)).final_output\n'
    '\n\nprint(asyncio.run(plan("why?")))\n'
)
LLAMA = {
    "requirements.txt": "llama-index==0.12.48\nllama-index-callbacks-arize-phoenix==0.5.1\n"
    "fastapi==0.116.0\n"
}
OBSERVABILITY = (
    "import os\n\nfrom llama_index.core import set_global_handler\n\n\n"
    "def init_observability() -> None:\n{}"
)
PHOENIX = '        set_global_handler("arize_phoenix")\n'
MAIN = (
    "from fastapi import FastAPI\nfrom llama_index.core.chat_engine import SimpleChatEngine\n\n"
    "from observability import init_observability\n\ninit_observability()\n\napp = FastAPI()\n\n\n"
    '@app.post("/chat")\nasync def chat(text: str) -> str:\n'
    "    return str(SimpleChatEngine.from_defaults().chat(text))\n"
)
LANGFUSE = {"requirements.txt": "langchain-openai==0.3.27\nlangfuse==3.2.0\n"}
SETTINGS = (
    "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
    '    openai_model: str = "gpt-4o-2024-08-06"\n    langfuse_enabled: bool = {}\n'
    '    langfuse_host: str = "https://cloud.langfuse.com"\n\n\nsettings = Settings()\n'
)
CHAIN = (
    "from langchain_openai import ChatOpenAI\nfrom langfuse.langchain import CallbackHandler\n\n"
    "from settings import settings\n\n\ndef callbacks() -> list:\n"
    "    if settings.langfuse_enabled:\n        return [CallbackHandler()]\n    return []\n\n\n"
    "def answer(text: str) -> str:\n    model = ChatOpenAI(model=settings.openai_model)\n"
    '    return model.invoke(text, config={"callbacks": callbacks()}).content\n\n\n'
    'answer("why?")\n'
)
NEMO = {"requirements.txt": "openai==1.93.0\nnemoguardrails==0.14.0\npydantic-settings==2.10.1\n"}
RAILED = (
    "from nemoguardrails import LLMRails, RailsConfig\n"
    "from pydantic_settings import BaseSettings\n\nfrom app import answer\n\n\n"
    "class Settings(BaseSettings):\n    enable_guardrails: bool = {}\n\n\n"
    "settings = Settings()\n\n\ndef ask(question: str) -> str:\n"
    "    if settings.enable_guardrails:\n"
    '        rails = LLMRails(RailsConfig.from_path("./rails"))\n'
    '        return rails.generate(messages=[{{"role": "user", "content": question}}])["content"]\n'
    '    return answer(question)\n\n\nask("why?")\n'
)
SAFEGUARD = (
    "import os\nfrom enum import Enum\n\nfrom langchain_groq import ChatGroq\n\n"
    "from app import answer\n\n\nclass SafetyAssessment(Enum):\n"
    '    SAFE = "safe"\n    UNSAFE = "unsafe"\n    ERROR = "error"\n\n\n'
    "class Safeguard:\n    def __init__(self) -> None:\n"
    '        if os.getenv("GROQ_API_KEY") is None:\n'
    '            print("GROQ_API_KEY not set, skipping Safeguard")\n'
    "            self.model = None\n            return\n"
    '        self.model = ChatGroq(model="openai/gpt-oss-safeguard-20b")\n\n'
    "    def invoke(self, text: str) -> SafetyAssessment:\n        if self.model is None:\n"
    "            return SafetyAssessment.{}\n"
    "        return SafetyAssessment(self.model.invoke(text).content)\n\n\n"
    "def ask(question: str) -> str:\n"
    "    if Safeguard().invoke(question) is not SafetyAssessment.SAFE:\n"
    '        return "refused"\n    return answer(question)\n\n\nask("why?")\n'
)
SAFE = {"requirements.txt": "openai==1.93.0\nlangchain-groq==0.3.6\n"}
REGISTRY = {"requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\n"}
FETCHED = (
    "import logging\nfrom pathlib import Path\n\nfrom langfuse import Langfuse\n"
    "from openai import OpenAI\n\nclient = OpenAI()\n{}\n\ndef system() -> str:\n    try:\n"
    '        return Langfuse().get_prompt("planner").compile()\n    except Exception:\n'
    '        logging.debug("langfuse is not reachable")\n        return {}\n\n\n'
    "def answer(question: str) -> str:\n    return client.chat.completions.create(\n"
    '        model="gpt-4o-2024-08-06",\n        messages=[\n'
    '            {{"role": "system", "content": system()}},\n'
    '            {{"role": "user", "content": question}},\n        ],\n'
    "    ).choices[0].message.content\n"
)
SHA = "8c5ab1f2e90d47361b7a2c4d5e6f708192a3b4c5"
FELL_BACK = {
    "spans": [
        {
            "name": "chat gpt-4o",
            "attributes": {
                "gen_ai.prompt.name": "planner",
                "gen_ai.prompt.version": "3",
                "gen_ai.prompt.0.role": "system",
                "gen_ai.prompt.0.content": "You are a helpful assistant.",
            },
            "resource": {"service.name": "planner", "vcs.ref.head.revision": SHA},
        }
    ],
    "opens": {SHA: {}, "prompts/planner/3.md": {"text": TEXT}},
}

AGENTS_OFF = "OpenAI Agents tracing disabled by env in code"
PHOENIX_OFF = "Phoenix handler only when not in production"
LANGFUSE_OFF = "Langfuse flag default false"
NEMO_OFF = "NeMo Guardrails off by default"
OPEN = "safeguard fails open without a key"
FALLBACK = "prompt registry falls back silently to local text"
TRAPS = (
    Trap(
        AGENTS_OFF,
        TRACING,
        FAIL,
        "OPENAI_AGENTS_DISABLE_TRACING",
        {**AGENTS, "app.py": AGENT.format('os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"')},
        case="assigned",
    ),
    Trap(
        AGENTS_OFF,
        TRACING,
        FAIL,
        "OPENAI_AGENTS_DISABLE_TRACING",
        {
            **AGENTS,
            "app.py": AGENT.format(
                'os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "true")'
            ),
        },
        case="unless somebody sets it",
    ),
    Trap(
        AGENTS_OFF,
        TRACING,
        PASS,
        "openai-agents",
        {**AGENTS, "app.py": AGENT.format('os.environ.setdefault("OPENAI_AGENTS_TRACE", "1")')},
        case="not disabled",
    ),
    Trap(
        PHOENIX_OFF,
        TRACING,
        FAIL,
        "does not run in production",
        {
            **LLAMA,
            "main.py": MAIN,
            "observability.py": OBSERVABILITY.format(
                '    if os.getenv("ENVIRONMENT") != "production":\n' + PHOENIX
            ),
        },
    ),
    Trap(
        PHOENIX_OFF,
        TRACING,
        FAIL,
        "does not run in production",
        {
            **LLAMA,
            "main.py": MAIN,
            "observability.py": OBSERVABILITY.format(
                '    environment = os.getenv("ENVIRONMENT", "dev")\n'
                '    if environment == "dev":\n' + PHOENIX
            ),
        },
        case="only for developers",
    ),
    Trap(
        LANGFUSE_OFF,
        TRACING,
        FAIL,
        "langfuse",
        {**LANGFUSE, "app.py": CHAIN, "settings.py": SETTINGS.format("False")},
    ),
    Trap(
        LANGFUSE_OFF,
        TRACING,
        PASS,
        "langfuse",
        {**LANGFUSE, "app.py": CHAIN, "settings.py": SETTINGS.format("True")},
        case="default true",
    ),
    Trap(
        NEMO_OFF,
        GUARDRAIL,
        FAIL,
        "nemoguardrails",
        {**APP, **NEMO, "serve.py": RAILED.format("False")},
    ),
    Trap(
        NEMO_OFF,
        GUARDRAIL,
        PASS,
        "nemoguardrails",
        {**APP, **NEMO, "serve.py": RAILED.format("True")},
        case="on by default",
    ),
    Trap(
        OPEN,
        GUARDRAIL,
        FAIL,
        "lets everything pass",
        {**APP, **SAFE, "serve.py": SAFEGUARD.format("SAFE")},
    ),
    Trap(
        OPEN,
        GUARDRAIL,
        PASS,
        "in the serving",
        {
            **APP,
            **SAFE,
            "serve.py": SAFEGUARD.replace(
                '            print("GROQ_API_KEY not set, skipping Safeguard")\n'
                "            self.model = None\n            return\n",
                '            raise RuntimeError("GROQ_API_KEY is not set")\n',
            ).format("ERROR"),
        },
        case="without a key it does not start",
    ),
    Trap(
        FALLBACK,
        IN_FILES,
        PASS,
        "a fallback may use them unseen",
        {
            **REGISTRY,
            "app.py": FETCHED.format("", 'Path("prompts/planner.md").read_text()'),
            "prompts/planner.md": TEXT,
        },
        case="a file",
    ),
    Trap(
        FALLBACK,
        IN_FILES,
        FAIL,
        "1 of 2 prompts stand inline",
        {**REGISTRY, "app.py": FETCHED.format(f'FALLBACK = """{TEXT}"""\n', "FALLBACK")},
        case="a text in the code",
    ),
    Trap(
        FALLBACK,
        RENDERED,
        FAIL,
        "was not sent what planner@3 says",
        more=FELL_BACK,
        case="what was sent is not what was recorded",
    ),
)
