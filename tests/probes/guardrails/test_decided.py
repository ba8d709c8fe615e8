"""Fields of a model's answer that say whether something is safe, and what comes of them."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

RUN = (
    "from openai import OpenAI\nfrom models import Verdict\nclient = OpenAI()\n\n"
    "@app.post('/ask')\ndef answer(question):\n"
    "    said = client.responses.parse(model='gpt-4o', input=question, text_format=Verdict)\n"
    "    told = said.output_parsed\n"
    "    if told.IsNotSafe:\n        raise ValueError('not to be answered')\n"
    "    return client.responses.create(model='gpt-4o', input=question)\n"
)
APART = RUN.replace(
    "    said = client.responses.parse(model='gpt-4o', input=question, text_format=Verdict)\n"
    "    told = said.output_parsed\n",
    "    told = look_through(question)\n",
) + (
    "\ndef look_through(question):\n    text = question.strip()\n"
    "    return client.responses.parse(model='gpt-4o', input=text, text_format=Verdict)\n"
)
GRAPH = (
    "from openai import OpenAI\nfrom langgraph.graph import StateGraph\nclient = OpenAI()\n\n"
    "def look(state):\n    said = client.responses.parse(model='gpt-4o', input=state['question'])\n"
    "    return {'is_safe': said.output_parsed.fine}\n\n"
    "def answer(state):\n    return client.responses.create(model='gpt-4o', input=state['q'])"
    '\n\ndef after(state):\n    return "answer" if state["is_safe"] else "end"\n\n'
    "graph = StateGraph(dict)\ngraph.add_node('look', look)\ngraph.add_node('answer', answer)\n"
    "graph.add_conditional_edges('look', after)\n"
)
TS = (
    'import {{ generateObject, generateText }} from "ai";\n'
    'import {{ openai }} from "@ai-sdk/openai";\n\n'
    "export async function POST(request: Request) {{\n"
    "  const {{ prompt }} = await request.json();\n"
    "  const {{ object }} = await generateObject({{ model: openai('gpt-4o'), schema, prompt }});\n"
    "  if (object.{}) {{\n    {};\n  }}\n"
    "  return generateText({{ model: openai('gpt-4o'), prompt }});\n}}\n"
)


def _outcome(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return on_by_default.ask(inputs).outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (RUN, Outcome.PASS),
        (RUN.replace("told.IsNotSafe", "told.kind"), Outcome.FAIL),
        (RUN.replace("raise ValueError(", "print("), Outcome.FAIL),
        (RUN.replace("told = said.output_parsed", "told = path(question)"), Outcome.FAIL),
        (
            RUN.replace(
                "    if told.IsNotSafe:\n        raise",
                "    if settings.strict:\n        if told.IsNotSafe:\n            raise",
            ),
            Outcome.FAIL,
        ),
        (RUN.replace("told.IsNotSafe", "told.kind == 'off_topic'"), Outcome.PASS),
        (RUN.replace("told.IsNotSafe", "told.kind == Kind.UNSAFE"), Outcome.PASS),
        (RUN.replace("told.IsNotSafe", "told.kind == 'short'"), Outcome.FAIL),
        (GRAPH, Outcome.PASS),
        (GRAPH.replace('state["is_safe"]', 'state["is_long"]'), Outcome.FAIL),
        (
            GRAPH.replace("said =", "if not client.key:\n        return {}\n    said ="),
            Outcome.FAIL,
        ),
        (APART, Outcome.PASS),
        (APART.replace("model='gpt-4o', input=text", "text").replace(".parse", ""), Outcome.FAIL),
        (
            APART.replace("    text =", "    if key is None:\n        return SAFE\n    text ="),
            Outcome.FAIL,
        ),
    ],
)
def test_a_verdict_of_a_model(text: str, outcome: Outcome) -> None:
    assert _outcome({"requirements.txt": "openai==1.93.0\n", "app.py": text}) is outcome


@pytest.mark.parametrize(
    ("field", "then", "outcome"),
    [
        ("isHarmful", "return refuse()", Outcome.PASS),
        ("isHarmful", "log(prompt)", Outcome.FAIL),
        ("isLong", "return refuse()", Outcome.FAIL),
    ],
)
def test_the_same_in_another_language(field: str, then: str, outcome: Outcome) -> None:
    needs = '{"name": "web", "dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2"}}'
    assert _outcome({"package.json": needs, "app/api/route.ts": TS.format(field, then)}) is outcome


WARNED = (
    "from openai import OpenAI\nclient = OpenAI()\n\n@app.post('/ask')\ndef answer(question):\n"
    "    answer = ask(question)\n"
    "    verdict = client.responses.parse(model='gpt-4o', input=answer).output_parsed\n"
    "    if not verdict.is_safe:\n        return {}\n    return {{'answer': answer}}\n"
)


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        ("{'answer': 'I cannot tell.'}", Outcome.PASS),
        ("{'answer': answer, 'warning': 'unsafe'}", Outcome.FAIL),
    ],
)
def test_an_answer_with_a_warning_goes_out_all_the_same(left: str, outcome: Outcome) -> None:
    text = WARNED.format(left)
    assert _outcome({"requirements.txt": "openai==1.93.0\n", "app.py": text}) is outcome


FETCHED = (
    'import OpenAI from "openai";\n\nexport async function answer(input: string) {\n'
    '  const asked = await fetch(\n    "https://api.openai.com/v1/moderations",\n'
    '    { method: "POST", body: JSON.stringify({ input }) },\n  );\n'
    "  const { results } = await asked.json();\n  if (IF) {\n    DOES;\n  }\n"
    "  return new OpenAI().responses.create({ model: 'gpt-4o', input });\n}\n"
    "console.log(await answer('why?'));\n"
)


@pytest.mark.parametrize(
    ("asked", "does", "outcome"),
    [
        ("results[0].flagged", 'throw new UserError("flagged")', Outcome.PASS),
        ("results[0].flagged", "console.warn(results[0])", Outcome.FAIL),
        ("!results[0].flagged", "return input", Outcome.FAIL),
    ],
)
def test_a_provider_is_asked_by_a_request(asked: str, does: str, outcome: Outcome) -> None:
    text = FETCHED.replace("IF", asked).replace("DOES", does)
    package = '{"name": "web", "dependencies": {"openai": "5"}}'
    assert _outcome({"package.json": package, "answer.ts": text}) is outcome
