"""What is recorded and was not used: the hub's commit of a prompt, while a local file runs."""

from __future__ import annotations

from tests.probes.traps.fails_open import TEXT
from tests.probes.traps.trap import FAIL, PASS, UNKNOWN, Trap

RECORDED, OPENS = "prompts-version-recorded", "prompts-version-opens"
RENDERED, IN_FILES = "prompts-rendered-from-template", "prompts-in-files"

SHA = "8c5ab1f2e90d47361b7a2c4d5e6f708192a3b4c5"
HUB = "9f3a1c7e"
MIRROR = f"prompts/planner/{HUB}.md"
OLDER = TEXT.replace("Never invent an amount. ", "")
STAMPED = {
    "requirements.txt": "langgraph==0.5.0\nlangchain-openai==0.3.27\nlangsmith==0.4.4\n",
    "agent/instructions.md": TEXT,
    "agent/app.py": "from pathlib import Path\n\nfrom langchain_openai import ChatOpenAI\n"
    "from langgraph.prebuilt import create_react_agent\nfrom langsmith import Client\n\n"
    'INSTRUCTIONS = Path(__file__).with_name("instructions.md").read_text()\n'
    'COMMIT = Client().pull_prompt_commit("acme/planner").commit_hash\n'
    'agent = create_react_agent(ChatOpenAI(model="gpt-4o-2024-08-06"), [], prompt=INSTRUCTIONS)\n'
    'agent = agent.with_config(metadata={"prompt_commit": COMMIT})\n',
    "README.md": "The hub copy of the prompt is a mirror of agent/instructions.md.\n",
}


def _sent(text: str, opens: dict[str, dict[str, str]]) -> dict[str, object]:
    """A call that was sent `text`, and recorded the hub's commit as the version of its prompt."""
    attributes = {
        "gen_ai.prompt.name": "planner",
        "gen_ai.prompt.version": HUB,
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": text,
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": "Please send invoice 4711.",
    }
    resource = {"service.name": "planner", "vcs.ref.head.revision": SHA}
    call = {"name": "chat gpt-4o", "attributes": attributes, "resource": resource}
    return {"spans": [call], "opens": {SHA: {}, "instructions.md": {"text": TEXT}, **opens}}


HUB_COMMIT = "hub commit of a prompt recorded while the agent runs instructions.md"
TRAPS = (
    Trap(
        HUB_COMMIT,
        RENDERED,
        FAIL,
        f"chat gpt-4o was not sent what planner@{HUB} says",
        more=_sent(TEXT, {MIRROR: {"text": OLDER}}),
        case="the mirror is older than the file",
    ),
    Trap(
        HUB_COMMIT,
        RECORDED,
        PASS,
        "",
        more=_sent(TEXT, {MIRROR: {"text": OLDER}}),
        case="recorded it is",
    ),
    Trap(
        HUB_COMMIT,
        OPENS,
        PASS,
        "",
        more=_sent(TEXT, {MIRROR: {"text": OLDER}}),
        case="and it opens",
    ),
    Trap(
        HUB_COMMIT,
        RENDERED,
        PASS,
        "",
        more=_sent(TEXT, {MIRROR: {"text": TEXT}}),
        case="the mirror equals the file",
    ),
    Trap(
        HUB_COMMIT,
        RENDERED,
        UNKNOWN,
        "in no usual place",
        more=_sent(TEXT, {}),
        case="the hub cannot be opened: the file that lies beside proves nothing",
    ),
    Trap(
        HUB_COMMIT,
        IN_FILES,
        PASS,
        "1 prompts live in files of their own",
        STAMPED,
        case="in the code, which fetches nothing but the stamp",
    ),
)
