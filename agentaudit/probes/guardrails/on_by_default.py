from __future__ import annotations

from agentaudit.code import Call, Strength
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, passed, probe
from agentaudit.probes.asking import asks
from agentaudit.probes.guardrails.answers import ignored, judged, lacking, unheard
from agentaudit.probes.guardrails.asked_of import has_effect
from agentaudit.probes.guardrails.constant import is_constant
from agentaudit.probes.guardrails.effect import asked_alone, without_effect
from agentaudit.probes.guardrails.gates import judged as is_gate
from agentaudit.probes.guardrails.gates import turns_away
from agentaudit.probes.guardrails.middleware import around_models
from agentaudit.probes.guardrails.off_above import is_led_nowhere
from agentaudit.probes.guardrails.own import ASIDE, decisive, is_within, own_calls
from agentaudit.probes.guardrails.requests import in_requests
from agentaudit.probes.guardrails.unnamed import elsewhere
from agentaudit.probes.readable import of_code, unasked, unread
from agentaudit.source import Component, Repo

PYTHON = {"requirements.txt": "openai==1.93.0\nopenai-agents==0.2.0\nnemoguardrails==0.14.0\n"}
NODE = {
    "package.json": '{"name": "web", "dependencies": {"@openai/agents": "0.1.0", "openai": "5"}}'
}
ASK = (
    "from openai import OpenAI\nclient = OpenAI()\n\ndef answer(question):\n{}"
    "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
    "if __name__ == '__main__':\n    answer('why?')\n"
)
MODERATE = (
    "    flagged = client.moderations.create(input=question)\n"
    "    if flagged.results[0].flagged:\n        return None\n"
)
AGENTS = (
    "from agents import Agent, GuardrailFunctionOutput, Runner, input_guardrail\n\n"
    "@input_guardrail\ndef no_amounts(context, agent, text):\n"
    "    return GuardrailFunctionOutput(output_info=None, tripwire_triggered='EUR' in text)\n\n"
    "planner = Agent(name='planner', input_guardrails=[no_amounts])\n"
    "Runner.run_sync(planner, 'why?')\n"
)
SWITCHED = (
    "from pydantic_settings import BaseSettings\nfrom openai import OpenAI\n\n"
    "class Settings(BaseSettings):\n    moderation_enabled: bool = False\n\n"
    "settings = Settings()\nclient = OpenAI()\n\ndef is_toxic(text):\n"
    "    if not settings.moderation_enabled:\n        return False\n"
    "    return client.moderations.create(input=text).results[0].flagged\n\n"
    "def answer(question):\n    if is_toxic(question):\n        return None\n"
    "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
    "answer('why?')\n"
)
INNER = "    if not settings.moderation_enabled:\n        return False\n"
HALF = "if settings.moderation_enabled and is_toxic"
STUB = (
    "async def run_moderation(_client, _text):\n"
    "    with tracer.start_as_current_span('moderate') as span:\n"
    "        result = ModerationPassed()\n"
    "        span.set_attribute('result', 'passed')\n        return result\n\n"
    + ASK.format("    if run_moderation(client, question).blocked:\n        return None\n")
)
CLASS = (
    "class Guardrail:\n    def check(self, text):\n        return {'allowed': True}\n\n"
    "guardrail = Guardrail()\n"
    + ASK.format("    if not guardrail.check(question)['allowed']:\n        return None\n")
)
NAMES = (
    "from better_profanity import profanity\n\n@app.post('/users')\ndef create_user(name):\n"
    "    if profanity.contains_profanity(name):\n        raise ValueError(name)\n\n"
)
ROUTE = (
    "\n@app.post('/admin/moderate')\ndef judge(text):\n"
    "    found = client.moderations.create(input=text)\n"
    "    return {'flagged': found.results[0].flagged}\n"
)
NEMO = "import os\nfrom nemoguardrails import LLMRails, RailsConfig\n" + ASK
RAILS = (
    "    if os.getenv('USE_GUARDRAILS', 'false') == 'true':\n"
    "        return LLMRails(RailsConfig.from_path('rails')).generate(question)\n"
)
OPEN = (
    "import os\nfrom openai import OpenAI\n\nclass Safeguard:\n    def __init__(self):\n"
    "        if os.getenv('GROQ_API_KEY') is None:\n            self.client = None\n"
    "            return\n        self.client = OpenAI(api_key=os.getenv('GROQ_API_KEY'))\n\n"
    "def answer(question):\n    Safeguard()\n"
    "    return OpenAI().responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
    "answer('why?')\n"
)
SHIELDED = (
    "from openai import OpenAI\nclient = OpenAI()\n\nclass Agent:\n"
    "    def __init__(self, config):\n        self.shields = config.get('shields', [])\n\n"
    "    def run_moderation(self, text):\n        return client.moderations.create(input=text)\n\n"
    "    def answer(self, text):\n"
    "        if self.shields and text:\n            if self.run_moderation(text).results:\n"
    "                return None\n"
    "        return client.responses.create(model='gpt-4o-2024-08-06', input=text)\n\n"
    "Agent(load()).answer('why?')\n"
)
TS = (
    'import {{ Agent }} from "@openai/agents";\n'
    'import {{ noAmounts }} from "./guardrails";\n'
    'export const planner = new Agent({{ name: "planner"{} }});\n'
)


TOPIC = (
    "    topical = validate_query_relevance(question)\n"
    "    if not topical['is_relevant']:\n        return None\n"
)
PHRASES = (
    "import re\n\nLIST = [r'ignore\\s+previous\\s+instructions', r'disregard (?:the )?rules']\n\n"
    "def hold_back(text):\n    for each in LIST:\n        if re.search(each, text):\n"
    "            raise ValueError(text)\n    return text\n"
)


def _phrases(asked: str) -> dict[str, object]:
    source = f"from words import hold_back\n{ASK.format(asked)}"
    return {"component": {"files": {**PYTHON, "app.py": source, "words.py": PHRASES}}}


def _python(source: str) -> dict[str, object]:
    return {"component": {"files": {**PYTHON, "app.py": source}}}


@probe(
    "guardrails-on-by-default",
    fix="Judge every question or answer before it is passed on, without a switch that is off: "
    "`Agent(..., input_guardrails=[no_amounts])`, or "
    "`if client.moderations.create(input=question).results[0].flagged: return refusal`; refuse "
    "when the guardrail itself fails.",
    examples=[
        Example(Outcome.PASS, _python(ASK.format(MODERATE))),
        Example(Outcome.PASS, _python(AGENTS)),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {**NODE, "app.ts": TS.format(", inputGuardrails: [noAmounts]")}
                }
            },
        ),
        Example(
            Outcome.PASS,
            _python(ASK.format("    if topic(question):\n        return decline_off_topic(bot)\n")),
        ),
        Example(Outcome.PASS, _python(ASK.format(TOPIC)), "other questions are turned away"),
        Example(
            Outcome.FAIL,
            _python(ASK.format(TOPIC.replace("return None", "log.info(question)"))),
            "the verdict is only told",
        ),
        Example(Outcome.PASS, _phrases("    hold_back(question)\n"), "told by the phrases"),
        Example(Outcome.FAIL, _phrases(""), "nobody calls it"),
        Example(Outcome.FAIL, _python(ASK.format("")), "declared, never imported"),
        Example(Outcome.FAIL, _python(NEMO.format(RAILS)), "off by default"),
        Example(Outcome.FAIL, _python(OPEN), "without a key everything is called safe"),
        Example(Outcome.FAIL, {"component": {"files": {**NODE, "app.ts": TS.format("")}}}),
        Example(
            Outcome.UNKNOWN,
            _python(SHIELDED),
            "its shields come from somewhere, or nowhere",
        ),
        Example(
            Outcome.FAIL,
            _python(SWITCHED),
            "it returns at once unless somebody switches it on",
        ),
        Example(
            Outcome.FAIL,
            _python(ASK.format("    client.moderations.create(input=question)\n")),
            "nobody reads the verdict",
        ),
        Example(
            Outcome.FAIL,
            _python(ASK.format(MODERATE.replace("return None", "logging.warning('flagged')"))),
            "the verdict is only logged",
        ),
        Example(
            Outcome.FAIL,
            _python(AGENTS.replace(", input_guardrails=[no_amounts]", "")),
            "no agent is given it",
        ),
        Example(
            Outcome.FAIL,
            _python(SWITCHED.replace(INNER, "").replace("if is_toxic", HALF)),
            "the first half of its condition is off",
        ),
        Example(Outcome.FAIL, _python(STUB), "whatever it is asked, it lets it pass"),
        Example(Outcome.FAIL, _python(CLASS), "whatever its only method is asked"),
        Example(
            Outcome.PASS,
            _python(CLASS.replace("True", "not client.moderations.create(input=text).results")),
        ),
        Example(
            Outcome.FAIL,
            _python(NAMES + ASK.format("")),
            "it judges the names of users",
        ),
        Example(
            Outcome.FAIL,
            _python(ASK.format("") + ROUTE),
            "who asks for the verdict gets it, and no answer waits for it",
        ),
        Example(
            Outcome.FAIL,
            _python(ASK.format("    log.debug(bot.has_guardrails())\n")),
            "a question about guardrails is none",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "requirements.txt": "openai==1.93.0\nazure-ai-evaluation==1.8.0\n",
                        "app.py": ASK.format(""),
                        "evals/run.py": "from azure.ai.evaluation import ContentSafetyEvaluator\n"
                        "ContentSafetyEvaluator(credential=None, azure_ai_project={})\n",
                    }
                }
            },
            "an evaluator of safety judges afterwards and blocks nothing",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"component": {"files": {"requirements.txt": "flask==3.1.0\n", "app.py": "x = 1\n"}}},
            "it asks no model",
        ),
    ],
)
@of_code("guardrails")
def on_by_default(repo: Repo, component: Component) -> Answer:
    """Does an input or output guardrail run in the serving path, on by default?

    A guardrail that waits for a flag or a key protects the demonstration and not the customers.
    What counts is what runs when nobody configures anything, and what happens when it cannot
    judge.
    """
    declared = [use for trade in ("model", "agent") for use in component.uses(trade)]
    if missing := unread(component, declared, "guardrails"):
        return missing
    uses = [u for u in component.uses("guardrail") if not ASIDE.search(u.place.path)]
    own = (c for c in own_calls(component.code) if not is_gate(c) or turns_away(repo, c.place))
    calls = [*own, *in_requests(repo, component.code), *around_models(repo, component.code)]
    if not uses and not asks(component):
        return unasked(component)
    chosen = [call for call in calls if is_led_nowhere(repo, component.code, call)]
    live = [call for call in calls if call.reached and not _is_off(call) and call not in chosen]
    idle = without_effect(repo, component.code, live)
    live = [call for call in live if call not in idle]
    if open_ := [c for c in idle if is_constant(repo, c) and asked_alone(c, live)]:
        return ignored(component, open_)
    if live:
        return judged(repo, component, live, decisive(calls))
    places = {call.place for call in (*chosen, *idle)}
    uses = [use for use in uses if use.place not in places]
    off = [call for call in calls if _is_off(call)]
    on = [u for u in uses if u.strength is Strength.ON and not is_within(component, u, off)]
    if heard := [use for use in on if has_effect(repo, component, use)]:
        return passed(f"{heard[0].library} judges in the serving code", heard[0].place.evidence())
    if said := elsewhere(repo, component):
        return said
    if on:
        return unheard(component, on[0])
    if idle:
        return ignored(component, idle)
    return lacking(component, calls, uses)


def _is_off(call: Call) -> bool:
    return call.condition is not None and call.condition.default is False
