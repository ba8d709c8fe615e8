"""Which texts instruct a model, and which files and registries hold such texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentaudit.code import Call, Literal, Prompt, PromptKind, Syntax
from agentaudit.expressions import regex

INLINE = 160
"""Characters from which a text in the code counts as a prompt of its own."""
_NAME = regex(
    r"(?i)(?:.*[_.])?(?:.*prompt.*|(?:system|user|base|agent|default)?_?instructions?|(?:system|user|agent)_?(?:message|msg)"
    r"|system|template|persona|backstory|preamble|.*(?:guidelines?|guide|rules)|.*_?(?:template)(?:_?(?:str|string|text))|.*_(?:instructions?|system|template|persona"
    r"|system_message)|.*(?:Instructions?|Prompt|SystemMessage)\w{0,10})"
)
_TALKS = regex(
    r"(?is)\s*(?:#+\s*\w+[^\n]{0,80}\n|<\w+>\s*)?"
    r"(?:you are\b|you're an?\b|your (?:task|role|job|goal)\b|act as\b"
    r"|as an? (?:expert|ai|assistant|helpful)"
    r"|given (?:the|a|an|this)\b.{0,200}(?:answer|write|extract|generate|classify|determine"
    r"|decide|rewrite)|answer the (?:question|user)|use the following"
    r"|(?:analy[sz]e|classify|categori[sz]e|evaluate|review|rewrite|rephrase|condense|grade|score|rank"
    r"|translate|improve|compare) (?:the following|this)\b"
    r"|summari[sz]e the|extract (?:the|all)|translate the"
    r"|du bist ein|sie sind ein|tu es une?\b|vous êtes une?\b|eres una?\b|você é|sei un\b"
    r"|[你您]是|请(?:根据|将|你|用|从)|根据(?:以下|已知|上下文|用户)|作为(?:一|个)|使用<|あなたは|당신은)"
)
_WIDE = regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts that say in one what others say in three."""
_GIVEN = regex(
    r"(?:.*\.)?(?:\w{0,30}PromptTemplate|(?:System|User|Human)(?:Chat)?Message\w{0,30}|from_template|from_messages"
    r"|from_string|fromTemplate|fromMessages|Agent|LlmAgent|create_react_agent|create_agent|AssistantAgent"
    r"|generateText|streamText|generateObject|streamObject|prompt|systemPrompt|defaultSystem|AddSystemMessage"
    r"|CreateSystemMessage|CreateFunctionFromPrompt|InvokePromptAsync|InvokePromptStreamingAsync|createFromPrompt)"
    r"(?:\.(?:from|of|create|builder))?"
)
_SAYS = frozenset(("content", "contents", "text", "template", "messages", "message", "input"))
"""Arguments by name in which a model is told something."""
_ASKED = regex(
    r"(?:.*\.)?(?:a?create|parse|a?complet(?:e|ion)|chat|a?invoke|a?stream|generate|generate_?[cC]ontent"
    r"|generate_content_async|a?predict|a?query|CompleteChatAsync|GetChatMessageContentAsync|GetResponseAsync|New)"
)
"""Calls that ask a model."""
_MESSAGE = regex(r"(?i)(?:\w{0,40}_)?(?:message|msg|content)s?")
_ORDERS = regex(
    r"(?i)\s*(?:please )?(?:generate|grade|write|create|classify|determine|extract|identify"
    r"|analy[sz]e|summari[sz]e|evaluate|rewrite|review|compare|rate|score|translate|convert|decide"
    r"|return only|respond|answer|reflect|plan|select|choose|based on|given)"
    r"\s(?:the|an?|this|these|it|only|with|each|all|which|whether|if|to|on|in|up to)\b"
)
"""What begins so in something that is said, is said to a model."""
_NO_PROMPT = regex(
    r"(?is)\s*(?:select\b|insert\b|update\b|create (?:table|index|or replace|extension)"
    r"|with \w+ as\s*\(|alter\b|delete from|match\s*\(|<!doctype|<html|<div|<svg|<\?xml"
    r"|\{\s*\"|usage:|https?://|import |def |from \w+ import|#!/|\^|pragma )"
)
_TOLD = regex(
    r"(?i).*(?:error|exception|warning|failure|help|hint|tooltip|placeholder|label|usage|markdown)"
    r"(?:_?(?:msg|messages?|text))?|(?:.*_)?format_instructions"
)
"""What people are told when something went wrong, or how to use something, be it a prompt; and what
the parser of an answer says of its format."""
_REGISTRY = {
    "pull": regex(
        r"(?:langchain\.|langchain_classic\.|langsmith\.|langchainhub\.)?(?:hub|Client)\.pull"
    ),
    "pull_prompt": regex(r".*pull_prompt"),
    "pullPrompt": regex(r".*pullPrompt"),
    "pullPromptCommit": regex(r".*pullPromptCommit"),
    "get_prompt": regex(r".*(?:langfuse|Langfuse|opik|Opik|phoenix|humanloop|client|get_client).*"),
    "getPrompt": regex(r".*(?:langfuse|Langfuse|opik|Opik|phoenix|client).*"),
    "load_prompt": regex(r"(?:mlflow|braintrust)\..*"),
    "register_prompt": regex(r"mlflow\..*"),
    "loadPrompt": regex(r"braintrust\..*"),
    "get": regex(
        r"(?:phoenix|promptlayer|humanloop|langwatch|langfuse|latitude_sdk|@(?:langfuse|latitude-data|arizeai)/[\w-]{1,40})"
        r"\.(?:[\w.()]{1,100}\.)?(?:prompts?|templates)\.get"
    ),
    "get_from_registry": regex(r"agenta\..*"),
    "aget_from_registry": regex(r"agenta\..*"),
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
                _length(literal),
                None,
                literal.role,
            )


def is_prompt(literal: Literal) -> bool:
    """Whether a text instructs a model: by what it is called, handed to, or how it speaks."""
    if _length(literal) < INLINE or literal.syntax is Syntax.COMPARISON:
        return False
    if _NO_PROMPT.match(literal.text):
        return False
    if _TALKS.match(literal.text):
        return True
    named = literal.name
    if not named and literal.syntax is Syntax.RETURNED:
        named = literal.scope.rpartition(".")[2]
    if _TOLD.fullmatch(named):
        return False
    if _NAME.fullmatch(named[-100:]):
        return True
    return _is_kept(literal) or _is_said(literal, named)


def _is_kept(literal: Literal) -> bool:
    """Whether it is a constant of a module that is called after prompts, whatever its own name."""
    if literal.syntax is not Syntax.ASSIGNMENT or "." in literal.scope:
        return False
    if literal.scope[:1].isupper() and _KEPT.search(literal.place.path):
        return True  # attributes of a class of settings, whose capital tells it from a function
    where = _KEPT_IN_CLASS if literal.scope else _KEPT
    return literal.name.isupper() and bool(where.search(literal.place.path))


_KEPT = regex(r"(?:^|/)(?:\w{1,40}_)?prompts?\.(?:py|ts|js)$")
_KEPT_IN_CLASS = regex(
    r"(?:^|/)(?:[A-Z]\w{0,40})?Prompts?(?:Const\w{0,10}|Templates?|Texts?|Strings?)?\.(?:java|kt|cs)$"
)
"""Java, Kotlin and C# keep constants in a class or interface."""


def _is_said(literal: Literal, named: str) -> bool:
    """Whether a text is handed to a model, or to what makes a message for one."""
    if _MESSAGE.fullmatch(named[-100:]) and _ORDERS.match(literal.text):
        return True
    if literal.syntax is Syntax.POSITIONAL:
        return bool(_GIVEN.fullmatch(literal.callee))
    told = named in _SAYS and literal.syntax in (Syntax.KEYWORD, Syntax.PAIR)
    asked = _GIVEN.fullmatch(literal.callee) or (
        named == "content" and _ASKED.fullmatch(literal.callee)
    )
    return told and bool(asked)


def _length(literal: Literal) -> int:
    """Its characters, wide ones threefold."""
    if literal.text.isascii():
        return literal.length
    return literal.length + 2 * len(_WIDE.findall(literal.text))


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
