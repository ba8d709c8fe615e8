"""Code that cannot be read is UNKNOWN: nobody looked, so nothing is missing."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes import builtin

NEEDS = {"requirements.txt": "openai==1.93.0\nchromadb==1.0.15\ntrl==0.19.0\nragas==0.3.0\n"}
UNREADABLE = {
    "binary": b"import openai\0\x01\x02",
    "a pointer": "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
}
ASKED = [
    "models-ids-pinned",
    "models-hub-loads-pinned",
    "models-registry-versioned",
    "prompts-in-files",
    "rag-ingestion-in-repository",
    "rag-embedding-model-pinned",
    "rag-source-kept",
    "guardrails-on-by-default",
    "guardrails-output-scored",
    "guardrails-pass-marks-numeric",
    "guardrails-tested-adversarially",
    "fine-tuning-code-in-repository",
    "fine-tuning-runs-tracked",
]
LIMITS = {"inline_share": 0.05, "inline_characters": 200}


@pytest.mark.parametrize("source", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("name", ASKED)
def test_code_that_cannot_be_read_is_unknown(name: str, source: str | bytes) -> None:
    files = {**NEEDS, "app.py": source}
    given = testing.build({"component": {"files": files}, "repo": {"files": files}})
    answer = builtin()[name].ask({**given, "limits": LIMITS})
    assert answer.outcome is Outcome.UNKNOWN, answer.message


POM = (
    "<project><artifactId>x</artifactId><dependencies><dependency><groupId>dev.langchain4j"
    "</groupId><artifactId>langchain4j-open-ai</artifactId><version>1.0.0</version></dependency>"
    "</dependencies></project>"
)
CARGO = '[package]\nname = "x"\nversion = "1.0.0"\n\n[dependencies]\nrig-core = "0.20.0"\n'
FOREIGN = {
    "Kotlin": {"pom.xml": POM, "src/main/kotlin/App.kt": "class App\n"},
    "Scala": {"pom.xml": POM, "src/main/scala/App.scala": "class App\n"},
    "Rust": {"Cargo.toml": CARGO, "src/main.rs": "fn main() {}\n", "tool.py": "x = 1\n"},
}
JAVA = {
    f"src/main/java/{name}.java": f"import dev.langchain4j.model.openai.OpenAiChatModel;\n"
    f"class {name} {{}}\n"
    for name in ("One", "Two")
}


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("name", [*ASKED, "fine-tuning-data-versioned"])
def test_a_language_that_is_not_read_is_unknown(name: str, language: str) -> None:
    files = FOREIGN[language]
    given = testing.build({"component": {"files": files}, "repo": {"files": files}})
    answer = builtin()[name].ask({**given, "limits": LIMITS})
    assert answer.outcome is Outcome.UNKNOWN, answer.message
    assert language in answer.message


@pytest.mark.parametrize(
    "files",
    [
        {**FOREIGN["Kotlin"], **JAVA},
        {
            "requirements.txt": "openai\n",
            "a.py": "import openai\n",
            "ios/A.swift": "",
            "ios/B.swift": "",
        },
        {**FOREIGN["Kotlin"], "src/main/kotlin/App.kt": "", "src/test/kotlin/AppTest.kt": ""}
        | JAVA,
    ],
    ids=["mostly Java", "an app for telephones beside it", "tests in Kotlin"],
)
def test_a_little_of_such_code_hides_nothing(files: dict[str, str]) -> None:
    assert not testing.component({"files": files}).code.unread


def test_what_is_seen_stands() -> None:
    """An alias in what was read says it all; a template in a file says nothing of the rest."""
    told = {**FOREIGN["Kotlin"], "src/main/kotlin/B.kt": "class B\n"}
    told["src/main/java/One.java"] = (
        "import dev.langchain4j.model.openai.OpenAiChatModel;\nclass One {\n"
        '  Object m = OpenAiChatModel.builder().modelName("gpt-4o").build();\n}\n'
    )
    told["src/main/resources/prompts/system.txt"] = "You are an assistant. " * 20
    given = testing.build({"component": {"files": told}, "repo": {"files": told}})
    given = {**given, "limits": LIMITS}
    assert builtin()["models-ids-pinned"].ask(given).outcome is Outcome.FAIL
    assert builtin()["prompts-in-files"].ask(given).outcome is Outcome.UNKNOWN
