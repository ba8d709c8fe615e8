"""Model ids that stand somewhere else than where the model is asked."""

from __future__ import annotations

from tests.probes.traps.trap import FAIL, OPENAI, PASS, Trap

IDS = "models-ids-pinned"
DATED = "gpt-4o-2024-08-06"
AZURE = (
    "import os\n\nfrom openai import AzureOpenAI\n\nclient = AzureOpenAI(\n"
    '    azure_endpoint=os.environ["AZURE_OPENAI_ENDPOINT"], api_version="2024-10-21"\n)\n\n\n'
    "def answer(question: str) -> str:\n    said = client.chat.completions.create(\n"
    '        model={}, messages=[{{"role": "user", "content": question}}]\n    )\n'
    "    return said.choices[0].message.content\n"
)
NAMED = AZURE.format('"gpt-4"')
BY_ENV = AZURE.format('os.environ["AZURE_OPENAI_DEPLOYMENT"]')
BICEP = (
    "resource chat 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = {{\n"
    "  parent: account\n  name: 'gpt-4'\n  sku: {{ name: 'Standard', capacity: 30 }}\n"
    "  properties: {{\n    model: {{\n      format: 'OpenAI'\n      name: 'gpt-4o'\n{}"
    "    }}\n  }}\n}}\n"
)
VERSION = "      version: '{}'\n"
ASK = (
    "from openai import OpenAI\n\n{}\n\nclient = OpenAI()\n\n\ndef answer(question: str) -> str:\n"
    "    return client.responses.create(model={}, input=question).output_text\n"
)
ENUM = (
    'from enum import Enum\n\n\nclass Model(str, Enum):\n    PLANNER = "{}"\n'
    '    WRITER = "gpt-4.1-2025-04-14"\n'
)
DICT = 'MODELS = {{\n    "planner": "{}",\n    "writer": "gpt-4.1-2025-04-14",\n}}\n'
SETTINGS = (
    "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
    '    openai_model: str = "{}"\n    temperature: float = 0.0\n\n\nsettings = Settings()\n'
)
DATACLASS = (
    "from dataclasses import dataclass\n\n\n@dataclass\nclass PlannerConfig:\n"
    '    model: str = "{}"\n    temperature: float = 0.0\n'
)


def _through(place: str, file: str, text: str, header: str, written: str) -> tuple[Trap, ...]:
    """The same id, pinned and not, named in a file of its own."""
    app = ASK.format(header, written)
    return tuple(
        Trap(
            f"id through {place}",
            IDS,
            outcome,
            id,
            {**OPENAI, file: text.format(id), "app.py": app},
            case=id,
        )
        for id, outcome in (("gpt-4o", FAIL), (DATED, PASS))
    )


ALIAS = "deployment named `gpt-4` whose model is gpt-4o"
TRAPS = (
    Trap(
        ALIAS,
        IDS,
        PASS,
        "gpt-4o",
        {**OPENAI, "app.py": NAMED, "infra/main.bicep": BICEP.format(VERSION.format("2024-08-06"))},
        case="the version of gpt-4o is pinned",
    ),
    Trap(
        ALIAS,
        IDS,
        FAIL,
        "gpt-4o",
        {**OPENAI, "app.py": NAMED, "infra/main.bicep": BICEP.format("")},
        case="no version",
    ),
    Trap(
        "version pinned only in Bicep",
        IDS,
        PASS,
        "gpt-4o",
        {
            **OPENAI,
            "app.py": BY_ENV,
            "infra/main.bicep": BICEP.format(VERSION.format("2024-08-06")),
        },
    ),
    Trap(
        "version pinned only in Bicep",
        IDS,
        FAIL,
        "gpt-4o",
        {**OPENAI, "app.py": BY_ENV, "infra/main.bicep": BICEP.format("")},
        case="not even there",
    ),
    *_through("enum", "models.py", ENUM, "from models import Model", "Model.PLANNER.value"),
    *_through("dict", "models.py", DICT, "from models import MODELS", 'MODELS["planner"]'),
    *_through(
        "settings class",
        "settings.py",
        SETTINGS,
        "from settings import settings",
        "settings.openai_model",
    ),
    *_through(
        "dataclass default",
        "config.py",
        DATACLASS,
        "from config import PlannerConfig\n\nconfig = PlannerConfig()",
        "config.model",
    ),
)
