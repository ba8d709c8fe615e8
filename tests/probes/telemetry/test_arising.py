"""Where exceptions of models' calls arise, and how they are passed on."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.ends import Fates
from agentaudit.probes.telemetry.errors import kept
from agentaudit.probes.telemetry.fates import followed

MANIFESTS = {
    "requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n",
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "express": "5.0.0"}}',
}
LOST = "    except Exception as error:\n        return {'error': str(error)}\n"
ASKED = "OpenAI().responses.create(model='gpt-4.1', input=text)"
STREAM = (
    "import asyncio\nfrom fastapi import FastAPI\nfrom fastapi.responses import StreamingResponse\n"
    "from openai import OpenAI\napp = FastAPI()\n\nasync def pieces(text):\n"
    f"    for piece in {ASKED}:\n        yield piece\n\n"
    "@app.post('/ask')\nasync def ask(text: str):\n    try:\n        %s\n" + LOST
)


def _followed(files: dict[str, str]) -> Fates:
    files = {**MANIFESTS, **files}
    component = testing.component({"files": files})
    return followed(testing.repository({"files": files}), component, list(kept(component.code)))


def _ends(found: Fates) -> list[str]:
    return [name for name in ("kept", "lost", "leaving") if getattr(found, name)]


@pytest.mark.parametrize(
    ("does", "ends"),
    [
        ("return StreamingResponse(pieces(text))", ["leaving"]),
        ("said = pieces(text)\n        return StreamingResponse(said)", ["leaving"]),
        ("said = pieces(text)\n        async for each in said:\n            send(each)", ["lost"]),
        ("async for each in pieces(text):\n            send(each)", ["lost"]),
    ],
)
def test_a_generator_raises_where_it_is_asked_for_more(does: str, ends: list[str]) -> None:
    assert _ends(_followed({"app.py": STREAM % does})) == ends


@pytest.mark.parametrize(
    ("does", "ends"),
    [
        ("asyncio.create_task(answer(text))", ["leaving"]),
        ("tasks.add_task(answer, text)", ["leaving"]),
        ("Thread(target=answer).start()", ["leaving"]),
        ("client = Remote(answer)", ["leaving"]),
        ("client = Remote(answer(text))", ["lost"]),
        ("send(answer)", ["lost"]),
        ("await answer(text)", ["lost"]),
    ],
)
def test_what_runs_beside_is_not_caught_by_who_starts_it(does: str, ends: list[str]) -> None:
    app = STREAM.replace("async def pieces(text):", "async def answer(text):")
    app = app.replace("yield piece", "send(piece)")
    assert _ends(_followed({"app.py": app % does})) == ends


TRIED = (
    "import openai\nfrom openai import OpenAI\n\ndef ask(text):\n    last = None\n"
    f"    for _ in range(3):\n        try:\n            return {ASKED}\n"
    "        {}\n    {}\n"
)


@pytest.mark.parametrize(
    ("catches", "ends", "then"),
    [
        ("except Exception as e:\n            last = e", "raise last", ["leaving"]),
        ("except Exception as e:\n            last = e", "raise Failed() from last", ["leaving"]),
        ("except Exception as e:\n            last = e", "return str(last)", ["lost"]),
        ("except openai.OpenAIError as e:\n            return str(e)", "return ''", ["lost"]),
        ("except openai.APIError:\n            sleep(1)", "raise Failed()", ["leaving"]),
        ("except ValueError as e:\n            return str(e)", "return ''", ["leaving"]),
        ("except Exception as e:\n            done.set_exception(e)", "return", ["leaving"]),
    ],
)
def test_how_an_exception_is_passed_on(catches: str, ends: str, then: list[str]) -> None:
    assert _ends(_followed({"app.py": TRIED.format(catches, ends)})) == then


NODE = (
    'import OpenAI from "openai";\nimport {{ note }} from "./notes";\n'
    "export async function ask(text: string) {{\n  {}\n}}\n"
)
CALL = "new OpenAI().responses.create({ model: 'gpt-4.1', input: text })"


@pytest.mark.parametrize(
    ("does", "ends"),
    [
        (f"return {CALL}.catch((e) => {{ global.console.log(e); }});", ["kept"]),
        (f"return {CALL}.catch(console.error);", ["kept"]),
        (f"return {CALL}.catch(note);", ["kept"]),
        (f"return {CALL}.catch(() => null);", ["lost"]),
        (f"return {CALL}.then(send, (e) => send(e.message));", ["lost"]),
        (f"return {CALL}.catch((e) => {{ throw e; }});", ["leaving"]),
        (f"try {{ return await {CALL}; }} catch (e) {{ note('ask', e); }}", ["kept"]),
        (f"try {{ return await {CALL}; }} catch (e) {{ note('ask', e.message); }}", ["lost"]),
    ],
)
def test_who_is_given_the_error_itself(does: str, ends: list[str]) -> None:
    notes = "export function note(text: string, e?: Error) { write(text, e.stack); }\n"
    assert _ends(_followed({"app.ts": NODE.format(does), "notes.ts": notes})) == ends


def test_neither_tools_nor_clients_are_models() -> None:
    app = (
        "from openai import OpenAI\n\ndef ask(text):\n    try:\n        client = OpenAI()\n"
        "        found = tool.invoke(text)\n    except Exception as e:\n        found = str(e)\n"
        f"    return {ASKED}\n"
    )
    found = _followed({"app.py": app})
    assert (_ends(found), found.asked, found.failing) == (["leaving"], 1, 0)


def test_how_many_questions_fail_unheard() -> None:
    quiet = f"def guess(text):\n    try:\n        return {ASKED}\n" + LOST
    loud = f"def ask(text):\n    return {ASKED}\n"
    found = _followed({"app.py": f"from openai import OpenAI\n\n{loud}\n{quiet}"})
    assert (found.asked, found.failing, found.is_lost) == (2, 1, True)


def test_an_agent_is_told_what_its_tools_raise() -> None:
    tool = f"@function_tool\ndef search(text):\n    return {ASKED}\n"
    quiet = f"def guess(text):\n    try:\n        return {ASKED}\n" + LOST
    found = _followed({"app.py": f"from openai import OpenAI\n\n{tool}\n{quiet}"})
    assert (_ends(found), found.is_lost) == (["lost"], True)


@pytest.mark.parametrize(("quiet", "passes"), [(1, True), (2, False)])
def test_one_of_many_questions_may_fail_unheard(quiet: int, passes: bool) -> None:
    lost = f"def guess_N(text):\n    try:\n        return {ASKED}\n" + LOST
    loud = f"def ask_N(text):\n    return {ASKED}\n"
    functions = [lost.replace("N", str(n)) for n in range(quiet)]
    functions += [loud.replace("N", str(n)) for n in range(7)]
    found = _followed({"app.py": "from openai import OpenAI\n\n" + "\n".join(functions)})
    assert found.passes_on(lacking=0) is passes
    assert not found.passes_on(lacking=20)
    assert not found.fails_often
