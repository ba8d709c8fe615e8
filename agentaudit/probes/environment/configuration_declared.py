from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.source import Component

MANIFEST = {"requirements.txt": "openai==1.93.0\n"}


def _files(name: str, text: str) -> dict[str, object]:
    return {"component": {"files": {**MANIFEST, name: text}}}


@probe(
    "environment-configuration-declared",
    fix="Commit what can be set, without the secrets: a `.env.example` with every variable, or a "
    "settings class: `class Settings(BaseSettings): model_name: str`.",
    examples=[
        Example(
            Outcome.PASS,
            {"component": {"files": {**MANIFEST, ".env.example": "OPENAI_MODEL=\n"}}},
        ),
        Example(Outcome.FAIL, {"component": {"files": MANIFEST}}),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**MANIFEST, ".env.example": "\n"}}},
            "an empty file declares nothing",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**MANIFEST, "config.yaml": "# model: later\n"}}},
            "nor does a comment",
        ),
        Example(Outcome.FAIL, {"component": {"files": {**MANIFEST, "main.tf": ""}}}),
        Example(
            Outcome.PASS,
            _files(
                "config/config.go", 'package config\ntype C struct {\n\tM string `json:"m"`\n}\n'
            ),
            "a structure in Go",
        ),
        Example(Outcome.FAIL, _files("config/config.go", "package config\n"), "an empty package"),
        Example(
            Outcome.PASS,
            _files("src/config.ts", "export const model = process.env.MODEL ?? 'gpt-4.1';\n"),
            "one place that reads the environment",
        ),
        Example(
            Outcome.PASS,
            _files(
                "src/main/java/AgentProperties.java",
                '@ConfigurationProperties("agent")\nrecord AgentProperties(String model) {}\n',
            ),
        ),
        Example(
            Outcome.PASS,
            _files("AgentOptions.cs", "class AgentOptions { public string Model { get; set; } }\n"),
        ),
    ],
)
def configuration_declared(component: Component) -> Answer:
    """Is its runtime configuration declared in the repository?

    What is set by hand in a running system is known to one person until that person leaves. A
    committed list of settings is where a new colleague starts, and what a replay is started with.
    """
    if component.settings:
        names = ", ".join(place.path for place in component.settings[:3])
        return passed(
            f"declared in {names}", *(place.evidence() for place in component.settings[:3])
        )
    return failed(
        "no file declares its configuration (searched: settings classes and structures, "
        ".env.example, values files, compose and deployment manifests)",
        component.evidence(),
        fact="configuration",
        place=component.id,
    )
