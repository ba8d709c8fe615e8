from __future__ import annotations

from agentaudit.evidence import Evidence, Place
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.environment.above import listed
from agentaudit.probes.environment.in_code import declared
from agentaudit.probes.environment.reading import addressed, copied, proxied, undeclared, written
from agentaudit.probes.environment.scattered import scattered
from agentaudit.probes.environment.tabled import tabled
from agentaudit.source import Component, Repo

MANIFEST = {"requirements.txt": "openai==1.93.0\n"}

METRICS = {
    "Dockerfile": "FROM prom/prometheus:v3.4.0\nADD prometheus.yml /etc/prometheus/\n",
    "prometheus.yml": "scrape_configs: []\n",
}
SCRIPTED = {
    "requirements.txt": "fastapi==0.115.0\n",
    "app.py": "import os\nfrom fastapi import FastAPI\nprint(os.environ['MODEL'])\n",
    "scripts/start.sh": "export MODEL=$1\npython app.py\n",
}


def _files(name: str, text: str) -> dict[str, object]:
    return {"component": {"files": {**MANIFEST, name: text}}}


def _page(text: str) -> dict[str, object]:
    proxy = "server {\n  location /api {\n    proxy_pass http://api:8000;\n  }\n}\n"
    package = '{"name": "page", "dependencies": {"react": "19.0.0", "openai": "5.0.0"}}'
    files = {"package.json": package, "src/call.ts": text, "server.conf": proxy}
    return {"component": {"files": files}}


def _below(template: str) -> dict[str, object]:
    """A worker of two variables below an application with this template."""
    package = {"worker/package.json": '{"name": "worker"}', "worker/Dockerfile": "FROM node:22.4\n"}
    code = {"worker/index.js": "run(process.env.MODEL, process.env.PLACE);\n"}
    build = {"Dockerfile": "FROM python:3.12\nCOPY . .\n", ".env.example": template}
    files = {**MANIFEST, **package, **code, **build}
    return {"component": {"path": "worker", "files": files}, "repo": {"files": files}}


def _besides(text: str, read: str = "ABC", **more: str) -> dict[str, object]:
    """A module of settings, and code that reads three variables by itself."""
    module = {"src/config.ts": "export const model = process.env.MODEL;\n"}
    reads = "\n".join(f"use(process.env.{name}_KEY);" for name in read)
    files = {**MANIFEST, **module, "src/app.ts": f"{text}{reads}\n", **more}
    return {"component": {"files": files}, "repo": {"files": files}}


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
            _files("app.py", "import os\nMODEL = os.environ['OPENAI_MODEL']\n"),
            "the code alone knows what must be set",
        ),
        Example(
            Outcome.FAIL,
            _files("app.py", "from openai import OpenAI\nOpenAI()\n"),
            "nor is the key declared that the library asks for",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": "transformers==4.53.0\nfastapi==0.115.0\n",
                        "app.py": "from transformers import pipeline\npipeline('ner')\n",
                    }
                }
            },
            "a model of its own, and nothing that could be set",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": "llama-cpp-python==0.3.0\n",
                        "app.py": "import os\nfrom llama_cpp import Llama\n"
                        "Llama(os.environ['MODEL_PATH'])\n",
                        "Dockerfile": "FROM python:3.12\nENV MODEL_PATH=/model.gguf\nCOPY . .\n",
                    }
                }
            },
            "all that it reads is set in its image",
        ),
        Example(Outcome.PASS, _files(".env", "OPENAI_MODEL=gpt-4.1\n"), "committed as it is"),
        Example(
            Outcome.PASS,
            _files(".github/bicep/main.bicep", "param model string = 'gpt-4.1'\n"),
            "infrastructure, wherever it lies",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": "posthog==3.7.0\n",
                        "app.py": "import os\nfrom posthog import Posthog\n"
                        "Posthog(os.getenv('POSTHOG_KEY'))\n",
                        "Dockerfile": "FROM python:3.12\nCOPY . .\n"
                        "RUN --mount=type=secret,id=POSTHOG_KEY cat /run/secrets/POSTHOG_KEY\n",
                    }
                }
            },
            "a secret that the build must be handed",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "Dockerfile": "FROM ghcr.io/ggml-org/llama.cpp:server-b4719\n"
                        "COPY model.gguf /model.gguf\nENV LLAMA_ARG_MODEL=/model.gguf\n"
                    }
                }
            },
            "an image without code of its own",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": METRICS}, "repo": {"files": METRICS}},
            "nor one that is given a file of settings",
        ),
        Example(
            Outcome.PASS,
            _files("src/settings.ts", "export const DEFAULT_SETTINGS: Settings = { model: '' };\n"),
            "typed, with defaults",
        ),
        Example(
            Outcome.PASS,
            _page("export const call = () => fetch('/api/ask');\n"),
            "the web server before a page",
        ),
        Example(
            Outcome.PASS,
            _page("show('use http://localhost:5188');\nexport const call = () => fetch('/api');\n"),
            "whatever it tells people to use",
        ),
        Example(
            Outcome.FAIL,
            _page("const key = import.meta.env.VITE_MAP_KEY;\n"),
            "the page asks for more",
        ),
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
            Outcome.FAIL,
            _files("src/api.js", "export const call = () => fetch('http://localhost:8000/ask');\n"),
            "the address of a service, fixed in the code",
        ),
        Example(
            Outcome.PASS,
            _files("worker-configuration.d.ts", "interface Env {\n  OPENAI_API_KEY: string;\n}\n"),
            "types of what a platform sets",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": SCRIPTED}, "repo": {"files": SCRIPTED}},
            "the script that starts it sets what it reads",
        ),
        Example(
            Outcome.PASS,
            _files("src/config.ts", "export const model = process.env.MODEL ?? 'gpt-4.1';\n"),
            "one place that reads the environment",
        ),
        Example(
            Outcome.FAIL,
            _besides("const keys = ['A_KEY', 'B_KEY', 'C_KEY'];\n"),
            "which does not know what the rest of the code reads",
        ),
        Example(
            Outcome.PASS,
            _besides(
                "", **{"src/config.ts": 'import { z } from "zod";\nz.object({ A: z.any() });\n'}
            ),
            "a schema",
        ),
        Example(
            Outcome.PASS,
            _besides(
                "show('process.env.D_KEY', 'process.env.E_KEY', 'process.env.F_KEY');\n", read=""
            ),
            "text that only shows how others read theirs",
        ),
        Example(
            Outcome.PASS,
            _besides("", **{"deploy/values.yaml": "env: {A_KEY: '', B_KEY: '', C_KEY: ''}\n"}),
            "the deployment lists what it does not know",
        ),
        Example(
            Outcome.PASS,
            _files(
                "planner/setting.py",
                "from pydantic import BaseModel\n\n"
                "class PlannerSettings(BaseModel):\n    model: str = 'gpt-4.1'\n",
            ),
            "a model of pydantic with defaults",
        ),
        Example(
            Outcome.PASS,
            _files(
                "src/main/java/AgentProperties.java",
                '@ConfigurationProperties("agent")\nrecord AgentProperties(String model) {}\n',
            ),
        ),
        Example(Outcome.PASS, _below("MODEL=\n# PLACE=\n"), "the template above lists all of it"),
        Example(Outcome.FAIL, _below("MODEL=\n"), "or a part of it"),
        Example(
            Outcome.PASS,
            _files("AgentOptions.cs", "class AgentOptions { public string Model { get; set; } }\n"),
        ),
    ],
)
def configuration_declared(repo: Repo, component: Component) -> Answer:
    """Is its runtime configuration declared in the repository?

    What is set by hand in a running system is known to one person until that person leaves. A
    committed list of settings is where a new colleague starts, and what a replay is started with.
    """
    if component.settings and (beside := scattered(repo, component)) is not None:
        asked, shown = beside[0], beside[1].evidence()
        message = f"{len(asked)} variables that its code reads stand in no list of settings"
        return _failed(component, f"{message}: {', '.join(asked[:3])}", shown, "partial")
    if component.settings and (address := written(repo, component)) is not None:
        return _failed(component, _FIXED, address.evidence(), "in_code")
    if places := component.settings[:3]:
        names = ", ".join(place.path for place in places)
        return passed(f"declared in {names}", *(place.evidence() for place in places))
    return _unset(repo, component)


_FIXED = "an address or port is written in its code, where nobody can set it"
_NOWHERE = (
    "no file declares its configuration (searched: settings classes and structures, "
    ".env.example, values files, compose and deployment manifests)"
)


def _unset(repo: Repo, component: Component) -> Answer:
    """The answer where no file declares settings."""
    reads = undeclared(repo, component)
    server = proxied(repo, component)
    if reads is not None and not reads and server is None:
        if (address := addressed(repo, component)) is not None:
            return _failed(component, _FIXED, address.evidence(), "in_code")
        message = "its code reads no setting but what a platform gives or a deployment declares"
        return passed(message, *(place.evidence() for place in component.built_by[:3]))
    for kind in (listed, tabled, declared):
        if (file := kind(repo, component, reads or ())) is not None:
            return passed(f"what it reads is declared in {file.path}", file.evidence())
    if server is not None:
        return passed("declared in the configuration of its web server", server.evidence())
    if image := _of_image(component):
        return passed("nothing but an image, which sets its environment", image.evidence())
    if (file := copied(repo, component)) is not None:
        return passed("nothing but an image, which is given its configuration", file.evidence())
    return _failed(component, _NOWHERE, component.evidence(), "missing")


def _failed(component: Component, message: str, shown: Evidence, reason: str) -> Answer:
    return failed(message, shown, fact="configuration", place=component.id, reason=reason)


def _of_image(component: Component) -> Place | None:
    """Where the image of what has no code of its own sets the environment of what it runs."""
    if component.code.read or component.manifests or not component.build_files:
        return None
    files = {file.place.path for file in component.build_files}
    return next((s.place for s in component.code.settings if s.place.path in files), None)
