from __future__ import annotations

from collections.abc import Sequence

from agentaudit.code import Prompt, Role
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Limits, not_applicable, passed, probe
from agentaudit.probes.asking import asks
from agentaudit.probes.prompts.answers import among_code, kept_apart, none_visible
from agentaudit.probes.prompts.copies import copies
from agentaudit.probes.prompts.dedicated import are_read, is_apart, is_aside, modules
from agentaudit.probes.prompts.embeds import only_embeds
from agentaudit.probes.prompts.forgotten import is_forgotten
from agentaudit.probes.prompts.hosted import hosted
from agentaudit.probes.prompts.in_data import in_data
from agentaudit.probes.prompts.own_registry import by_own_registry
from agentaudit.probes.prompts.registered import few
from agentaudit.probes.prompts.short import SYSTEM, short
from agentaudit.probes.readable import of_code, unasked, unread
from agentaudit.source import Component, Repo

LIMITS = {"inline_share": 0.05, "inline_characters": 200}
PYTHON = {"requirements.txt": "openai==1.93.0\n"}
NODE = {"package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2"}}'}
TEXT = (
    "You are the planner of an invoice workflow. Read the e-mail of the customer, decide which "
    "document it asks for, and name the fields that are missing. Never invent an amount. Answer "
    "with one JSON object that has the keys document, fields and reason, and nothing besides it."
)
ASK = (
    "from openai import OpenAI\nfrom pathlib import Path\n{}\nclient = OpenAI()\n\n"
    "def answer(question):\n    return client.chat.completions.create(model='gpt-4o', messages=["
    "{{'role': 'system', 'content': {}}}, {{'role': 'user', 'content': question}}])\n"
)
CASE = (
    "from google import genai\n\ndef case():\n    return genai.Client().models.generate_content("
    "model='gemini-2.5-pro',\n        contents=['Generate a random but realistic "
    "letter of an angry customer.'])\n"
)
TS = (
    'import {{ generateText }} from "ai";\nimport {{ openai }} from "@ai-sdk/openai";\n{}\n'
    "export const answer = (prompt: string) =>\n"
    '  generateText({{ model: openai("gpt-4o"), system: {}, prompt }});\n'
)
CHINESE = (
    "你是发票工作流的规划者。"
    + "请阅读客户的邮件，判断客户要的是哪一份文件，并列出缺少的字段。" * 3
)
JAVA = {
    "pom.xml": "<project><artifactId>x</artifactId><dependencies><dependency><groupId>"
    "dev.langchain4j</groupId><artifactId>langchain4j-open-ai</artifactId><version>1.0.0</version></dependency>"
    "</dependencies></project>"
}
LANGCHAIN4J = (
    "package x;\n\nimport dev.langchain4j.model.input.PromptTemplate;\n"
    "import dev.langchain4j.model.openai.OpenAiChatModel;\n\nclass Constants {{\n"
    '    static final String DONE = "[DONE]";\n'
    '    static final PromptTemplate EXTRA = PromptTemplate.from("{}");\n'
    "    final OpenAiChatModel model = OpenAiChatModel.builder().build();\n}}\n"
)


def _files(manifest: dict[str, str], **files: str) -> dict[str, object]:
    return {"component": {"files": {**manifest, **files}}, "limits": LIMITS}


@probe(
    "prompts-in-files",
    fix="Move each prompt into a file of its own under version control, `prompts/planner.md`, and "
    'read it: `SYSTEM = Path("prompts/planner.md").read_text()`; or keep it in a prompt registry '
    "and fetch it by version.",
    examples=[
        Example(
            Outcome.PASS,
            _files(
                PYTHON,
                **{
                    "app.py": ASK.format("", 'Path("prompts/planner.md").read_text()'),
                    "prompts/planner.md": TEXT,
                },
            ),
        ),
        Example(
            Outcome.PASS,
            _files(
                PYTHON,
                **{
                    "prompts.py": f'PLANNER = """{TEXT}"""\n',
                    "app.py": ASK.format("from prompts import PLANNER", "PLANNER"),
                },
            ),
            "a module of prompts and nothing else",
        ),
        Example(
            Outcome.PASS,
            _files(
                NODE,
                **{
                    "lib/prompts.ts": f"export const planner = `{TEXT}`;\n",
                    "app.ts": TS.format('import { planner } from "./lib/prompts";', "planner"),
                },
            ),
        ),
        Example(
            Outcome.PASS,
            _files(
                NODE,
                **{
                    "agent/agent.constants.ts": f"export const PLANNER = `{TEXT * 2}`;\n",
                    "app.ts": TS.format(
                        'import { PLANNER } from "./agent/agent.constants";', "PLANNER"
                    ),
                },
            ),
            "nothing else stands in the module, whatever it is called",
        ),
        Example(
            Outcome.PASS,
            _files(
                PYTHON,
                **{
                    "conf/i18n/en.json": '{\n  "plan_prompt": "'
                    + TEXT
                    + '",\n  "hi": "Hello"\n}\n',
                    "app.py": ASK.format("from conf import message", "message('plan_prompt')"),
                },
            ),
            "entries of a catalogue of messages",
        ),
        Example(
            Outcome.PASS,
            _files(
                PYTHON,
                **{
                    "prompts.py": f'PLANNER = """{{preamble}} Plan. {TEXT[16:]}"""\n\n'
                    "def planner(preamble):\n    return PLANNER.format(preamble=preamble)\n",
                    "app.py": ASK.format("from prompts import planner", "planner('Hello')"),
                },
            ),
            "whatever its constants are called",
        ),
        Example(
            Outcome.PASS,
            _files(
                PYTHON,
                **{
                    "template.py": 'register_template(\n    PromptTemplate(\n        name="plan",\n'
                    '        system_message="You are a planner.",\n    )\n)\n',
                    "app.py": ASK.format("from template import get", "get('plan')"),
                },
            ),
            "registered by name",
        ),
        Example(Outcome.FAIL, _files(PYTHON, **{"app.py": ASK.format("", f'"""{TEXT}"""')})),
        Example(Outcome.FAIL, _files(PYTHON, **{"app.py": ASK.format("", f'"""{CHINESE}"""')})),
        Example(
            Outcome.FAIL,
            _files(JAVA, **{"src/Constants.java": LANGCHAIN4J.format(TEXT)}),
            "a constant among others",
        ),
        Example(Outcome.FAIL, _files(NODE, **{"app.ts": TS.format("", f"`{TEXT}`")})),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                **{
                    "app.py": ASK.format("", f'"""{TEXT}"""'),
                    "examples/prompts/other.md": TEXT,
                },
            ),
            "prompts of an example are not the system's own",
        ),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                **{
                    "app.py": ASK.format("", f'"""{TEXT[:180]}"""'),
                    "summary.py": ASK.format("", 'Path("prompts/planner.md").read_text()'),
                    "prompts/planner.md": TEXT,
                },
            ),
            "a short one in the code for each in a file",
        ),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                **{
                    "prompts.py": f'PLANNER = """{TEXT}"""\n',
                    "app.py": ASK.format("import title\nfrom prompts import PLANNER", "PLANNER"),
                    "title.py": ASK.format("", "'You write a short title of a conversation.'"),
                },
            ),
            "one of few words beside",
        ),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                **{
                    "prompts.py": f'PLANNER = """{TEXT}"""\n',
                    "app.py": ASK.format("import case\nfrom prompts import PLANNER", "PLANNER"),
                    "case.py": CASE,
                },
            ),
            "one that is told in the name of a user",
        ),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                **{
                    "prompts/planner.md": TEXT,
                    "app.py": ASK.format("", "'You are a planner of invoices. Never invent one.'"),
                },
            ),
            "nobody reads the file",
        ),
        Example(
            Outcome.UNKNOWN,
            _files(
                PYTHON,
                **{"prompts/planner.md": TEXT, "app.py": ASK.format("", "elsewhere(question)")},
            ),
            "nor is it known what is asked instead",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files({"requirements.txt": "flask==3.1.0\n"}, **{"app.py": "x = 1\n"}),
            "it calls no model",
        ),
    ],
)
@of_code("prompts", whole=True)
def in_files(repo: Repo, component: Component, limits: Limits) -> Answer:
    """Do prompts live in dedicated, versioned files or a prompt registry, not inline in code?

    A prompt inside a function is found by nobody but its author, cannot be named by version and
    changes unseen among other lines. In a file of its own its history is the prompt's history.
    """
    declared = [use for trade in ("model", "agent") for use in component.uses(trade)]
    if missing := unread(component, declared, "prompts"):
        return missing
    if not asks(component):
        return unasked(component)
    copied = copies(repo, component)
    apart, inline = _apart_and_inline(repo, component, limits, copied)
    single = few(repo, component)
    if apart or single:
        inline = _remembered(repo, component, inline)
    if not _outweighs(inline, len(apart), limits):
        aside = modules(repo, component) | {place.path for place in single}
        found = short(repo, component, aside, [*inline, *copied])
        more = [each for each in found if not (apart and is_aside(each))]
        inline += _remembered(repo, component, more) if apart or single else more
    if _outweighs(inline, len(apart) or len(single), limits):
        return among_code(component, inline, apart)
    if not inline and _is_elsewhere(component, apart) and only_embeds(component):
        return not_applicable("its code asks for vectors only", component.evidence())
    if apart:
        return kept_apart(apart)
    if single:
        message = f"{len(single)} short templates stand in a module of their own"
        return passed(message, *(each.evidence() for each in single[:5]))
    if kept := in_data(repo, component):
        return kept_apart(kept)
    return by_own_registry(repo, component) or hosted(repo, component) or none_visible(component)


def _apart_and_inline(
    repo: Repo, component: Component, limits: Limits, copied: list[Prompt]
) -> tuple[list[Prompt], list[Prompt]]:
    prompts = [p for p in component.code.prompts if p.role is Role.APP and p not in copied]
    alone = modules(repo, component)
    among = [p for p in prompts if not is_apart(p) and p.place.path not in alone]
    among = among if len(among) == len(prompts) else [p for p in among if not is_aside(p)]
    apart = [p for p in prompts if is_apart(p) or p.place.path in alone]
    if not are_read(repo, component, apart):
        apart = []
    if len(among) >= len(apart):
        return apart, among  # short ones are no exception where there are as many of them
    return apart, [p for p in among if p.length >= limits["inline_characters"]]


def _remembered(repo: Repo, component: Component, inline: Sequence[Prompt]) -> list[Prompt]:
    return [prompt for prompt in inline if not is_forgotten(repo, component, prompt)]


def _is_elsewhere(component: Component, apart: Sequence[Prompt]) -> bool:
    """Whether no prompt lies in the component's own directory."""
    home = "" if component.path == "." else f"{component.path}/"
    return not any(prompt.place.path.startswith(home) for prompt in apart)


def _outweighs(inline: Sequence[Prompt], apart: int, limits: Limits) -> bool:
    """Whether prompts in the code are more than an exception."""
    many = len(inline) > limits["inline_share"] * (apart + len(inline))
    many = many or any(prompt.name == SYSTEM for prompt in inline)
    return bool(inline) and (not apart or many)
