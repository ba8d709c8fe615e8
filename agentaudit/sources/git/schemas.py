"""Source files that declare what can be set, with a type or a default: classes and structures of
settings, look-ups of the environment in one place, manifests of plug-ins and platforms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git.reader import Reader, directory

_WORDS = (
    r"(?:config(?:uration)?|settings|options|env(?:ironment)?|flags|params|properties|conf|cfg)"
)
_SCHEMAS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        regex(rf"(?i)(?:[\w-]{{1,40}}[._-])?{_WORDS}\.go"),
        regex(
            r"`[^`\n]{0,200}\b(?:json|yaml|toml|env|envconfig|mapstructure|koanf|arg|kong|default|help):\""
            r"|\b(?:flag|pflag)\.\w+\(|\.(?:Persistent)?Flags\(\)\.\w+Var|viper\.(?:SetDefault|BindEnv)"
            r"|os\.(?:Getenv|LookupEnv)\("
        ),
    ),
    (
        regex(r"(?:(?:cmd_?)?(?:config|root|serve|server|flags|start|run)(?:_\w{1,40})?)\.go"),
        regex(
            r"viper\.(?:SetDefault|BindPFlag|BindEnv)\(|\.(?:Persistent)?Flags\(\)\s{0,9}\.\s{0,9}"
            r"(?:String|Int|Bool|Duration|Float\d\d)(?:Slice)?(?:Var)?P?\("
        ),
    ),
    (
        regex(r"main\.go"),
        regex(
            r"\bflag\.(?:String|Int|Bool|Duration|Float64)(?:Var)?\([^\n]{1,300}\n"
            r"(?:[^\n]{0,300}\n){0,3}?[^\n]{0,80}\bflag\.(?:String|Int|Bool|Duration|Float64)"
        ),
    ),
    (
        regex(r"action\.ya?ml"),
        regex(r"^inputs:[^\n]{0,80}\n(?:\s{0,80}#[^\n]{0,200}\n){0,9}\s{1,8}\w", re.M),
    ),
    (
        regex(rf"(?i)(?:[\w-]{{1,40}}-)?{_WORDS}(?:\.(?:schema|server))?\.(?:[mc]?[tj]s)"),
        regex(
            r"process\.env\b|import\.meta\.env\b|\bDeno\.env\b|\bz\.object\(|createEnv\(|\benv\.[A-Z][A-Z\d]{1,40}_[A-Z]"
            r"|\b(?:DEFAULT_(?:\w{1,40}_)?(?:SETTINGS|CONFIG)|default(?:Settings|Config))\s{0,9}:\s{0,9}[A-Z]"
        ),
    ),
    (
        regex(r"[\w-]{0,80}(?:Propert(?:y|ies)|Config(?:uration)?|Settings|Options)\.(?:java|kt)"),
        regex(r"@(?:ConfigurationProperties|ConfigMapping|ConfigProperty)\b|@Value\(\s*\"[$#]"),
    ),
    (
        regex(r"[\w.-]{0,80}(?:Config(?:uration)?|Settings|Options)\.(?:cs|fs)"),
        regex(r"\{\s*get;|new\s+Option<|\[Option\("),
    ),
    (
        regex(
            r"(?:env(?:ironment)?(?:_?(?:vars?|variables|config|settings))?|options|conf|consts?"
            r"|constants?|params|defaults?|globals|vars|secrets|credentials|parameters"
            r"|cfg|configs?|configuration|settings)\.py"
        ),
        regex(r"\bBaseSettings\b|os\.(?:environ|getenv)\b|environ\.Env\(|\bdecouple\b"),
    ),
    (
        regex(
            r"(?:[\w-]{1,40}[._-])?(?:settings?|config(?:s|uration)?|options|parameters|params)\.py"
        ),
        regex(
            r"^class \w{0,60}(?:Settings?|Config(?:uration)?|Options|Parameters)\((?:\w{1,20}\.)?"
            r"(?:BaseModel|BaseSettings|Struct)\b[^\n]{0,80}\n"
            r"(?:[ \t]*(?:\"{3}[^\"]{0,600}\"{3}|model_config[^\n]{0,200})?\n){0,4}"
            r"(?:[ \t]+\w{1,60}: [^\n=]{1,80}=|[ \t]+\w{1,60}: [^\n=]{1,80}\n)",
            re.M,
        ),
    ),
    (
        regex(
            r"(?:worker-configuration|[\w-]{0,20}env(?:ironment)?|process|global|globals)\.d\.ts|(?:types|bindings|context|env)\.ts"
        ),
        regex(
            r"\b(?:interface|type)\s+(?:\w{0,20}Env|ImportMetaEnv|ProcessEnv|\w{0,20}Bindings)\b"
            r"[^{};]{0,80}\{\s{0,40}(?:(?://[^\n]{0,200}|/\*[^*]{0,400}\*/)\s{0,40}){0,4}"
            r"(?:readonly\s+)?[A-Z][A-Z\d_]{2,80}\??\s{0,4}:"
        ),
    ),
    (
        # What Nest checks the environment against when it starts.
        regex(
            r"[\w.-]{1,60}\.module\.ts|(?:[\w-]{1,40}[.-])?validat(?:ion|e|or)(?:[.-]\w{1,20})?\.ts"
        ),
        regex(
            r"\bvalidationSchema\s{0,9}:\s{0,9}\w{1,20}\.object\(\s{0,9}\{\s{0,40}\w"
            r"|\bJoi\.object(?:<[^>]{1,80}>)?\(\s{0,9}\{\s{0,40}[A-Z][A-Z\d_]{2,60}\s{0,4}:"
            r"|\bplainTo(?:Instance|Class)\(\s{0,40}Env\w{0,40}"
        ),
    ),
    (
        regex(r"environment(?:\.\w{1,20})?\.ts"),
        regex(
            r"\bexport\s+const\s+environment\b[^={]{0,60}=\s*\{\s*\w"
            r"|\bexport\s+(?:interface|type)\s+(?:\w{1,20})?Environment\b[^{};]{0,40}\{\s{0,40}"
            r"(?:(?://[^\n]{0,200}|/\*(?:[^*]|\*(?!/)){0,400}\*/)\s{0,40}){0,4}(?:readonly\s+)?\w{2,60}\??\s{0,4}:"
        ),
    ),
    (
        regex(r"(?:constants?|consts?|globals)\.(?:[mc]?[tj]s)"),
        regex(r"\bprocess\.env\.|\bimport\.meta\.env\.|\bDeno\.env\b"),
    ),
    (
        regex(r"nuxt\.config\.[mc]?[jt]s"),
        regex(r"\b(?:runtimeConfig|publicRuntimeConfig|privateRuntimeConfig)\s*:\s*\{\s*\w"),
    ),
    (
        regex(r"(?:settings|config(?:uration)?|env|args|cli|opts?|options)\.rs"),
        regex(
            r"#\[derive\([^)\]]{0,120}\b(?:Deserialize|Parser|Args)\b|\benv::var\(|\b(?:envy|figment|clap)::"
        ),
    ),
    (
        regex(r"(?:config|runtime|prod|dev)\.exs"),
        regex(r"^[ \t]*config[ \t]+:\w{1,60},|System\.(?:get|fetch)_env", re.M),
    ),
    (
        regex(
            r"(?:\w{1,30}_)?(?:config(?:uration)?|env(?:ironment)?|settings|constants)\.(?:dart|swift)"
        ),
        regex(r"\.fromEnvironment\(|\bdotenv\b|infoDictionary|ProcessInfo\.processInfo"),
    ),
    (
        regex(r"(?:application|reference)\.conf"),
        regex(r"^[ \t]*[\w.-]{1,80}[ \t]*(?:=|\{)|\$\{\?\w", re.M),
    ),
    (
        regex(r"(?:[Ww]eb|[Aa]pp)\.config"),
        regex(r"<appSettings|<connectionStrings"),
    ),
    (
        regex(
            r"app\.ya?ml|apprunner\.ya?ml|netlify\.toml|nixpacks\.toml|server\.json|smithery\.ya?ml"
        ),
        regex(
            r"^(?:env_variables|\s{0,9}env|configSchema|\s{0,9}configSchema):\s*$"
            r"|^\[(?:build|context\.[\w.-]{1,30})\.environment\]|^\[variables\]|\"environmentVariables\"\s*:\s*\[\s*\{",
            re.M,
        ),
    ),
    (
        # An extension of an editor tells the editor what its users can set.
        regex(r"package\.json"),
        regex(
            r"\"configuration\"\s{0,4}:\s{0,4}(?:\[\s{0,40})?\{\s{0,40}\"(?:title|properties|type|order|id)\""
        ),
    ),
    (
        regex(
            r"plugin\.json|app\.json|vercel\.json|render\.ya?ml|fly\.toml|wrangler\.(?:toml|jsonc?)"
        ),
        regex(
            r"\"settings_schema\"|\"env\"\s*:\s*\{|envVars:|^\[(?:env|vars)\]|\"vars\"\s*:"
            r"|^\[ai\]|\"ai\"\s*:\s*\{",
            re.M,
        ),
    ),
)
"""Names of files, and what one of them holds that declares a setting."""


def schemas(reader: Reader) -> list[str]:
    """Paths of every such file."""
    return sorted(path for named, holds in _SCHEMAS for path in _declaring(reader, named, holds))


def _declaring(reader: Reader, named: re.Pattern[str], holds: re.Pattern[str]) -> Iterator[str]:
    for path in _named(reader, named):
        # Below .github lie parts of CI, not what others use.
        if (
            reader.is_own(path)
            and not path.startswith(".github/")
            and holds.search((reader.text(path) or "")[:200_000])
        ):
            yield path


_INDEX = regex(r"__init__\.py|index\.[mc]?[jt]s|mod\.rs")
"""Files that are the module which their directory is called after."""


def _named(reader: Reader, named: re.Pattern[str]) -> Iterator[str]:
    """Files of such a name, and those whose directory gives it to them."""
    yield from reader.named(named.fullmatch)
    for path in reader.named(_INDEX.fullmatch):
        _, _, home = directory(path).rpartition("/")
        if named.fullmatch(f"{home}.{path.rpartition('.')[2]}"):
            yield path
