from __future__ import annotations

import orjson

from agentaudit.finding import Answer, Outcome
from agentaudit.messages import sent
from agentaudit.probe import Example, Gaps, probe
from agentaudit.probes.prompts.steps import private, told
from agentaudit.probes.prompts.template import bodies, has_logic, readings
from agentaudit.probes.visibility import MODEL_CALLS
from agentaudit.response import PromptText, Reference, Response
from agentaudit.span import Kind, Span

SHA = "8c5ab1f2e90d47361b7a2c4d5e6f708192a3b4c5"
FILE = "prompts/planner/3.md"


def _case(template: str, text: str, **more: str) -> dict[str, object]:
    attributes = {
        "gen_ai.prompt.name": "planner",
        "gen_ai.prompt.version": "3",
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": text,
        **more,
    }
    resource = {"service.name": "planner", "vcs.ref.head.revision": SHA}
    call = {"name": "chat gpt-4o", "attributes": attributes, "resource": resource}
    return {"response": {"spans": [call], "opens": {SHA: {}, FILE: {"text": template}}}}


ROME = {"llm.prompt_template.variables": '{"city": "Rome"}'}


@probe(
    "prompts-rendered-from-template",
    fix="Render the prompt from the file of the recorded version only, and record what it was "
    'filled with: `span.set_attribute("llm.prompt_template.variables", json.dumps(variables))`.',
    examples=[
        Example(Outcome.PASS, _case("You plan.\n", "You plan.")),
        Example(Outcome.PASS, _case("Plan for {{ city }}.", "Plan for Rome.", **ROME)),
        Example(Outcome.PASS, _case("Plan for {city}.", "Plan for Rome.", **ROME)),
        Example(Outcome.PASS, _case("Plan for $city.", "Plan for Rome.", **ROME)),
        Example(
            Outcome.FAIL,
            _case("Plan for {{ city }}.", "Plan for Rome."),
            "without variables nobody knows whether Rome was meant",
        ),
        Example(
            Outcome.FAIL,
            _case("You plan.", "You plan. Be brief!"),
            "the recorded version was not the one that was sent",
        ),
        Example(
            Outcome.FAIL,
            _case("Plan for {{ city }}.", "Plan for Oslo.", **ROME),
            "filled with something else than recorded",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [{"name": "chat gpt-4o"}]}}, "no version"),
        Example(
            Outcome.UNKNOWN,
            _case("{% if city %}Plan for {{ city }}.{% endif %}", "Plan for Rome.", **ROME),
            "loops and conditions are not run",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"response": {"spans": [{"name": "execute_tool post"}], "shows": {"planner": ["LLM"]}}},
        ),
    ],
)
def rendered_from_template(response: Response) -> Answer:
    """Is the prompt that was sent the recorded template version, filled with recorded variables?

    A recorded version proves nothing while another text can be sent under its name: drift between
    the two is how a fixed prompt keeps failing. Templates are filled by plain substitution; nothing
    in them is run.
    """
    if not response.of(Kind.LLM):
        return MODEL_CALLS.unseen(response)
    refs = response.refs("prompt")
    gaps = Gaps(len(refs))
    for ref in refs:
        span = response.by_id[ref.span_id]
        if gaps.follow(ref, f"prompt of {span.name}"):
            _compare(gaps, response, ref, span)
    return gaps.answer("every prompt equals its recorded template, filled in")


def _compare(gaps: Gaps, response: Response, ref: Reference, span: Span) -> None:
    given, place, seen = sent(span), ref.place, span.evidence()
    if given.problem:
        what = f"input of {span.name}: {told(span, given)}"
        gaps.fail(what, seen, fact="llm.input", place=place, reason=given.problem)
        return
    file = ref.target.content
    kept = bodies(file.text, file.path) if isinstance(file, PromptText) else []
    texts = {m.text.strip() for m in given.messages if m.role in {"system", "user"}}
    fact = response.inherited(span, "prompt.variables")
    variables = _variables(fact.value) if fact else {}
    styles = [style for text in kept for style in readings(text)]
    if any(style.render(variables) in texts for style in styles):
        gaps.seen(private(fact, span) if fact else seen)
        return
    if any(map(has_logic, kept)):
        what = f"template {ref.value} holds logic, which is not run"
        gaps.doubt(what, seen, fact="prompt.template", place=place, reason="template_language")
        return
    open_styles = [s for s in styles if s.render(variables) is None]
    if any(style.could_give(text) for style in open_styles for text in texts):
        what = f"variables of {ref.value} in {span.name} are not recorded"
        reason = "variables_missing"
        gaps.fail(what, seen, fact="prompt.variables", place=place, reason=reason)
        return
    what = f"{span.name} was not sent what {ref.value} says"
    gaps.fail(what, seen, fact="prompt.version", place=place, reason="prompt_drift")


def _variables(value: object) -> dict[str, object]:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except ValueError:
            return {}
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}
