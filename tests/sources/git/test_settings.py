"""Which files declare how something is configured, whatever language or tool they are for."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

PYTHON = '[project]\nname = "app"\nversion = "1"\ndependencies = ["openai"]\n'
WRANGLER = '{"name": "agent", "ai": {"binding": "AI"}}'
NEST = "@Module({{ imports: [ConfigModule.forRoot({})] }})\nexport class AppModule {{}}\n"
WEIGHTS = '{"model_type": "chatglm", "architectures": ["ChatGLMModel"]}'


def _declaring(files: dict[str, str]) -> list[str]:
    found = {c.path: c for c in MemoryRepo({"pyproject.toml": PYTHON, **files}).components()}
    return [place.path for place in found["."].settings]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env.example", "OPENAI_API_KEY\nSLACK_TOKEN\n"),
        (".env.nodb", "OPENAI_API_KEY=\n"),
        (".envrc.sample", "export OPENAI_API_KEY=\n"),
        ("dotenv.sample", "OPENAI_API_KEY=\n"),
        ("env-example.txt", "OPENAI_API_KEY=\n"),
        ("sample_env", "OPENAI_API_KEY=\n"),
        ("set_env.sh.example", "export OPENAI_API_KEY=\n"),
        ("app/_config/main.toml", 'model = "gpt-4.1"\n'),
        ("conf/model/small.yaml", "name: gpt-4.1\n"),
        ("src/config/index.ts", "export default { model: process.env.MODEL };\n"),
        ("src/constants/index.ts", "export const MODEL = process.env.MODEL;\n"),
        ("app/config/__init__.py", "import os\nMODEL = os.getenv('MODEL')\n"),
        ("vercel.json", '{"env": {"MODEL": "gpt-4.1"}}'),
        (
            "main.go",
            'package main\n\nvar m = flag.String("m", "", "m")\nvar n = flag.Int("n", 1, "n")\n',
        ),
        ("env/backend.env", "OPENAI_API_KEY=\n"),
        ("application.example.yml", "model: gpt-4.1\n"),
        ("llm_config.example.yml", "model: gpt-4.1\n"),
        ("config-local-example.yaml", "model: gpt-4.1\n"),
        ("config-template.json", '{"model": ""}'),
        ("mcp-servers.json.example", '{"servers": {}}'),
        (".streamlit/secrets.toml.example", 'OPENAI_API_KEY = ""\n'),
        ("run_configs/default.json", '{"model": "gpt-4.1"}'),
        ("conf/agent.yaml", "model: gpt-4.1\n"),
        ("etc/chat-api.yaml", "Name: chat\n"),
        ("config.ini", "[model]\nname = gpt-4.1\n"),
        ("local.settings.json", '{"Values": {"MODEL": ""}}'),
        ("microprofile-config.properties", "model=gpt-4.1\n"),
        (
            "package.json",
            '{"contributes": {"configuration": {"title": "Planner", "properties": {}}}}\n',
        ),
        ("environment.prod.ts", "export const environment = {\n  api: '/api',\n};\n"),
        ("nuxt.config.ts", "export default { runtimeConfig: { apiBase: '' } };\n"),
        ("config.rs", 'fn key() -> String { std::env::var("OPENAI_API_KEY").unwrap() }\n'),
        ("runtime.exs", 'config :app, key: System.fetch_env!("OPENAI_API_KEY")\n'),
        ("api_config.dart", "const url = String.fromEnvironment('API_URL');\n"),
        ("application.conf", "model = ${?MODEL}\n"),
        ("Web.config", "<configuration><appSettings></appSettings></configuration>\n"),
        ("app.yaml", 'runtime: python312\nenv_variables:\n  MODEL: "gpt-4.1"\n'),
        ("wrangler.jsonc", WRANGLER),
        ("env_vars.py", "import os\nMODEL = os.getenv('MODEL')\n"),
        ("app.module.ts", NEST.format("{ validationSchema: Joi.object({ MODEL: Joi.string() }) }")),
        ("env.validation.ts", "export const check = Joi.object({\n  MODEL: Joi.string(),\n});\n"),
        (
            "env.validation.ts",
            "class Env {}\nexport const check = (c) => plainToInstance(Env, c);\n",
        ),
    ],
)
def test_a_file_that_declares(name: str, text: str) -> None:
    assert _declaring({name: text}) == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", WEIGHTS),
        ("tokenizer_config.json", '{"tokenizer_class": "ChatGLMTokenizer"}'),
        ("logging_config.py", "LOGGING = {'version': 1}\n"),
        ("gunicorn_config.py", "workers = 4\n"),
        (".env.test", "MODEL=stub\n"),
        (".streamlit/config.toml", '[theme]\nbase = "dark"\n'),
        ("env-notes.txt", "OPENAI_API_KEY=\n"),
        ("conf/images/small.png.json", "[]"),
        ("src/constants/index.ts", "export const MODEL = 'gpt-4.1';\n"),
        ("src/planner/index.ts", "export const MODEL = process.env.MODEL;\n"),
        ("vercel.json", '{"rewrites": []}'),
        ("main.go", 'package main\n\nvar m = flag.String("m", "", "m")\n'),
        ("data.sample.json", '{"question": ""}'),
        ("app.yaml", "runtime: python312\n"),
        ("wrangler.jsonc", '{"name": "agent"}'),
        ("environment.ts", "export class Environment {}\n"),
        ("app.module.ts", NEST.format("{ isGlobal: true }")),
        ("user.validation.ts", "export const check = Joi.object({ name: Joi.string() });\n"),
    ],
)
def test_a_file_that_is_called_alike(name: str, text: str) -> None:
    assert _declaring({name: text}) == []
