"""Files that ask a model without a library, at an address that only the environment knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentaudit.code import Role
from agentaudit.expressions import in_text, regex
from agentaudit.sources.git.reader import Reader

_MENTIONS = ("chat/completions", "/openai/deployments/", ".openai.azure.com")
_ASKS = regex(
    r"\.\s{0,40}chat\s{0,40}\??\.\s{0,40}completions\s{0,40}\??\.\s{0,40}(?:create|parse|stream)\("
    r"|\.(?:invoke_agent_runtime|[iI]nvokeAgentRuntime(?:Async)?)\(|\bInvokeAgentRuntimeCommand\(",
    words=("completions", "nvoke"),
)
"""The methods of clients that nothing else has, whatever library they are of or whoever made them:
the interface of OpenAI, and an agent that a cloud runs."""
_CLIENTS = regex(
    r"\bnew\s{1,9}(?:Azure)?(?:OpenAI|Anthropic|GoogleGenAI|GoogleGenerativeAI|Groq)(?:Client)?\("
    r"|[=(:]\s{0,9}(?:Async)?(?:Azure)?(?:OpenAI|Anthropic|Groq)\("
    r"|\b(?:OpenAI|Anthropic|Gemini|Ollama|Mistral|Cohere)(?:::Client\.new\b|::(?:client|factory)\()"
    r"|\bRubyLLM\.(?:chat|embed)\b|\bLangchain::LLM::\w|\bPrism::(?:text|structured|embeddings)\("
    r"|\bLLMChain\.new!|\bOpenAI\.instance\.|\bGenerativeModel\(\s{0,40}(?:modelName|model|name)\s?[:=]",
    words=(
        *("OpenAI", "Anthropic", "GoogleGen", "Groq", "::Client", "::client", "::factory"),
        *("RubyLLM", "Langchain::LLM", "Prism::", "LLMChain", "GenerativeModel"),
    ),
)
"""Clients of providers as they are made: a library of one's own may hand the class on, and of some
languages no manifest is read."""
_SENDS = (
    r"(?:(?i:client|session|axios\w{0,20}|instance)\)?\.(?i:post\w{0,20})(?:<[^<>()]{0,60}>)?\("
    r"|\b(?:self|this)\.\w{0,40}(?i:post|request|send|fetch|call)\w{0,40}\("
    r"(?:\s{0,40}[\"']POST[\"'],)?|\bnew\s{1,9}HttpRequestMessage\(\s{0,40}HttpMethod\.Post,|\.uri\(|@POST\(|\[Post\()\s{0,40}[\"'`]"
)
"""What sends to a path on a base that it was given before, or declares in an interface (Retrofit,
Refit) that it does."""
_PATH = r"/?(?:v\d/)?chat/completions\b"
_CONSTANT = r"(?:[pP]ath|PATH|[eE]nd[pP]oint|ENDPOINT|[uU]ri|URI|[sS]uffix|SUFFIX)"
"""How the name ends of what a path is kept in until it is appended."""
_APPENDS = regex(
    r"(?:([\w.()\[\]\"']{0,80})\}|([\w.()\[\]\"'/, ]{1,80})\+\s{0,9}[\"'`]|%s)"
    rf"(?:{_PATH}|/openai/deployments/)"
    rf"|\b(?:\w{{0,40}}[jJ]oin\w{{0,20}})\(([^\"'`\n]{{1,80}}),\s{{0,9}}[\"'`]{_PATH}"
    rf"|\.(?:pathname|path|Path)\s{{0,9}}=\s{{0,9}}[\"'`]{_PATH}"
    rf"|\bnew\s{{1,9}}UR[LI]\(\s{{0,40}}[\"'`]{_PATH}[\"'`],"
    rf"|\bnew\s{{1,9}}Uri\([^\"'`()\n]{{1,80}},\s{{0,9}}[\"'`]{_PATH}"
    r"|\b(?:https|wss)://[\w.$()-]{0,40}\{[\w.()]{0,60}\}\.openai\.azure\.com\b"
    rf"|{_SENDS}{_PATH}"
    rf"|(?m:^)[ \t]{{0,40}}(?:[a-z]{{1,20}}[ \t]{{1,4}}){{0,4}}(?:[sS]tring[ \t]{{1,4}})?"
    rf"\w{{0,60}}{_CONSTANT}(?:[ \t]{{0,4}}:?[ \t]{{0,9}}[sS]tring|:[ \t]{{0,9}}&str)?"
    rf"[ \t]{{0,20}}:?=[ \t]{{0,9}}[\"'`]{_PATH}[\"'`];?[ \t]{{0,9}}(?m:\r?$|//|#)"
    r"|\b(?i:fetch|post|request|url|endpoint)\s{0,9}[(=:]\s{0,40}[\"'`]https?://[\w.:-]{3,120}/[\w./-]{0,80}?"
    r"chat/completions\b"
)
"""The path behind a base that is no text of the file; where a path stands alone it is as often
that which the application itself serves."""
_PYTHON = regex(
    r"(?m)^[ \t]{0,40}(?:from|import)[ \t]{1,4}([A-Za-z]\w{0,80}(?:\.\w{1,80}){0,8}?\.llms?)\b",
    words=("llm",),
)
_GO = regex(
    r"(?m)^[ \t]{0,9}(?:import[ \t]{1,4})?(?:\w{1,40}[ \t]{1,4})?"
    r"\"([\w-]{1,80}\.[\w.]{1,80}(?:[/-][\w.]{1,80}){0,12}?[/-]llms?(?:[/-][\w./-]{1,200})?)\""
    r"[ \t]{0,9}(?:\r?$|//)"
)
"""A package of Go or a module of Python whose name says that it is of language models."""
_MODULE = regex(r"(?m)^module[ \t]{1,9}([\w./~-]{1,200})")
_LOCAL = r"/?api/(?:chat|generate|embed(?:dings)?)\b"
_OLLAMA = regex(
    rf"(?:([\w.()\[\]\"']{{0,80}})\}}|([\w.()\[\]\"'/, ]{{1,80}})\+\s{{0,9}}[\"'`]|%s){_LOCAL}"
    rf"|\bnew\s{{1,9}}U(?:RL|RI|ri)\(\s{{0,40}}[\"'`]{_LOCAL}[\"'`],"
    rf"|{_SENDS}{_LOCAL}"
)
"""The paths of Ollama's interface, in a file that speaks of it: many applications have the same."""
_OWN = regex(r"(?i)back_?end|server|gateway|prefix|proxy|agent|router|version")
"""Names of bases that are parts of the application, or of its own paths."""
_MODELS = regex(r"(?i)llm|model|openai|inference|provider|ollama")
_WRITTEN = regex(r"(?m)^[ \t]{0,80}[rbf]{0,2}([\"']).{0,300}\\n\1[,)]?[ \t]{0,8}$")
"""A row of code that is itself a text: what writes or tries it does not run it."""
_PAGES = (".tsx", ".jsx", ".vue", ".svelte", ".html", ".d.ts")
_SCRIPTS = (".ts", ".js", ".mjs", ".cjs", ".mts")
_SERVES = regex(
    r"(?i)\bprocess\.env\b(?!\.(?:NEXT_PUBLIC|REACT_APP|VUE_APP)_)|\b(?:Deno|Bun)\.env\b|api_?key"
)
"""What a script needs to ask somebody else than the back end of its own page."""


def appends(reader: Reader, paths: Iterable[str]) -> bool:
    """Whether one of the files of an application appends to a base the path of the interface that
    most providers and model servers have, or calls the method that clients of it have."""
    texts = ((reader.text(path) or "", path) for path in paths if _may(reader, path))
    return any(
        _calls(text) or _appends(text, path) or _loads(reader, text, path) for text, path in texts
    )


def _may(reader: Reader, path: str) -> bool:
    return reader.role(path) is Role.APP and not path.endswith((*_PAGES, ".ipynb"))


def _calls(text: str) -> bool:
    found = (each.start() for asks in (_ASKS, _CLIENTS) for each in asks.finditer(text))
    return any(not _noted(text, at) for at in found)


def _loads(reader: Reader, text: str, path: str) -> bool:
    """Whether a file imports from a library, which nobody but its owners may know, what that calls
    its language model: `acme_common.llm`, `git.acme.dev/go-llm-lib`."""
    if path.endswith(".py"):
        names = {found.partition(".")[0] for found in _PYTHON.findall(text)}
        return any(not _is_own(reader, name) for name in names)
    if not path.endswith(".go") or "llm" not in text:
        return False
    own = tuple(f"{module}/" for module in _modules(reader))
    return any(not f"{found}/".startswith(own) for found in _GO.findall(text))


def _is_own(reader: Reader, name: str) -> bool:
    """Whether a module of Python stands anywhere in the repository."""
    ends = (f"/{name}.py", f"/{name}")
    return any(f"/{each}".endswith(ends) for each in (*reader.directories, *reader.app))


def _modules(reader: Reader) -> Iterator[str]:
    for path in reader.named("go.mod".__eq__):
        yield from _MODULE.findall(reader.text(path) or "")[:1]


def _noted(text: str, at: int) -> bool:
    """Whether a place is in a comment, or in a text: of its row, or a longer one."""
    row = text[text.rfind("\n", 0, at) + 1 : at].lstrip()
    told = in_text(row) or text.count('"""', 0, at) % 2 == 1
    return told or row.startswith(("#", "//", "*", '"', "'", "`"))


def _appends(text: str, path: str) -> bool:
    ollama = "api/" in text and "ollama" in text.lower()
    if not (ollama or any(mention in text for mention in _MENTIONS)):
        return False
    if path.endswith(_SCRIPTS) and not _SERVES.search(text):
        return False
    code = _WRITTEN.sub("", text) if "\\n" in text else text
    found = [*_APPENDS.findall(code), *(_OLLAMA.findall(code) if ollama else ())]
    bases = ("".join(filter(None, each)) for each in found)
    return any(not _OWN.search(base) or _MODELS.search(base) for base in bases)
