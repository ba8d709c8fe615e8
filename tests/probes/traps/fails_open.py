"""Guardrails that are off or let everything pass, and prompts that are not the registry's."""

from __future__ import annotations

from tests.probes.traps.trap import APP, FAIL, PASS, Trap

GUARDRAIL = "guardrails-on-by-default"
IN_FILES, RENDERED = "prompts-in-files", "prompts-rendered-from-template"

TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount. Answer "
    "with one JSON object that has the keys document, fields and reason, and nothing besides it."
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
RAILS = (
    "from nemoguardrails import LLMRails, RailsConfig\n\n\nclass Guardrails:\n"
    '    def __init__(self) -> None:\n        config = RailsConfig.from_path("./rails")\n'
    "        self.rails = LLMRails(config)\n\n    def allows(self, text: str) -> bool:\n"
    '        return "no" not in self.rails.generate(prompt=text)\n'
)
WRAPPED = (
    "import os\n\nfrom app import answer\nfrom rails import Guardrails\n\n"
    'ENABLED = os.getenv("GUARDRAILS_ENABLED", "{}").lower() == "true"\n'
    "guardrails = Guardrails() if ENABLED else None\n\n\ndef ask(question: str) -> str:\n"
    "    if guardrails and not guardrails.allows(question):\n"
    '        return "refused"\n    return answer(question)\n\n\nask("why?")\n'
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
MODERATED = (
    "import os\n\nfrom openai import OpenAI\n\nfrom app import answer\n\n\n"
    "def moderate_text(text: str) -> bool:\n"
    '    api_key = os.getenv("MODERATION_API_KEY")\n    if not api_key:\n        return True\n'
    "    found = OpenAI(api_key=api_key).moderations.create(input=text)\n"
    "    return not found.results[0].flagged\n\n\ndef check_safety(question: str) -> bool:\n"
    "    return len(question) < 4000 and moderate_text(question)\n\n\n"
    "def ask(question: str) -> str:\n    if not check_safety(question):\n"
    '        return "refused"\n    return answer(question)\n\n\nask("why?")\n'
)
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

NEMO_OFF = "NeMo Guardrails off by default"
OPEN = "safeguard fails open without a key"
FALLBACK = "prompt registry falls back silently to local text"
TRAPS = (
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
    *(
        Trap(
            NEMO_OFF,
            GUARDRAIL,
            outcome,
            says,
            {**APP, **NEMO, "rails.py": RAILS, "serve.py": WRAPPED.format(default)},
            case=f"in a class of its own, {default}",
        )
        for default, outcome, says in (
            ("false", FAIL, "Guardrails is off by default"),
            ("true", PASS, "in the serving code"),
        )
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
        OPEN,
        GUARDRAIL,
        FAIL,
        "lets everything pass",
        {**APP, "serve.py": MODERATED},
        case="behind another guardrail",
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
