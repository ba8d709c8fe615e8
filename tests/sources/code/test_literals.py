"""Texts in the code: where each stands, and which of them are prompts."""

from __future__ import annotations

import pytest

from agentaudit.code import PromptKind, Role, Syntax
from tests.sources.code.conftest import Understand

PYTHON = {
    'f(model="gpt-4o")': (Syntax.KEYWORD, "model", "f"),
    'f("gpt-4o")': (Syntax.POSITIONAL, "", "f"),
    '{"model": "gpt-4o"}': (Syntax.PAIR, "model", ""),
    'f({"model": "gpt-4o"})': (Syntax.PAIR, "model", "f"),
    'f(config={"a": {"model": "gpt-4o"}})': (Syntax.PAIR, "model", "f"),
    'M = "gpt-4o"': (Syntax.ASSIGNMENT, "M", ""),
    'M: str = "gpt-4o"': (Syntax.ASSIGNMENT, "M", ""),
    'self.model = "gpt-4o"': (Syntax.ASSIGNMENT, "model", ""),
    'M = a or "gpt-4o"': (Syntax.ASSIGNMENT, "M", ""),
    'M = "gpt-4o" if a else b': (Syntax.ASSIGNMENT, "M", ""),
    'M = {"a": ["gpt-4o"]}': (Syntax.ELEMENT, "a", ""),
    'MODELS = ["gpt-4o"]': (Syntax.ELEMENT, "MODELS", ""),
    'if model == "gpt-4o": pass': (Syntax.COMPARISON, "model", ""),
    'if "gpt-4o" in model: pass': (Syntax.COMPARISON, "", ""),
    'def f(model="gpt-4o"): pass': (Syntax.DEFAULT, "model", ""),
    'def f(model: str = "gpt-4o"): pass': (Syntax.DEFAULT, "model", ""),
    'class S:\n    model: str = Field("gpt-4o", description="x")': (Syntax.DEFAULT, "model", ""),
    'class S:\n    model: str = Field(default="gpt-4o")': (Syntax.DEFAULT, "model", ""),
    'M = os.getenv("MODEL", "gpt-4o")': (Syntax.DEFAULT, "MODEL", "os.getenv"),
    'def f():\n    return "gpt-4o"': (Syntax.RETURNED, "", ""),
    'match m:\n    case "gpt-4o": pass': (Syntax.COMPARISON, "", ""),
    'f(f"gpt-4o")': (Syntax.POSITIONAL, "", "f"),
}


@pytest.mark.parametrize("text", PYTHON)
def test_python(text: str, understand: Understand) -> None:
    (found,) = understand({"a.py": text + "\n"}).code.literals
    assert (found.syntax, found.name, found.callee) == PYTHON[text]
    assert found.text == "gpt-4o"


SCRIPT = {
    'f({ model: "gpt-4o" })': (Syntax.KEYWORD, "model", "f"),
    'f({ a: { model: "gpt-4o" } })': (Syntax.KEYWORD, "model", "f"),
    'new F("gpt-4o")': (Syntax.POSITIONAL, "", "F"),
    'const m = "gpt-4o"': (Syntax.ASSIGNMENT, "m", ""),
    "const m = `gpt-4o`": (Syntax.ASSIGNMENT, "m", ""),
    'const m = process.env.M ?? "gpt-4o"': (Syntax.ASSIGNMENT, "m", ""),
    'const m = { a: "gpt-4o" } as const': (Syntax.PAIR, "a", ""),
    'type M = "gpt-4o" | "x"': (Syntax.COMPARISON, "", ""),
    'switch (m) { case "gpt-4o": break }': (Syntax.COMPARISON, "", ""),
    'if (m === "gpt-4o") {}': (Syntax.COMPARISON, "m", ""),
    'function f(m = "gpt-4o") {}': (Syntax.DEFAULT, "m", ""),
    'function f({ m = "gpt-4o" }) {}': (Syntax.DEFAULT, "m", ""),
    'const f = () => "gpt-4o"': (Syntax.RETURNED, "f", ""),
    'const l = ["gpt-4o"]': (Syntax.ELEMENT, "l", ""),
    'const e = <P model="gpt-4o" />': (Syntax.KEYWORD, "model", ""),
}


@pytest.mark.parametrize("text", SCRIPT)
def test_script(text: str, understand: Understand) -> None:
    (found,) = understand({"a.tsx": text + ";\n"}).code.literals
    assert (found.syntax, found.name, found.callee) == SCRIPT[text]


OTHERS = {
    ("a.go", 'package a\nconst M = "gpt-4o"\n'): (Syntax.ASSIGNMENT, "M", ""),
    ("a.go", 'package a\nfunc f() { x := R{Model: "gpt-4o"} }\n'): (Syntax.KEYWORD, "Model", "R"),
    ("a.go", 'package a\nfunc f() { if m == "gpt-4o" {} }\n'): (Syntax.COMPARISON, "m", ""),
    ("A.java", 'class A { static final String M = "gpt-4o"; }'): (Syntax.ASSIGNMENT, "M", ""),
    ("A.java", 'class A { void f() { b.modelName("gpt-4o"); } }'): (
        Syntax.POSITIONAL,
        "",
        "b.modelName",
    ),
    ("A.java", 'class A { @Value("gpt-4o") String m; }'): (Syntax.POSITIONAL, "", "Value"),
    ("A.cs", 'class A { const string M = "gpt-4o"; }'): (Syntax.ASSIGNMENT, "M", ""),
    ("A.cs", 'class A { void F() { new C(model: "gpt-4o"); } }'): (Syntax.KEYWORD, "model", "C"),
    ("A.cs", 'class A { void F() { k.Add("gpt-4o"); } }'): (Syntax.POSITIONAL, "", "k.Add"),
    ("A.cs", 'class A { public string M { get; set; } = "gpt-4o"; }'): (
        Syntax.ASSIGNMENT,
        "M",
        "",
    ),
}


@pytest.mark.parametrize("given", OTHERS)
def test_other_languages(given: tuple[str, str], understand: Understand) -> None:
    path, text = given
    (found,) = understand({path: text}).code.literals
    assert (found.syntax, found.name, found.callee) == OTHERS[given]


def test_settings_hold_identifiers_too(understand: Understand) -> None:
    files = {"config.yaml": "llm:\n  model: gpt-4o-mini\n", "a.py": "import openai\n"}
    (found,) = understand(files).code.literals
    assert (found.syntax, found.name, found.place.line) == (Syntax.SETTING, "model", 2)


def test_docstrings_and_comments_are_no_texts(understand: Understand) -> None:
    text = '"""gpt-4o is a model. You are a helpful assistant that does all of this and more."""\n'
    text += "# model='gpt-4o'\ndef f():\n    'gpt-4o'\n"
    assert not understand({"a.py": "import openai\n" + text}).code.literals


def test_sentences_that_are_too_short_for_a_prompt_are_not_kept(understand: Understand) -> None:
    short = "Tell me which of these invoices were paid twice this year."
    text = f'import openai\nprompt = "{short}"\nSYSTEM = "{PROSE}"\n'
    (found,) = understand({"a.py": text}).code.literals
    assert (found.name, found.length) == ("SYSTEM", len(PROSE))


PROSE = (
    "You are a careful assistant for invoices. Read the question, look the answer up in the given "
    "pages and answer in the language of the question. Name the page. Never guess; say when you "
    "do not know."
)
SORTS = "Classify the following message as one of: order, refund. "


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.py", f'SYSTEM_PROMPT = """{PROSE}"""\n', "SYSTEM_PROMPT"),
        ("a.py", f'SYSTEM_PROMPT = ("{PROSE[:90]}"\n  "{PROSE[90:]}")\n', "SYSTEM_PROMPT"),
        ("a.py", f'x = textwrap.dedent("""{PROSE}""").strip()\n', "x"),
        ("a.py", f'Agent(instructions="{PROSE}")\n', "instructions"),
        ("a.py", f'm = [{{"role": "system", "content": f"{PROSE} {{x}}"}}]\n', "content"),
        ("a.ts", f"const system = `{PROSE} ${{x}}`;\n", "system"),
        ("a.go", f"package a\nconst prompt = `{PROSE}`\n", "prompt"),
        ("A.java", f'interface A {{ @SystemMessage("""\n{PROSE}""") String f(); }}\n', "A.f"),
        ("A.cs", f'class A {{ const string Instructions = """\n{PROSE}\n"""; }}\n', "Instructions"),
        ("A.cs", f'class A {{ const string Sorting = """\n{SORTS}{PROSE}\n"""; }}\n', "Sorting"),
    ],
)
def test_prompts_in_the_code(path: str, text: str, name: str, understand: Understand) -> None:
    (found,) = understand({path: text}).code.prompts
    assert found.kind is PromptKind.INLINE
    assert found.name == name
    assert found.length >= len(PROSE)


@pytest.mark.parametrize(
    "text",
    [
        'QUERY = """SELECT a, b, c, d, e, f FROM t WHERE x = 1 AND y = 2 AND z = 3 AND '
        'a = 4 AND b = 5 AND c = 6 AND d = 7 AND e = 8 AND f = 9 ORDER BY a, b, c, d, e, f"""\n',
        f'log.info("{PROSE[40:]}")\n',
        f'NOTICE = "How they classify the following is up to them. {PROSE[40:]}"\n',
        f'parser.add_argument("-x", help="{PROSE[40:]}")\n',
    ],
)
def test_long_texts_that_are_no_prompts(text: str, understand: Understand) -> None:
    assert not understand({"a.py": "import openai\n" + text}).code.prompts


def test_prompt_files_and_who_reads_them(understand: Understand) -> None:
    files = {
        "app/prompts/answer.md": PROSE,
        "app/prompts/unused.md": PROSE,
        "app/main.py": 'import openai\nP = open("prompts/answer.md").read()\n',
        "docs/prompts/a.md": PROSE,
        "app/system_packages.txt": "ffmpeg\nlibsndfile1\n",
        "app/prompts/requirements-gpu.txt": "torch==2.7.1\n",
    }
    found = {p.name: p for p in understand(files).code.prompts}
    assert set(found) == {"app/prompts/answer.md", "app/prompts/unused.md"}
    used = found["app/prompts/answer.md"].used
    assert used is not None
    assert (used.path, used.line) == ("app/main.py", 2)
    assert found["app/prompts/unused.md"].used is None


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ('from langchain import hub\nhub.pull("a/b")\n', "a/b", ""),
        ('from langchain import hub\nhub.pull("a/b:1234abcd")\n', "a/b:1234abcd", "1234abcd"),
        (
            'from langfuse import get_client\nget_client().get_prompt("a", label="production")\n',
            "a",
            "production",
        ),
        ('import mlflow\nmlflow.genai.load_prompt("prompts:/a/3")\n', "prompts:/a/3", "3"),
        ('from langsmith import Client\nClient().pull_prompt("a")\n', "a", ""),
    ],
)
def test_prompts_from_a_registry(
    text: str, name: str, version: str, understand: Understand
) -> None:
    (found,) = understand({"a.py": text}).code.prompts
    assert (found.kind, found.name, found.version) == (PromptKind.REGISTRY, name, version)


def test_roles_of_files(understand: Understand) -> None:
    paths = {
        "app/a.py": Role.APP,
        "evals/a.py": Role.EVAL,
        "backend/evaluate/judges.py": Role.EVAL,
        "tests/evals/test_a.py": Role.EVAL,
        "tests/test_a.py": Role.TEST,
        "examples/a.py": Role.EXAMPLE,
        "infra/a.py": Role.INFRA,
        "run_evals.py": Role.EVAL,
        "docs/a.py": Role.DOCS,
    }
    text = "import deepeval\ndeepeval.evaluate()\n"
    code = understand(dict.fromkeys([*paths, "vendor/a.py", "node_modules/x/a.py"], text)).code
    assert {row.place.path: row.role for row in code.imports} == paths
