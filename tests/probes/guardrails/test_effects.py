"""A guardrail counts where something comes of what it says, in whatever way that is written."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

HEAD = (
    "import asyncio\nimport logging\nimport os\nfrom openai import OpenAI\n"
    "client = OpenAI()\nlog = logging.getLogger(__name__)\n\n"
)
FLAGGED = (
    "def moderate_input(text):\n"
    "    return client.moderations.create(input=text).results[0].flagged\n\n"
)
RAISING = (
    "def moderate_input(text):\n"
    "    if client.moderations.create(input=text).results[0].flagged:\n"
    "        raise ValueError('flagged')\n\n"
)
AGENTS = (
    "import os\nfrom agents import Agent, GuardrailFunctionOutput, Runner, input_guardrail\n\n"
    "@input_guardrail\nasync def safety(context, agent, text):\n"
    "    return GuardrailFunctionOutput(output_info=None, tripwire_triggered='EUR' in text)\n\n"
)
SCAN = "from llm_guard import scan_prompt\nfrom llm_guard.input_scanners import PromptInjection\n"


def _app(defined: str, before: str = "", after: str = "", head: str = HEAD) -> dict[str, str]:
    answer = (
        f"def answer(question):\n{before}"
        "    said = client.responses.create(model='gpt-4o-2024-08-06', input=question)\n"
        f"{after}    return said\n\nanswer('why?')\n"
    )
    return {
        "requirements.txt": "openai==1.93.0\nopenai-agents==0.2.0\nllm-guard==0.3.16\n",
        "app.py": head + defined + answer,
    }


def _agents(rest: str) -> dict[str, str]:
    return {"requirements.txt": "openai-agents==0.2.0\n", "app.py": AGENTS + rest}


SWALLOWED = (
    "    try:\n        moderate_input(question)\n"
    "    except Exception:\n        log.warning('bad')\n"
)
ROUTE = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n\n'
    "async function moderateInput(text: string) {\n"
    "  const said = await client.moderations.create({ input: text });\n"
    "  if (said.results[0].flagged) throw new Error('no');\n}\n\n"
    "export async function POST(request: Request) {\n  const { text } = await request.json();\n"
    "  try {\n    await moderateInput(text);\n  } catch {\n  }\n"
    "  return client.responses.create({ model: 'gpt-4o-2024-08-06', input: text });\n}\n"
)
NODE = {"package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}'}
LISTED = (
    "GUARDS = []\n\ndef run_guardrails(text):\n    for guard in GUARDS:\n"
    "        if not guard(text):\n            raise ValueError(text)\n\n"
)
MASK = "def mask_pii(text):\n    return re.sub(r'[0-9]{6}', '***', text)\n\n"
SAID = (
    "def verdict(text):\n    if moderate_input(text):\n        raise ValueError('no')\n"
    "    return 'ok'\n\n@app.post('/check')\ndef check(text):\n    return verdict(text)\n\n"
)
SPOKEN = "if (await moderateInput(req.body.q)) return res.status(400).end();\n  "
EXPRESS = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n\n'
    "async function moderateInput(text: string) {\n"
    "  const said = await client.moderations.create({ input: text });\n"
    "  return said.results[0].flagged;\n}\n\n"
    'app.post("/chat", async (req, res) => {\n  CHAT'
    'res.json(await client.responses.create({ model: "gpt-4o", input: req.body.q }));\n});\n'
    'app.post("/check", async (req, res) => {\n  CHECKres.json({ ok: true });\n});\n'
)
FLOATING = "moderateInput(req.body.q).then((bad) => { if (bad) SAID });\n  "
FLOATING_FAR = (
    "moderateInput(req.body.q).then((bad) => {\n    if (bad) {\n      SAID\n    }\n  });\n  "
)
TOLD = "console.warn('bad');"
BACK = "return res.status(400).end();"
MASKED = (
    "from presidio_analyzer import AnalyzerEngine\n"
    "from presidio_anonymizer import AnonymizerEngine\n"
    "analyzer = AnalyzerEngine()\nanonymizer = AnonymizerEngine()\n\n"
)
MASKS = (
    "    found = analyzer.analyze(text=question, language='en')\n"
    "    NAME = anonymizer.anonymize(text=question, analyzer_results=found).text\n"
)
SCANNED = (
    "    clean, ok, _ = scan_prompt(SCANNERS, question)\n"
    "    if not all(ok.values()):\n        raise ValueError('no')\n"
)
SWITCH = (
    "MODERATES = os.getenv('MODERATES') == '1'\n\ndef moderate_input(text):\n"
    "    if not MODERATES:\n        return False\n"
    "    return client.moderations.create(input=text).results[0].flagged\n\n"
)
HOLDER = (
    "class Agent:\n    def __init__(self, guard=None):\n        self.guard = guard\n\n"
    "    def answer(self, question):\n"
    "        if self.guard and self.guard.moderate_input(question):\n            return None\n"
    "        return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
)


def _express(asked: str) -> dict[str, str]:
    return {**NODE, "app.ts": EXPRESS.replace("CHAT", asked).replace("CHECK", "")}


COUNTS = {
    "what takes it in answers": _express(FLOATING.replace("SAID", BACK)),
    "what takes it in answers below": _express(FLOATING_FAR.replace("SAID", BACK)),
    "a header, and an answer": _express(
        "const bad = await moderateInput(req.body.q);\n  res.setHeader('x-bad', String(bad));\n"
        "  if (bad) return res.status(400).end();\n  "
    ),
    "masked with presidio": _app(MASKED, MASKS.replace("NAME", "question")),
    "scanners that are listed above": _app(SCAN + "SCANNERS = [PromptInjection()]\n\n", SCANNED),
    "scanners that are added": _app(
        SCAN + "SCANNERS = []\nSCANNERS.append(PromptInjection())\n\n", SCANNED
    ),
    "the routes that answer ask what judges": _app(
        FLAGGED + SAID, "    if verdict(question) != 'ok':\n        return None\n"
    ),
    "in the handler that answers": {
        **NODE,
        "app.ts": EXPRESS.replace("CHAT", SPOKEN).replace("CHECK", ""),
    },
    "on unless a variable says otherwise": _app(
        SWITCH.replace("== '1'", "!= '0'"),
        "    if moderate_input(question):\n        return None\n",
    ),
    "words are looked for before the switch": _app(
        SWITCH.replace("    if not", "    if 'EUR' in text:\n        return True\n    if not"),
        "    if moderate_input(question):\n        return None\n",
    ),
    "somebody gives the guard": _app(
        FLAGGED + HOLDER + "Agent(guard=Moderator()).answer('why?')\n\n"
    ),
    "masked before it is asked": _app(MASK, "    question = mask_pii(question)\n"),
    "tried with the answer": {
        **NODE,
        "app/api/route.ts": ROUTE.replace("  } catch {\n  }\n", "").replace(
            "text });\n}\n", "text });\n  } catch {\n  }\n}\n"
        ),
    },
    "tried, and the error is an answer": _app(
        RAISING, SWALLOWED.replace("log.warning('bad')", "return None")
    ),
    "the question is asked in what is tried": _app(
        RAISING,
        SWALLOWED.replace("\n    except", "\n        return client.responses.create()\n    except"),
    ),
    "copied, and then read": _app(
        FLAGGED,
        "    flagged = moderate_input(question)\n    seen = {'flagged': flagged}\n"
        "    if seen['flagged']:\n        return None\n",
    ),
    "both parts are read": _app(
        SCAN,
        "    question, ok, _ = scan_prompt([PromptInjection()], question)\n"
        "    if not all(ok.values()):\n        return None\n",
    ),
    "waited for": _app(
        FLAGGED,
        "    task = asyncio.create_task(asyncio.to_thread(moderate_input, question))\n",
        "    if asyncio.run(task):\n        return None\n",
    ),
    "asked for unless the caller says otherwise": _app(
        FLAGGED + "def ask(question, check_safety=True):\n"
        "    if check_safety and moderate_input(question):\n        return None\n"
        "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
        "ask('why?')\n"
    ),
    "lists that are filled later": _app(
        LISTED + "GUARDS.append(lambda text: 'EUR' not in text)\n\n",
        "    run_guardrails(question)\n",
    ),
    "a route that hands on to what asks": _app(
        "",
        "",
        head=HEAD + "@app.post('/chat')\ndef chat(text):\n"
        "    if client.moderations.create(input=text).results[0].flagged:\n"
        "        return None\n    return answer(text)\n\n",
    ),
    "gives something else that it was handed": _app(
        "def filter_toxic_content(text, instead='[FILTERED]'):\n"
        "    if looks_bad(text):\n        return instead\n    return text\n\n",
        "    question = filter_toxic_content(question)\n",
    ),
    "changed where it is flagged": _app(
        FLAGGED, "    if moderate_input(question):\n        question = MASKED\n"
    ),
    "an agent that runs": _agents(
        "safe = Agent(name='a', input_guardrails=[safety])\nRunner.run_sync(safe, 'why?')\n"
    ),
    "a model that judges": {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": HEAD + "def verdict(text):\n    said = client.chat.completions.create(\n"
        "        model='meta-llama/Llama-Guard-3-8B', messages=[text])\n"
        "    return 'unsafe' in said.choices[0].message.content\n\n"
        "def answer(question):\n    if verdict(question):\n        return None\n"
        "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
        "answer('why?')\n",
    },
}
NOTHING = {
    "what takes it in only tells": _express(FLOATING.replace("SAID", TOLD)),
    "what takes it in only tells below": _express(FLOATING_FAR.replace("SAID", TOLD)),
    "only in a header": _express(
        "res.setHeader('x-bad', String(await moderateInput(req.body.q)));\n  "
    ),
    "only in a header, by a name": _express(
        "const bad = await moderateInput(req.body.q);\n  res.setHeader('x-bad', String(bad));\n  "
    ),
    "masked with presidio, and never used": _app(MASKED, MASKS.replace("NAME", "masked")),
    "no scanners": _app(SCAN + "SCANNERS = []\n\n", SCANNED),
    "only a route of its own asks what judges": _app(FLAGGED + SAID),
    "in another handler": {
        **NODE,
        "app.ts": EXPRESS.replace("CHAT", "").replace("CHECK", SPOKEN),
    },
    "leaves unless a constant is set": _app(
        SWITCH, "    if moderate_input(question):\n        return None\n"
    ),
    "a name that holds it where a variable is set": _app(
        FLAGGED + "judge = moderate_input if os.getenv('GUARD') else None\n\n",
        "    if judge and judge(question):\n        return None\n",
    ),
    "masked where it is traced": {
        "requirements.txt": "openai==1.93.0\n",
        "lib/otel.py": MASK + "def clean(attributes):\n"
        "    for key in attributes:\n        attributes[key] = mask_pii(attributes[key])\n",
        "app.py": "from lib.otel import clean\n" + _app("")["app.py"],
    },
    "masked by what formats the log": _app(
        MASK + "class SafeLogFormatter:\n    def format(self, record):\n"
        "        record.msg = mask_pii(record.msg)\n        return str(record)\n\n"
    ),
    "masked for the log over several rows": _app(
        MASK, "    log.info(\n        'asked',\n        extra={'q': mask_pii(question)},\n    )\n"
    ),
    "its error is thrown away": {**NODE, "app/api/route.ts": ROUTE},
    "hands back its argument": _app(
        "def moderate_input(text):\n    log.info('moderating')\n    return text\n\n",
        "    question = moderate_input(question)\n",
    ),
    "takes the edges off its argument": _app(
        "def check_injection(text):\n    text = text.strip()\n    if len(text) > 4000:\n"
        "        log.warning('long')\n    return text\n\n",
        "    question = check_injection(question)\n",
    ),
    "goes through an empty list": _app(LISTED, "    run_guardrails(question)\n"),
    "logged and counted": _app(
        FLAGGED,
        "    if moderate_input(question):\n        log.warning('bad')\n"
        "        metrics_inc('flagged')\n",
    ),
    "the question is set to itself": _app(
        FLAGGED,
        "    if moderate_input(question):\n        log.warning('bad')\n"
        "        question = question\n",
    ),
    "in another route": _app(
        "",
        "",
        head=HEAD + "@app.post('/upload')\ndef upload(text):\n"
        "    if client.moderations.create(input=text).results[0].flagged:\n"
        "        return 'no'\n    return 'ok'\n\n",
    ),
    "leaves unless a variable is set": _app(
        RAISING.replace("    if", "    if not os.getenv('MOD'):\n        return\n    if", 1),
        "    moderate_input(question)\n",
    ),
    "its error is swallowed": _app(RAISING, SWALLOWED),
    "in a dictionary that is logged": _app(
        FLAGGED,
        "    flagged = moderate_input(question)\n    seen = {'flagged': flagged}\n"
        "    log.info('x', extra=seen)\n",
    ),
    "logged over several rows": _app(
        FLAGGED,
        "    flagged = moderate_input(question)\n    log.info(\n        'x',\n"
        "        extra={'flagged': flagged},\n    )\n",
    ),
    "written to a table": _app(
        FLAGGED,
        "    flagged = moderate_input(question)\n"
        "    session.add(Row(text=question, flagged=flagged))\n    session.commit()\n",
    ),
    "beside the answer": _app(
        RAISING, "", "    asyncio.create_task(asyncio.to_thread(moderate_input, said))\n"
    ),
    "off unless the caller says otherwise": _app(
        FLAGGED + "def ask(question, check_safety=False):\n"
        "    if check_safety and moderate_input(question):\n        return None\n"
        "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
        "ask('why?')\n"
    ),
    "a mode that is not the default": _app(
        "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n"
        "    mode: str = 'off'\n\nsettings = Settings()\n" + FLAGGED,
        "    if settings.mode == 'strict' and moderate_input(question):\n        return None\n",
    ),
    "off unless the caller says otherwise, by a plain name": _app(
        FLAGGED.replace("moderate_input", "looks_bad") + "def ask(question, strict=False):\n"
        "    if strict and looks_bad(question):\n        return None\n"
        "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
        "ask('why?')\n"
    ),
    "only the text is read": _app(
        SCAN, "    question, ok, _ = scan_prompt([PromptInjection()], question)\n"
    ),
    "an agent that nobody runs": _agents(
        "safe = Agent(name='safe', input_guardrails=[safety])\nother = Agent(name='a')\n"
        "Runner.run_sync(other, 'why?')\n"
    ),
    "given where a variable is set": _agents(
        "safe = Agent(name='a', input_guardrails=[safety] if os.getenv('SAFE') == '1' else [])\n"
        "Runner.run_sync(safe, 'why?')\n"
    ),
    "middleware that no agent is given": {
        "requirements.txt": "langchain==1.0.0\n",
        "app.py": "from langchain.agents import create_agent\n"
        "from langchain.agents.middleware import PIIMiddleware\n"
        "chain = [PIIMiddleware('email')]\n"
        "planner = create_agent('openai:gpt-4o', middleware=[])\nplanner.invoke('why?')\n",
    },
    "a library whose verdict is only printed": _app(
        "from presidio_analyzer import AnalyzerEngine\nfinder = AnalyzerEngine()\n",
        "    found = finder.analyze(text=question, language='en')\n    print(len(found))\n",
    ),
    "a guard with nothing to judge by": _app(
        "from guardrails import Guard\nguard = Guard()\n",
        "",
        "    said = guard.validate(said).validated_output\n",
    ),
    "a guard that nobody asks": _app(
        "from guardrails import Guard\nfrom guardrails.hub import ToxicLanguage\n"
        "guard = Guard().use(ToxicLanguage(on_fail='exception'))\n"
    ),
}


@pytest.mark.parametrize("files", COUNTS.values(), ids=COUNTS)
def test_what_stops_something_counts(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", NOTHING.values(), ids=NOTHING)
def test_what_stops_nothing_does_not(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message


def test_a_guard_that_nobody_is_seen_to_give_may_not_be_there() -> None:
    files = _app(FLAGGED + HOLDER + "Agent(*given).answer('why?')\n\n")
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.UNKNOWN, answer.message


FACTORY = (
    "class Settings:\n    guardrails_enabled: bool = Field(default=STATE, description='on')\n\n"
    "class Rails:\n    def check(self, text):\n        return 'EUR' in text\n\n"
    "def create_guardrails(settings):\n"
    "    if not getattr(settings, 'guardrails_enabled', True):\n"
    "        log.info('disabled')\n        return None\n    return Rails()\n\n"
    "guardrails = create_guardrails(Settings())\n\n"
    "def apply_input_guardrail(guardrails, text):\n    if guardrails is None:\n"
    "        return False\n    return guardrails.check(text)\n\n"
)
ASKED = "    if apply_input_guardrail(guardrails, question):\n        return None\n"


@pytest.mark.parametrize(("state", "outcome"), [("True", Outcome.PASS), ("False", Outcome.FAIL)])
def test_what_a_function_makes_only_where_it_is_switched_on(state: str, outcome: Outcome) -> None:
    files = _app(FACTORY.replace("STATE", state), ASKED)
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message
