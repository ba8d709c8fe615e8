"""Tracing that is there and off: by the environment, by a condition, by a flag."""

from __future__ import annotations

from tests.probes.traps.trap import FAIL, PASS, Trap

TRACING = "telemetry-tracing-wired"

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
AGENTS_OFF = "OpenAI Agents tracing disabled by env in code"
PHOENIX_OFF = "Phoenix handler only when not in production"
LANGFUSE_OFF = "Langfuse flag default false"
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
        PHOENIX_OFF,
        TRACING,
        FAIL,
        "does not run in production",
        {
            **LLAMA,
            "main.py": MAIN,
            "observability.py": OBSERVABILITY.format(
                '    if os.getenv("ENVIRONMENT") == "production":\n        return\n' + PHOENIX[4:]
            ),
        },
        case="returns in production",
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
                '    if os.getenv("APP_ENV", "dev") in ("dev", "local"):\n' + PHOENIX
            ),
        },
        case="in some of the environments",
    ),
    Trap(
        PHOENIX_OFF,
        TRACING,
        PASS,
        "arize-phoenix",
        {
            **LLAMA,
            "main.py": MAIN,
            "observability.py": OBSERVABILITY.format(
                '    if os.getenv("APP_ENV", "dev") in ("dev", "staging", "production"):\n'
                + PHOENIX
            ),
        },
        case="in production too",
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
)
