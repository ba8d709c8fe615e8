"""Which texts instruct a model, and which files and registries hold such texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentaudit.code import Call, Literal, Prompt, PromptKind, Role, Syntax
from agentaudit.evidence import Place
from agentaudit.expressions import regex

INLINE = 160
"""Characters from which a text in the code counts as a prompt of its own."""
_NAME = regex(
    r"(?i)(?:.*[_.])?(?:.*prompt.*|(?:system|user|base|agent|default)?_?instructions?|(?:system|user|agent)_?(?:message|msg)"
    r"|system|template|persona|backstory|preamble|.*_(?:instructions?|system|template|persona"
    r"|system_message)|.*(?:Instructions?|Prompt|SystemMessage)\w{0,10})"
)
_TALKS = regex(
    r"(?is)\s*(?:#+\s*\w+[^\n]{0,80}\n|<\w+>\s*)?"
    r"(?:you are\b|you're an?\b|your (?:task|role|job|goal)\b|act as\b"
    r"|as an? (?:expert|ai|assistant|helpful)"
    r"|given (?:the|a|an|this)\b.{0,200}(?:answer|write|extract|generate|classify|determine"
    r"|decide|rewrite)|answer the (?:question|user)|use the following|analy[sz]e the following"
    r"|summari[sz]e the|extract (?:the|all)|translate the)"
)
_GIVEN = regex(
    r"(?:.*\.)?(?:ChatPromptTemplate|PromptTemplate|SystemMessage|SystemMessagePromptTemplate|from_template"
    r"|from_messages|from_string|HumanMessage|SystemMessage\w*|Agent|LlmAgent|create_react_agent|create_agent"
    r"|AssistantAgent|UserMessage|generateText|streamText|generateObject|streamObject|prompt|systemPrompt)"
)
_NO_PROMPT = regex(
    r"(?is)\s*(?:select\b|insert\b|update\b|create (?:table|index|or replace|extension)"
    r"|with \w+ as\s*\(|alter\b|delete from|match\s*\(|<!doctype|<html|<div|<svg|<\?xml"
    r"|\{\s*\"|usage:|https?://|import |def |from \w+ import|#!/|\^|pragma )"
)
_FILE = regex(
    r"(?i)(?:.*/)?(?:[^/]*prompts?[^/]*|instructions?|system|persona)(?:[._-][^/]*)?"
    r"\.(?:md|txt|ya?ml|j2|jinja2?|prompty|prompt|tmpl|hbs|mustache|json|toml|st|mdx|xml|poml)"
    r"|.*\.(?:prompty|prompt|poml|promptml)"
    r"|(?:.*/)?config/(?:agents|tasks)\.ya?ml"
    r"|(?i:.*(?:^|/)(?:prompts?|prompt[_-]templates|prompt[_-]library)/.+\.(?:md|txt|ya?ml|j2|jinja2?|st|hbs"
    r"|mustache|json|toml|tmpl|xml))"
)
_TOLD = regex(r"(?i).*(?:error|exception|warning|failure)(?:_?(?:msg|messages?|text))?")
"""What people are told when something went wrong, be it about a prompt."""
_REGISTRY = {
    "pull": regex(
        r"(?:langchain\.|langchain_classic\.|langsmith\.|langchainhub\.)?(?:hub|Client)\.pull"
    ),
    "pull_prompt": regex(r".*pull_prompt"),
    "pullPrompt": regex(r".*pullPrompt"),
    "pullPromptCommit": regex(r".*pullPromptCommit"),
    "get_prompt": regex(r".*(?:langfuse|Langfuse|opik|Opik|phoenix|humanloop|client|get_client).*"),
    "getPrompt": regex(r".*(?:langfuse|Langfuse|opik|Opik|phoenix|client).*"),
    "load_prompt": regex(r"mlflow\..*"),
    "register_prompt": regex(r"mlflow\..*"),
}
_REVISION = ("label", "version", "commit", "tag", "prompt_version_id", "alias")


def inline(literals: Iterable[Literal]) -> Iterator[Prompt]:
    """Long texts in the code that instruct a model."""
    for literal in literals:
        if is_prompt(literal):
            yield Prompt(
                PromptKind.INLINE,
                literal.place,
                literal.name or literal.scope,
                literal.length,
                None,
                literal.role,
            )


def is_prompt(literal: Literal) -> bool:
    """Whether a text instructs a model: by what it is called, handed to, or how it speaks."""
    if literal.length < INLINE or literal.syntax is Syntax.COMPARISON:
        return False
    if _NO_PROMPT.match(literal.text):
        return False
    if _TALKS.match(literal.text):
        return True
    named = literal.name
    if not named and literal.syntax is Syntax.RETURNED:
        named = literal.scope.rpartition(".")[2]
    if _NAME.fullmatch(named[-100:]) and not _TOLD.fullmatch(named):
        return True
    return literal.syntax is Syntax.POSITIONAL and bool(_GIVEN.fullmatch(literal.callee))


def files(repo: str, paths: Iterable[tuple[str, Role, int, Place | None]]) -> Iterator[Prompt]:
    """Prompt files, with their length and the place that reads them."""
    for path, role, length, used in paths:
        yield Prompt(PromptKind.FILE, Place(repo, path), path, length, used, role)


def is_prompt_file(path: str) -> bool:
    return bool(_FILE.fullmatch(path[-400:]))


def fetched(calls: Iterable[Call]) -> Iterator[Prompt]:
    """Calls that fetch a prompt from a registry."""
    for call in calls:
        pattern = _REGISTRY.get(call.method)
        if pattern is None or not pattern.fullmatch(call.callee):
            continue
        named = call.argument("name", "prompt_name", "prompt_identifier") or call.at(0)
        name = (named.text if named is not None else None) or ""
        value = call.argument(*_REVISION)
        version = (value.text or value.written) if value is not None else ""
        if call.method != "get_prompt" and not version and (":" in name or "@" in name):
            last = name.rpartition("/")[2] if "/" in name.partition(":")[2] else name
            version = last.replace("@", ":").rpartition(":")[2]
        yield Prompt(PromptKind.REGISTRY, call.place, name, 0, call.place, call.role, version)
