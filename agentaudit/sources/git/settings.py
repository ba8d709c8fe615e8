"""Files that declare how a component is configured when it runs."""

from __future__ import annotations

import re

from agentaudit.expressions import regex
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.schemas import schemas
from agentaudit.sources.git.text import lines

_NAMES = regex(
    r"\.env(?:rc)?(?:\.[\w-]{1,40})?[._-](?:example|sample|template|dist|defaults?)"
    r"|(?:(?:example|sample|template)?\.?|dot)env(?:rc)?[._-](?:example|sample|template|dist|te?mpl|tpl|defaults?)(?:\.(?:txt|sh))?"
    r"|\.?(?:example|sample|template)[._-](?:dot)?env(?:rc)?(?:\.txt)?"
    r"|\.env(?:\.(?!test|ci\b|keys|vault)[\w-]{1,30}){0,2}|\.env\.(?:example|sample|template)\.\w{1,10}"
    r"|(?!test)[\w-]{1,40}\.env|\.envrc(?:[._-](?:example|sample|template|dist))?|env\.(?:ya?ml|list)|\.flaskenv"
    r"|(?:(?:[\w-]{1,60}[._-])?settings|settings[._-][\w-]{1,60})\.py"
    r"|(?:(?:[\w-]{1,60}[._-])?config|config[._-][\w-]{1,60})\.(?:py|ya?ml|toml|json)"
    r"|config\.(?:ya?ml|toml|json)[._-](?:example|sample|template|dist)"
    r"|[\w.-]{0,40}(?:config|configuration|settings|secrets|credentials)[\w-]{0,20}[._-](?:example|sample|template|dist)"
    r"\.(?:ya?ml|toml|json|ini|properties)"
    r"|[\w.-]{1,60}\.(?:example|sample|dist)\.(?:ya?ml|toml|ini|properties)"
    r"|[\w.-]{1,60}\.(?:ya?ml|toml|json|ini|properties)[._-](?:example|sample|dist|template)"
    r"|settings(?:[._-][\w-]{1,60})?\.(?:ya?ml|toml|json)"
    r"|local\.settings\.json|(?:config|settings|secrets|app|application)\.(?:ini|cfg|conf|properties)"
    r"|(?:bootstrap|microprofile-config)(?:-[\w-]{1,60})?\.(?:ya?ml|properties)"
    r"|appsettings(?:\.[\w-]{1,60})?\.json|application(?:-[\w-]{1,60})?\.(?:ya?ml|properties)"
    r"|[\w-]{0,40}env(?:ironment)?[\w-]{0,40}[._-](?:example|sample|template)\.(?:sh|bash|zsh|ps1)"
    r"|[\w-]{0,40}env(?:ironment)?[\w-]{0,40}\.(?:sh|bash|zsh|ps1)[._-](?:example|sample|template|dist)"
    r"|\.dev\.vars(?:\.[\w-]{1,40})?|wrangler(?:\.[\w-]{1,40})?\.(?:toml|jsonc?)\.(?:example|sample)"
    r"|tauri(?:\.[\w-]{1,40})?\.conf\.json|[\w.-]{1,80}\.(?:tf|tfvars|bicep|bicepparam)",
    re.IGNORECASE,
)
_TOOLS = regex(
    r"(?:jest|babel|webpack|vite|vitest|rollup|eslint|prettier|tailwind|postcss|next|nuxt|svelte|ts"
    r"|js|playwright|cypress|karma|metro|tsup|commitlint|lint-staged|pre-commit|mkdocs|renovate"
    r"|docker|sphinx|coverage|release(?:-please)?|typedoc|knip|biome|codecov|turbo)[._-]?config\b.*"
    r"|(?:log|logs|logger|logging|gunicorn|uvicorn|alembic)[._-]config\b.*"
    r"|\.pre-commit-config\.ya?ml|tsconfig.*|jsconfig.*|components\.json",
    re.IGNORECASE,
)
_ASIDE = regex(r"/\*.*?(?:\*/|\Z)|\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)", re.DOTALL)
"""Comments of several lines, and the texts that Python has instead."""
_NAMED = regex(
    r"[\s{,-]*(?:export\s+)?[\"']?[A-Za-z_$][\w.$-]{0,200}[\"']?\s*(?:\[[^\]]{0,200}\]\s*)?[:=]"
    r"|\s*(?:class|resource|variable|param|module|output|provider|locals|data|var|terraform)\s"
)
"""A line that gives a setting its name."""
_COMMENTED = regex(r"#\s?[A-Z][A-Z0-9_]{2,100}=")
"""The same in a template of an environment, which lists what may be left out as a comment."""
_DIRECTORY = regex(
    r"(?:.*/)?(?:_?(?:config|configs|settings)/[^/]{1,100}\.(?:py|ya?ml|toml|json|ini|php)"
    r"|(?:(?:run|app|model|agent|llm|user|default|train|training)[_-]configs?|_?conf|_?cfg|configurations?|etc)/[^/]{1,100}\.(?:ya?ml|toml|json|ini)"
    r"|(?:config|configs|conf)/[\w-]{1,40}/[^/]{1,100}\.(?:ya?ml|toml|ini)"
    r"|envs?/[\w.-]{1,60}\.env)"
)
_BARE = regex(r"[A-Z][A-Z0-9_]{2,100}\s*")
"""A line of a template of an environment that names a variable and gives it nothing."""
_WEIGHTS = regex(
    r"\"(?:model_type|architectures|tokenizer_class|feature_extractor_type|image_processor_type"
    r"|_diffusers_version|transformers_version)\"\s*:"
)
"""What the files say that lie beside the weights of a model."""


def find(reader: Reader) -> list[str]:
    """Paths of every such file; looked for once, whoever asks."""
    if reader.settings is None:
        reader.settings = _found(reader)
    return list(reader.settings)


def _found(reader: Reader) -> list[str]:
    named = set(reader.named(lambda name: _NAMES.fullmatch(name) and not _TOOLS.fullmatch(name)))
    named |= {path for path in reader.app if _DIRECTORY.fullmatch(path)}
    return sorted(path for path in named if _is_setting(reader, path) and declares(reader, path))


def declaring(reader: Reader) -> list[str]:
    """The same, and source files that declare what can be set."""
    return [*find(reader), *schemas(reader)]


def declares(reader: Reader, path: str) -> bool:
    """Whether the file names at least one setting, besides comments."""
    text = _ASIDE.sub("", reader.text(path) or "")
    if path.endswith("config.json") and _WEIGHTS.search(text[:20_000]):
        return False
    commented = "env" in path.rpartition("/")[2].lower()
    return any(
        _NAMED.match(line[:1000])
        or (commented and (_COMMENTED.match(line[:200]) or _BARE.fullmatch(line[:200])))
        for line in lines(text)
    )


def is_shared(path: str) -> bool:
    """Whether a file outside of every component is about all of them: infrastructure, and
    templates of an environment; a configuration file there is that of another program."""
    name = path.rpartition("/")[2]
    return name.endswith(_INFRASTRUCTURE) or "env" in name.lower() or name.startswith("values")


_INFRASTRUCTURE = (".tf", ".tfvars", ".bicep", ".bicepparam")


def _is_setting(reader: Reader, path: str) -> bool:
    name = path.rpartition("/")[2]
    if not reader.is_own(path) or name == "__init__.py":
        return False
    return name.endswith(_INFRASTRUCTURE) or not _ELSEWHERE.search(path)


_ELSEWHERE = regex(
    r"(?:^|/)(?:\.(?!env|streamlit/secrets)[\w-]{1,60}|alembic/versions|migrations/versions|migrations"
    r"|evals?|benchmarks?|public|static|assets|locales|i18n|[\w-]{0,60}[_-]models?)/"
)
"""Directories of tools, of changes of a database, which are called after what they change, of
evaluations, of what pages show, and of the weights of a model."""
