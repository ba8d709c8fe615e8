from __future__ import annotations

from agentaudit.code import Value
from agentaudit.evidence import Evidence
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.model_ids import dated, model_id
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.asking import asks
from agentaudit.probes.callers import calls_of
from agentaudit.probes.models.apphost import deployed, hosted_elsewhere
from agentaudit.probes.models.by_deployment import pinned
from agentaudit.probes.models.defined import defined
from agentaudit.probes.models.embeds import only_embeds
from agentaudit.probes.models.hub import loads
from agentaudit.probes.models.ids import Used, asked, used
from agentaudit.probes.models.offered import offered
from agentaudit.probes.models.overridden import overridden
from agentaudit.probes.models.stacked import doubted, told
from agentaudit.probes.models.unnamed import unnamed
from agentaudit.probes.models.unsaid import unsaid
from agentaudit.probes.readable import of_code, unasked, unread
from agentaudit.source import Component, Repo

PURPOSES = frozenset({"chat", "embedding", "other"})
TRADES = ("model", "agent", "embedding")
LOCAL = frozenset(
    {"transformers", "vllm", "llama-cpp-python", "ctransformers", "ctranslate2", "sglang"}
    | {"mlx-lm", "onnxruntime-genai", "huggingface-hub", "sentence-transformers", "fastembed"}
    | {"flagembedding", "@huggingface/transformers", "@xenova/transformers", "node-llama-cpp"}
)
"""Libraries that load the weights themselves: nothing is asked of a provider."""
PYTHON = {"requirements.txt": "openai==1.93.0\n"}
NODE = {"package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2"}}'}
ASK = "from openai import OpenAI\nclient = OpenAI()\ndef answer(q):\n    return "
CREATE = "client.chat.completions.create(model={}, messages=[{{'role': 'user', 'content': q}}])\n"
AZURE = (
    "from openai import AzureOpenAI\nclient = AzureOpenAI()\ndef answer(q):\n    return "
    "client.chat.completions.create(model='gpt-4o', messages=[])\n"
)
POSTED = (
    'import { Model } from "./types";\n'
    f'const SYSTEM_PROMPT = "You are an assistant. {"Answer in one sentence. " * 8}";\n'
    "const body = (q: string) => JSON.stringify({ model: Model.SMALL, messages: [q] });\n"
    "export const ask = (q: string) =>\n"
    '  fetch("https://api.openai.com/v1/chat/completions", { method: "POST", body: body(q) });\n'
)
BODY = (
    "import requests\n\ndef ask(q):\n"
    "    return requests.post('https://api.openai.com/v1/chat/completions', data={})\n"
)
BICEP = "param chatModelName string = 'gpt-4o'\nparam chatModelVersion string = '{}'\n"


def _component(source: str, name: str = "app.py", **more: str) -> dict[str, object]:
    manifest = NODE if name.endswith(".ts") else PYTHON
    return {"component": {"files": {**manifest, name: source, **more}}}


DEPLOYED = (
    "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n"
    "      - name: planner\n        image: registry.example/planner:1\n        env:\n"
    "        - {name: MODEL, value: gpt-4o}\n"
)


@probe(
    "models-ids-pinned",
    fix="Name the dated version where the id is set, and change it by a commit: "
    '`model="gpt-4o-2024-08-06"` instead of `model="gpt-4o"` (Azure: `version: \'2024-08-06\'` '
    "beside the model's name in the Bicep deployment).",
    examples=[
        Example(Outcome.PASS, _component(ASK + CREATE.format('"gpt-4o-2024-08-06"'))),
        Example(
            Outcome.PASS,
            _component(
                'import { generateText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
                'const model = openai("gpt-4o-2024-08-06");\n'
                "export const answer = (prompt: string) => generateText({ model, prompt });\n",
                "app.ts",
            ),
        ),
        Example(
            Outcome.PASS,
            _component(AZURE, **{"infra/main.bicep": BICEP.format("2024-08-06")}),
            "the deployment's name is an alias; its version is pinned in Bicep",
        ),
        Example(Outcome.FAIL, _component(ASK + CREATE.format('"gpt-4o"'))),
        Example(
            Outcome.FAIL,
            _component(
                "import os\n" + ASK + CREATE.format('os.getenv("MODEL", "gpt-4o")'),
            ),
            "the default of an environment variable is used",
        ),
        Example(
            Outcome.FAIL,
            _component(
                "import os\n" + ASK + CREATE.format('os.getenv("MODEL", "gpt-4o-2024-08-06")'),
                **{"k8s/planner.yaml": DEPLOYED},
            ),
            "the deployment sets another than the default",
        ),
        Example(
            Outcome.FAIL,
            _component(
                'import { generateText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
                "export const answer = (prompt: string) =>\n"
                '  generateText({ model: openai("gpt-4o"), prompt });\n',
                "app.ts",
            ),
        ),
        Example(
            Outcome.FAIL,
            _component(AZURE, **{"infra/main.bicep": BICEP.format("latest")}),
            "`latest` in Bicep pins nothing",
        ),
        Example(
            Outcome.FAIL,
            _component(
                'import { generateText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
                'import list from "./models.json";\nconst first = "gpt-4o-2024-08-06";\n'
                "export const answer = (prompt: string, id: string) =>\n"
                "  generateText({ model: openai(id || first), prompt });\n",
                "app.ts",
                **{"models.json": '{"models": [{"id": "gpt-4o", "name": "GPT-4o"}]}'},
            ),
            "people may choose an alias from the list",
        ),
        Example(
            Outcome.FAIL,
            _component(
                ASK + CREATE.format('"gpt-4o-2024-08-06"'),
                **{
                    "langgraph.json": '{"graphs": {"a": "./app.py:answer"}, "store": {"index": '
                    '{"dims": 1536,\n"embed": "openai:text-embedding-3-small"}}}'
                },
            ),
            "the server embeds by an alias",
        ),
        Example(
            Outcome.FAIL,
            _component(
                "import OpenAI from 'openai';\n"
                "new OpenAI().embeddings.create({ model: 'text-embedding-ada-002' });\n",
                "embed.ts",
                **{"chat.ts": POSTED, "types.ts": 'export enum Model { SMALL = "gpt-4o-mini" }\n'},
            ),
            "it embeds by a library, and asks for text over HTTP",
        ),
        Example(
            Outcome.UNKNOWN,
            _component("import os\n" + ASK + CREATE.format('os.environ["MODEL"]')),
            "the id is set outside of the repository",
        ),
        Example(
            Outcome.UNKNOWN,
            _component(ASK + CREATE.format("chosen(q)") + 'PINNED = "gpt-4o-2024-08-06"\n'),
            "a call says which, and not the constant beside it",
        ),
        Example(
            Outcome.UNKNOWN,
            _component(ASK + CREATE.format('f"gpt-4o-{tag}"') + 'PINNED = "gpt-4o-2024-08-06"\n'),
            "it ends in a variable",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {
                "component": {
                    "files": {
                        "requirements.txt": "vllm==0.9.2\n",
                        "app.py": "from vllm import LLM\nllm = LLM(model='Qwen/Qwen3-8B')\n",
                    }
                }
            },
            "it serves the model itself",
        ),
        Example(
            Outcome.FAIL,
            _component(BODY.format("""'{"model":"gpt-4o","messages":[]}'""")),
            "in a request that is written as text",
        ),
        Example(
            Outcome.UNKNOWN,
            _component("import json\n" + BODY.format("json.dumps(q)")),
            "a provider is asked, and for which model stands elsewhere",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"component": {"files": {"requirements.txt": "flask==3.1.0\n", "app.py": "x = 1\n"}}},
            "it calls no model",
        ),
    ],
)
@of_code("model ids", whole=True)
def ids_pinned(repo: Repo, component: Component) -> Answer:
    """Does every model id in use name a dated or immutable version?

    `gpt-4o` is whatever the provider serves under that name today. When answers change and no
    commit explains it, the alias moved; a dated id moves only when the team moves it.
    """
    declared = [use for trade in TRADES for use in component.uses(trade)]
    if missing := unread(component, declared, "model ids"):
        return missing
    if not asks(component):
        return unasked(component)
    found = [*_hosted(repo, component), *deployed(repo, component, PURPOSES)]
    doubts = _elsewhere(component, found)
    if (doubts or not found) and (more := told(repo, component, doubts, PURPOSES)):
        known = {each.id.text for each in found}
        found, doubts = [*found, *(each for each in more if each.id.text not in known)], []
    if moving := [each for each in found if not each.pinned]:
        return _alias(moving, len(found), component)
    if found and not doubts:
        message = f"all {len(found)} model ids in use name one version: {_listed(found)}"
        return hosted_elsewhere(repo, component) or passed(message, *map(_shown, found[:5]))
    if doubts:
        return doubted(component, doubts)
    if fixed := pinned(repo, component, PURPOSES):
        message = "the deployments that it names each pin one version"
        return passed(message, *(each.evidence() for each in fixed[:5]))
    return unnamed(component, LOCAL)


def _hosted(repo: Repo, component: Component) -> list[Used]:
    """Ids in use, but for models that the component loads itself: those are asked of no provider,
    and another criterion asks for their commit."""
    own = {load.name.rpartition("/")[2].lower() for load in loads(component)}
    purposes = PURPOSES - {"chat"} if only_embeds(repo, component) else PURPOSES
    named = [
        *used(component, purposes, unsaid(repo, component)),
        *offered(repo, component, purposes),
        *defined(repo, component, purposes),
    ]
    named = overridden(repo, component, named)
    found = {each.id.text.lower(): each for each in reversed(named) if not each.local}
    return [each for text, each in reversed(found.items()) if text not in own]


def _alias(moving: list[Used], total: int, component: Component) -> Answer:
    return failed(
        f"{len(moving)} of {total} model ids in use are aliases that can move: {_listed(moving)}",
        *map(_shown, moving[:5]),
        reason="model_alias_mutable",
        fact="model id",
        place=component.id,
    )


def _elsewhere(component: Component, found: list[Used]) -> list[Value]:
    """Models that the environment names and nothing in the repository does."""
    values = [(call, asked(call)) for call in calls_of(component, *TRADES)]
    fixed = any(each.fixed_by for each in found)
    answered = any(each.id.purpose == "chat" for each in found)
    return [
        value
        for call, value in values
        if value is not None
        and (value.text is None or not _is_known(value.text))
        and (_is_made(value) or not answered)
        and not (fixed and "azure" in call.callee.lower())
    ]


def _is_made(value: Value) -> bool:
    """Whether it is made at run time, whatever constant stands nearby."""
    if value.text is not None:
        return value.text.endswith("{…}")
    return bool(value.name or _RETURNED.fullmatch(value.written))


_RETURNED = regex(
    r"(?:await\s{1,4})?(?:[\w.]{1,100}\.)?_?(?:get|fetch|choose|chosen|select|pick|resolve|find|load"
    r"|read|look_?up|determine)(?![a-z])(?!\w{0,60}(?i:llm|client|kernel|service|chat_?model)\()"
    r"\w{0,60}\([^()\"'`]{0,200}\)"
)
"""A call that looks a name up; a client is made by a call too, and is told which model."""


def _is_known(text: str) -> bool:
    """Whether a text is the id of a model; the name of a deployment says nothing about it."""
    return dated(text) or model_id(text) is not None


def _shown(each: Used) -> Evidence:
    return (each.fixed_by or each.place).evidence()


def _listed(found: list[Used]) -> str:
    names = [each.id.text for each in found[:4]]
    return ", ".join(names) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
