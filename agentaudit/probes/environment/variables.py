"""Which variables source files read, whatever language they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Component, Place, Repo

READS = {
    **dict.fromkeys(
        ("py", "ipynb"),
        regex(
            r"\b(?:environ(?:\.get|\.setdefault)?\s?[\[(]|getenv\()\s{0,40}\\?[\"'](\w{1,100})"
            r"|\b(?:env|config)(?:\.\w{1,20})?\(\s{0,40}[\"']([A-Z][A-Z0-9_]{2,100})[\"']"
            r"|\b(BaseSettings|load_dotenv)\b"
            r"|\bst\.secrets(?:\.get\([\"']|\.|\[[\"'])(\w{1,100})"
        ),
    ),
    **dict.fromkeys(
        ("ts", "tsx", "js", "jsx", "mjs", "cjs", "vue", "svelte"),
        regex(
            r"\bprocess\.env(?:\.|\[[\"'])(\w{1,100})|\bimport\.meta\.env\.(\w{1,100})"
            r"|\bDeno\.env\.get\([\"'](\w{1,100})|\bBun\.env\.(\w{1,100})"
            r"|\bimport\s{0,9}\{\s{0,40}(\w{1,100})[^}]{0,600}\}\s{0,9}from\s{0,9}[\"']\$env/",
            words=(".env.", ".env[", "$env/"),
        ),
    ),
    "go": regex(r"\bos\.(?:Getenv|LookupEnv)\(\"(\w{1,100})|\b(viper|envconfig)\."),
    **dict.fromkeys(
        ("java", "kt"),
        regex(r"\bSystem\.getenv\(\"(\w{1,100})|@Value\(\"[$#]\{([\w.-]{1,100})"),
    ),
    "cs": regex(
        r"GetEnvironmentVariable\(\"(\w{1,100})|onfiguration\[\"([\w:]{1,100})"
        r"|GetConnectionString\(\"(\w{1,100})|\.GetSection\(\"([\w:]{1,100})"
    ),
    **dict.fromkeys(("template", "conf"), regex(r"\$\{(\w{1,100})\}")),
}
"""How each language asks for a setting."""
ALWAYS = regex(
    r"PATH|HOME|USER|PWD|HOST(?:NAME)?|PORT|NODE_(?:ENV|OPTIONS|PATH|EXTRA_CA_CERTS)|PYTHON\w{0,60}|LOG_?LEVEL|(?:[A-Z]{1,20}_)?DEBUG|TZ|CI|MODE|DEV|PROD"
    r"|AWS_(?:DEFAULT_)?REGION|AWS_LAMBDA_\w{1,60}|CDK_DEFAULT_\w{1,20}|SSR|BASE_URL|LANG|TERM|SHELL|TMPDIR|COLUMNS|LINES"
    r"|EDITOR|(?:NO|FORCE|CLI)_?COLOR|XDG_\w{1,40}|USERPROFILE|APPDATA|LOCALAPPDATA"
    r"|K_(?:SERVICE|REVISION|CONFIGURATION)|TF_VAR_\w{1,60}|npm_\w{1,60}|VERCEL\w{0,60}|NEXT_RUNTIME|KUBERNETES_\w{1,60}"
    r"|(?:LOCAL_|NODE_|GROUP_)?RANK|(?:LOCAL_)?WORLD_SIZE|MASTER_(?:ADDR|PORT)|CUDA_VISIBLE_DEVICES"
    r"|TOKENIZERS_PARALLELISM|OMP_NUM_THREADS|ELECTRON_(?:RENDERER_URL|RUN_AS_NODE)|VITE_DEV_SERVER_URL"
    r"|GITHUB_(?:ACTIONS|RUN_ID|SHA|REF(?:_NAME)?|REPOSITORY|WORKSPACE|OUTPUT)|CODESPACES|DYNO|RENDER"
    r"|WEBSITE_(?:HOSTNAME|SITE_NAME|INSTANCE_ID)|FLY_(?:APP_NAME|REGION|MACHINE_ID|ALLOC_ID)"
    r"|RAILWAY_(?:ENVIRONMENT|PUBLIC_DOMAIN|STATIC_URL)(?:_NAME)?|NEXT_PHASE|VITEST|JEST_WORKER_ID"
)
"""What a platform or a tool sets, whatever runs on it."""
_MOST = 400
"""Files that are looked into."""
KEY_OF = "the key of "
"""Before the name of a library that asks for a key by itself."""
_OF_TOOLS = regex(r"config\.[mc]?[jt]s$")
"""Files by which tools are told what to do."""


def sources(repo: Repo, component: Component) -> Iterator[tuple[Place, str]]:
    """Its source files that are looked into, each with its suffix."""
    home = "" if component.path == "." else f"{component.path}/"
    found = (
        (file, suffix)
        for suffix in READS
        for file in repo.files(f"{home}**/*.{suffix}")
        if file.repo == component.repo and repo.role(file) not in ASIDE
        if not _OF_TOOLS.search(file.path)
    )
    return islice(found, _MOST + 1)


def line_above(text: str, at: int) -> str:
    """What stands before that place in its line."""
    return text[max(text.rfind("\n", 0, at) + 1, at - 1000) : at]


def is_comment(line: str) -> bool:
    """Whether a line begins as a comment."""
    return line.lstrip().startswith(("#", "//", "*", "/*"))


OPTIONAL = regex(r"[\"']?[\])]{0,2}\s{0,4}(?:as \w{1,40}\s{0,4})?(?:\?\?|\|\|)")
"""What follows a setting that may be left out."""
DEFAULTED = regex(
    r"\\?[\"']\s{0,40},\s{0,40}(?:default\s?=\s?)?(?!\\?[\"']\\?[\"']|None\b)[^\s)]"
    r"|[\"']?[\])]{0,2}[!?]?\s{0,40}(?:\?\?|\|\||\bor\b)\s{0,40}(?![\"'`]{2}|None\b)[^\s)]"
    r"|[\"']?[\])]{0,2}\s{0,4}[!=]={1,2}\s{0,4}[\"'`]\w"
    r"|:[^}\s]"
)
"""What follows a setting that has a value of its own in the code."""


WRITES = regex(r"[\"']?\]\s?=(?!=)")
"""What follows a variable that the code itself sets."""


def names(repo: Repo, component: Component, but: re.Pattern[str] | None = None) -> Iterator[str]:
    """Names of the settings that it reads, but for those that a pattern follows."""
    for at, (file, suffix) in enumerate(sources(repo, component)):
        if at == _MOST:
            yield "more than was looked at"
            return
        text = (repo.read(file) or "")[:300_000]
        for found in READS[suffix].finditer(text):
            given = WRITES.match(text, found.end()) is not None
            if not given and (but is None or not but.match(text, found.end())):
                yield next(filter(None, found.groups()))
