"""Functions, tries and catches of source files, as facts of their syntax trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentaudit.blocks import Block, Part
from agentaudit.evidence import Place
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.code.cache import DiskCache
from agentaudit.sources.git.code.outlines import Outlines
from agentaudit.sources.git.memory import FilesInMemory
from agentaudit.sources.git.reader import Reader


def _blocks(path: str, text: str) -> tuple[Block, ...]:
    return MemoryRepo({path: text}).blocks(Place("git:.", path))


JAVA = """
public class Planner {
  /* a { that opens nothing */
  public <T> Map<String, List<T>> plan(@NonNull String text) throws IOException, Failure {
    var shown = new String[] {"}", "{"};
    try (var client = open()) {
      return client.ask(text);
    } catch (final IOException | Failure e) {
      items.forEach(each -> { log.error("x", e); });
    }
  }
}
"""
SCRIPT = """
export const ask = safely(async ({ text, options }: { text: string; options?: { a: number } }) => {
  if (text) { return `{${text}}`; }
});
class Planner {
  @Post()
  async plan(text: string): Promise<{ steps: string[] }> {
    return call(text).then((said) => said.length).catch(next);
  }
}
"""
PYTHON = '''
@app.post("/ask")
async def ask(
    text,
    deep=False,
):
    """Says: try: nothing."""
    try:
        a()
    except (KeyError, b.Missing) as error:
        c(error)
    except Exception:
        d()
    else:
        e()
    with suppress(ValueError):
        f()
'''
PAGE = """@page "/ask"
<button @onclick="Ask">Ask {</button>
@code {
  [Parameter] public string Text { get; set; }
  async Task Ask() {
    try { await Run(Text); }
    catch (HttpRequestException ex) when (ex.Data != null) { said = ex.Message; }
  }
}
"""
FALLBACKS = """
class Asked {
  @Retry(name = "a", fallbackMethod = "later") String ask(String text) { return a(text); }
  @Retryable String again(String text) { return a(text); }
  String later(String text, Throwable t) { return "later"; }
  @Recover String given(Exception e, String text) { return "given"; }
  String other(Exception e) { return "other"; }
}
"""
ELSEWHERE = """
class Asked extends Answers {
  static final String FALLBACK = "later";
  @Retry(fallbackMethod = FALLBACK) String ask(String text) { return a(text); }
  @Retry(fallbackMethod = "inherited") String again(String text) { return a(text); }
  String later(String text, Throwable t) { return "later"; }
}
"""
FOUND = {
    "F.java": (
        FALLBACKS,
        [
            ("function", "ask", 3, 3, ()),
            ("try", "", 3, 3, ()),
            ("function", "again", 4, 4, ()),
            ("try", "", 4, 4, ()),
            ("function", "later", 5, 5, ()),
            ("catch", "t", 5, 5, ("Throwable",)),
            ("function", "given", 6, 6, ()),
            ("catch", "e", 6, 6, ("Exception",)),
            ("function", "other", 7, 7, ()),
        ],
    ),
    "E.java": (
        ELSEWHERE,
        [
            ("function", "ask", 4, 4, ()),
            ("try", "", 4, 4, ()),
            ("function", "again", 5, 5, ()),
            ("catch", "", 5, 5, ()),
            ("try", "", 5, 5, ()),
            ("function", "later", 6, 6, ()),
            ("catch", "t", 6, 6, ("Throwable",)),
        ],
    ),
    "P.java": (
        JAVA,
        [
            ("function", "plan", 4, 11, ()),
            ("try", "", 6, 8, ()),
            ("catch", "e", 8, 10, ("IOException", "Failure")),
            ("function", "", 9, 9, ()),
        ],
    ),
    "p.ts": (
        SCRIPT,
        [
            ("function", "ask", 2, 4, ()),
            ("function", "plan", 7, 9, ()),
            ("try", "", 8, 8, ()),
            ("function", "", 8, 8, ()),
            ("catch", "", 8, 8, ()),
        ],
    ),
    "p.py": (
        PYTHON,
        [
            ("function", "ask", 3, 17, ()),
            ("try", "", 8, 9, ()),
            ("catch", "error", 10, 11, ("KeyError", "b.Missing")),
            ("catch", "", 12, 13, ("Exception",)),
            ("catch", "", 16, 16, ("ValueError",)),
            ("try", "", 17, 17, ()),
        ],
    ),
    "p.razor": (
        PAGE,
        [
            ("function", "Ask", 5, 8, ()),
            ("try", "", 6, 6, ()),
            ("catch", "ex", 7, 7, ("HttpRequestException",)),
        ],
    ),
    "p.go": ("package p\n\nfunc Ask(a int) error {\n\treturn nil\n}\n", [("function", "Ask", 3, 5, ())]),
    "p.ipynb": ("def a(): pass", []),
    "p.txt": ("def a(): pass", []),
}  # fmt: skip


@pytest.mark.parametrize("path", FOUND)
def test_what_stands_in_a_file(path: str) -> None:
    text, expected = FOUND[path]
    read = _blocks(path, text)
    assert [(b.part.value, b.name, b.first, b.last, b.types) for b in read] == expected


def test_what_is_told_of_a_function() -> None:
    (ask, *_) = _blocks("p.py", PYTHON)
    assert (ask.parameters, ask.marks) == (("text", "deep"), ("app.post",))
    ask, plan, *_ = _blocks("p.ts", SCRIPT)
    assert (ask.parameters, ask.given, plan.marks) == (("text", "options"), "safely", ("Post",))


def test_what_a_catch_belongs_to() -> None:
    caught = [each for each in _blocks("p.ts", SCRIPT) if each.part is Part.CATCH]
    (promise,) = caught
    assert (promise.given, promise.body(SCRIPT)) == ("catch", "next")
    assert promise.tried is not None
    assert promise.tried.body(SCRIPT) == "call(text).then((said) => said.length)"


def test_a_future_catches_as_a_promise_does() -> None:
    text = "class P { void a() { run(() -> ask()).exceptionally(t -> { say(t); return null; }); } }"
    (caught,) = [each for each in _blocks("P.java", text) if each.part is Part.CATCH]
    assert (caught.name, caught.given) == ("t", "exceptionally")
    assert caught.tried is not None
    assert caught.tried.body(text) == "run(() -> ask())"


def test_offsets_are_of_characters() -> None:
    text = "# 🦜 è\ntry:\n    ask('ü')\nexcept Exception:\n    log('ß')\n"
    assert [each.body(text) for each in _blocks("p.py", text)] == ["ask('ü')", "log('ß')"]


def test_blocks_are_kept_between_runs(tmp_path: Path) -> None:
    def outlines() -> Outlines:
        return Outlines(Reader("git:.", FilesInMemory({"p.py": PYTHON}), DiskCache(tmp_path)))

    first = outlines()
    made = first.of("p.py")
    first.keep()
    kept = tmp_path / "code.sqlite"
    assert kept.exists()
    before = kept.read_bytes()
    second = outlines()
    assert second.of("p.py") == made
    second.keep()
    assert kept.read_bytes() == before


@pytest.mark.parametrize("text", ["(" * 5000, "try:\n" * 3000, "x" * 500_000, "def a(\x00): pass"])
def test_hostile_files_have_few_blocks_or_none(text: str) -> None:
    assert len(_blocks("p.py", text)) <= 2000


@pytest.mark.parametrize(("methods", "answers"), [(15, 15 * 15), (900, 0)])
def test_of_too_many_answers_none_is_told(methods: int, answers: int) -> None:
    row = "  @Retryable String a{0}() {{ return a(); }} @Recover String r{0}(Error e) {{ }}\n"
    text = "class A {\n" + "".join(map(row.format, range(methods))) + "}\n"
    assert sum(each.part is Part.CATCH for each in _blocks("A.java", text)) == answers
