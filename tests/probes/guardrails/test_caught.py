"""What is raised and caught again, left out, or run beside the rest, stops nothing; a run may end
with what a comparison says."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.evaluation_in_ci import evaluation_in_ci
from agentaudit.probes.guardrails.on_by_default import on_by_default
from agentaudit.probes.guardrails.pass_marks_numeric import pass_marks_numeric

PASS, FAIL = Outcome.PASS, Outcome.FAIL
NEEDS = {"requirements.txt": "openai==1.93.0\nopenai-agents==0.2.0\n"}
NODE = {"package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}'}
JUDGED = "said = client.moderations.create(input=text)\n"
TRIED = f"try:\n        {JUDGED}        "
RAISED = "if said.results[0].flagged:\n            raise ValueError('no')\n"


def _guarded(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return on_by_default.ask(asked).outcome


def _python(before: str, defined: str = "") -> dict[str, str]:
    text = (
        f"from openai import OpenAI\nclient = OpenAI()\n\n{defined}\ndef answer(text, tasks):\n"
        f"    {before}    return client.responses.create(model='gpt-4o', input=text)\n\n"
        "answer('why?', [])\n"
    )
    return {**NEEDS, "app.py": text}


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        (f"{TRIED}{RAISED}    except Exception:\n        pass\n", FAIL),
        (
            f"{TRIED}{RAISED}    except ValueError as e:\n        print(e)\n",
            FAIL,
        ),
        (f"{TRIED}{RAISED}    except KeyError:\n        pass\n", PASS),
        (
            f"{TRIED}{RAISED}    except Exception:\n        return None\n",
            PASS,
        ),
        (
            f"{TRIED}{RAISED}    except ValueError:\n        raise\n"
            "    except Exception:\n        pass\n",
            PASS,
        ),
        (
            f"try:\n        {JUDGED}    except Exception:\n        print('later')\n"
            "    if said.results[0].flagged:\n        return None\n",
            PASS,
        ),
        (f"{JUDGED}    if said.results[0].flagged:\n        return None\n", PASS),
    ],
)
def test_an_error_that_the_same_function_catches(before: str, outcome: Outcome) -> None:
    assert _guarded(_python(before)) is outcome


@pytest.mark.parametrize(
    ("caught", "outcome"), [("console.error(e);", FAIL), ("return null;", PASS), ("throw e;", PASS)]
)
def test_the_same_in_scripts(caught: str, outcome: Outcome) -> None:
    text = (
        'import OpenAI from "openai";\nconst client = new OpenAI();\n\n'
        "export async function POST(text: string) {\n  try {\n"
        "    const said = await client.moderations.create({ input: text });\n"
        "    if (said.results[0].flagged) throw new Error('no');\n"
        f"  }} catch (e) {{ {caught} }}\n"
        "  return client.responses.create({ model: 'gpt-4o', input: text });\n}\n"
    )
    assert _guarded({**NODE, "src/route.ts": text}) is outcome


CHECK = (
    "def check(text):\n    if client.moderations.create(input=text).results[0].flagged:\n"
    "        raise ValueError('no')\n\n"
)


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [("tasks.add_task(check, text)\n", FAIL), ("check(text)\n", PASS)],
)
def test_what_runs_beside_the_rest(asked: str, outcome: Outcome) -> None:
    assert _guarded(_python(asked, CHECK)) is outcome


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ("input_guardrails=[safe]", PASS),
        ("input_guardrails=[]", FAIL),
        ("input_guardrails=None", FAIL),
    ],
)
def test_an_agent_with_an_empty_list(given: str, outcome: Outcome) -> None:
    text = (
        "from agents import Agent, GuardrailFunctionOutput, Runner, input_guardrail\n\n"
        "@input_guardrail\nasync def safe(context, agent, text):\n"
        "    return GuardrailFunctionOutput(output_info=None, tripwire_triggered='EUR' in text)\n\n"
        f"bot = Agent(name='bot', {given})\nRunner.run_sync(bot, 'why?')\n"
    )
    assert _guarded({**NEEDS, "app.py": text}) is outcome


APP = (
    "from openai import OpenAI\n\ndef answer(text):\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=text).output_text\n"
)
SUITE = (
    "import sys\nfrom planner.app import answer\n\ndef score_answer(case):\n"
    "    return case['fact'] in answer(case['text'])\n\ndef main(cases):\n"
    "    score = sum(map(score_answer, cases)) / len(cases)\n    {}\n\nsys.exit(main([]))\n"
)


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("sys.exit(0 if score >= 0.8 else 1)", PASS),
        ("sys.exit(1 if score < 0.8 else 0)", PASS),
        ("return 0 if score >= THRESHOLD else 1", PASS),
        ("sys.exit(1 if error_rate > 0.2 else 0)", PASS),
        ("sys.exit(0 if score < 0.8 else 1)", FAIL),
        ("sys.exit(0 if score >= 0 else 1)", FAIL),
        ("sys.exit(0 if elapsed >= 0.8 else 1)", FAIL),
        ("assert score >= 0.8", PASS),
        (
            "try:\n        assert score >= 0.8\n    except AssertionError:\n        print(score)",
            FAIL,
        ),
        (
            "try:\n        assert score >= 0.8\n    except AssertionError:\n        sys.exit(1)",
            PASS,
        ),
        ("try:\n        assert score >= 0.8\n    finally:\n        print(score)", PASS),
    ],
)
def test_how_a_run_ends(end: str, outcome: Outcome) -> None:
    files = {**NEEDS, "planner/app.py": APP, "evals/run.py": SUITE.format(end)}
    assert pass_marks_numeric.ask({"repo": testing.repository({"files": files})}).outcome is outcome


def test_how_a_script_ends() -> None:
    text = (
        'import { ask } from "../src/ask";\nexport const scoreAnswer = async (q: string) =>\n'
        '  (await ask(q)) ? 1 : 0;\nconst score = await scoreAnswer("why?");\n'
        "process.exit(score >= 0.8 ? 0 : 1);\n"
    )
    ask = (
        'import OpenAI from "openai";\nexport const ask = (input: string) =>\n'
        '  new OpenAI().responses.create({ model: "gpt-4o", input });\n'
    )
    for row, outcome in ((text, PASS), (text.replace("0 : 1", "1 : 0"), FAIL)):
        files = {**NODE, "src/ask.ts": ask, "evals/answers.eval.ts": row}
        repo = testing.repository({"files": files})
        assert pass_marks_numeric.ask({"repo": repo}).outcome is outcome


@pytest.mark.parametrize(
    ("head", "mark", "outcome"),
    [
        ("", "", PASS),
        ("", "@pytest.mark.skip(reason='slow')\n", FAIL),
        ("", "@pytest.mark.skip\n@pytest.mark.parametrize('n', [1])\n", FAIL),
        ("", "@pytest.mark.skipif(WINDOWS, reason='slow')\n", PASS),
        ("pytestmark = pytest.mark.skip('slow')\n", "", FAIL),
        ("pytest.skip('slow', allow_module_level=True)\n", "", FAIL),
        ("@pytest.mark.skip\ndef test_other():\n    pass\n\n", "", PASS),
    ],
)
def test_a_suite_that_is_left_out(head: str, mark: str, outcome: Outcome) -> None:
    suite = (
        "import pytest\nfrom deepeval import assert_test\nfrom planner.app import answer\n"
        f"{head}\n{mark}def test_answers(case):\n    assert_test(answer(case), [])\n"
    )
    workflow = (
        "on: [push]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - run: pytest evals/\n"
    )
    files = {
        "requirements.txt": "openai==1.93.0\ndeepeval==3.0.0\n",
        "planner/app.py": APP,
        "evals/test_answers.py": suite,
        ".github/workflows/ci.yml": workflow,
    }
    assert evaluation_in_ci.ask({"repo": testing.repository({"files": files})}).outcome is outcome
