"""Which names are ids of models, and which of them can move."""

from __future__ import annotations

from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from agentaudit.model_ids import _Family, _table, constant, model_id

PINNED = """
gpt-4o-2024-08-06 gpt-4-0613 gpt-3.5-turbo-0125 gpt-4-1106-preview o1-2024-12-17 gpt-5-2025-08-07
o3-mini-2025-01-31 ft:gpt-4o-mini-2024-07-18:acme::abc openai/gpt-4o-2024-08-06 gpt-4.1-2025-04-14
claude-3-5-sonnet-20241022 claude-sonnet-4-20250514 anthropic:claude-haiku-4-5-20251001
claude-sonnet-4@20250514 us.anthropic.claude-3-5-sonnet-20240620-v1:0 anthropic.claude-v2:1
bedrock/anthropic.claude-sonnet-4-20250514-v1:0 claude-opus-4-6 claude-sonnet-5 gemini-1.5-pro-002
gemini-2.0-flash-001 models/gemini-2.5-pro-preview-05-06 text-embedding-004
text-embedding-ada-002 text-davinci-003 text-bison-001 chat-bison@002
gemini-2.5-flash-preview-09-2025 gemini-2.5-flash-lite-preview-06-17 textembedding-gecko@003
amazon.nova-pro-v1:0 amazon.titan-embed-text-v2:0 meta.llama3-1-70b-instruct-v1:0
mistral-large-2407 codestral-2405 command-r-08-2024 deepseek-r1-0528 grok-2-1212
kimi-k2-0905-preview qwen-max-2024-09-19 qwen3-235b-a22b-instruct-2507 doubao-1-5-pro-32k-250115
cohere.embed-multilingual-v3 amazon.titan-embed-text-v1 text-embedding-large-exp-03-07
embed-english-v3.0 @cf/baai/bge-small-en-v1.5 text-embedding-v2
arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-sonnet-20240229-v1:0
gemini-2.0-flash-001/answer_gen/v1
"""
ALIASES = """
gpt-4o gpt-4o-mini gpt-4 gpt-4-turbo gpt-4-turbo-preview gpt-3.5-turbo gpt-35-turbo o1 o3-mini
gpt-5.1 gpt-5.4-nano chatgpt-4o-latest gpt-4-32k gpt-4.1-mini openai:gpt-4o azure/gpt-4o
litellm/openai/gpt-4o claude-3-5-sonnet-latest claude-sonnet-4-5 claude-3-opus
anthropic/claude-3.5-sonnet:beta claude-sonnet-4-0 gemini-2.5-pro gemini-1.5-flash-latest
google_genai:gemini-3.5-flash-lite gemini-2.5-flash-preview-tts gemini-pro mistral-large-latest
mistral-small open-mistral-7b command-r-plus deepseek-chat deepseek-v3 grok-beta grok-3 qwen-max
qwen2.5:7b llama3.2 llama3.2:3b llama-3.3-70b-versatile meta-llama/Llama-3.3-70B-Instruct-Turbo
groq/llama-3.1-8b-instant gpt-oss-120b sonar-pro text-embedding-3-small
voyage-3 mistral-embed sentence-transformers/all-MiniLM-L6-v2 BAAI/bge-m3
nomic-embed-text mxbai-embed-large accounts/fireworks/models/llama-v3p1-8b-instruct glm-4.5
moonshot-v1-8k ollama/llama3 nova-2 nova-3-medical aura-asteria-en aura-2-thalia-en sonic-english
bge-small-en-v1.5 @cf/meta/llama-3.1-8b-instruct gemini-2.5-flash/answer_gen/v1
"""
NONE = """
gpt claude gemini llama_index chroma command-line o command-center embed-responsive phi-node
gemini.google.com o1js rerank text-embedding openai anthropic gemma-ray mistral.ai stepper
https://example.org stable/answer_gen/v1 qwen step-by-step spark-submit claude.md 2024-08-06
"""


@pytest.mark.parametrize("text", PINNED.split())
def test_a_dated_or_immutable_id_is_pinned(text: str) -> None:
    found = model_id(text)
    assert found is not None
    assert found.pinned


@pytest.mark.parametrize("text", ALIASES.split())
def test_an_alias_is_not(text: str) -> None:
    found = model_id(text)
    assert found is not None
    assert not found.pinned


@pytest.mark.parametrize("text", NONE.split())
def test_other_names_are_no_ids(text: str) -> None:
    found = model_id(text)
    assert found is None, found


@pytest.mark.parametrize(
    ("text", "purpose"),
    [("text-embedding-3-large", "embedding"), ("gpt-4o", "chat"), ("whisper-1", "other")],
)
def test_what_it_is_for(text: str, purpose: str) -> None:
    found = model_id(text)
    assert found is not None
    assert found.purpose == purpose


def test_a_long_or_spaced_text_is_none() -> None:
    assert model_id("gpt-4o " + "x") is None
    assert model_id("gpt-4o-" + "x" * 10_000) is None


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("openai.ChatModelGPT4oMini", "gpt-4o-mini"),
        ("openai.ChatModelGPT4o2024_08_06", "gpt-4o-2024-08-06"),
        ("openai.GPT4o20240806", "gpt-4o-20240806"),
        ("openai.ChatModelGPT4_1Mini", "gpt-4.1-mini"),
        ("openai.GPT4Dot1Mini", "gpt-4.1-mini"),
        ("openai.GPT3Dot5Turbo", "gpt-3.5-turbo"),
        ("openai.GPT40613", "gpt-4-0613"),
        ("openai.O1Mini", "o1-mini"),
        ("anthropic.ModelClaude3_5SonnetLatest", "claude-3-5-sonnet-latest"),
        ("OpenAiApi.ChatModel.GPT_4_O.getValue()", "gpt-4o"),
        ("GPT_4_O_MINI", "gpt-4o-mini"),
        ("Models.Gpt4o", "gpt-4o"),
        ("GEMINI_2_0_FLASH", "gemini-2.0-flash"),
        ("settings.GPT_MODEL", ""),
        ("get_model(q)", ""),
        ("CLAUDE_CODE_TOKEN", ""),
    ],
)
def test_constants_of_clients_stand_for_ids(written: str, id: str) -> None:
    assert constant(written) == id


@pytest.mark.parametrize("family", _table().families, ids=lambda family: str(family.name))
def test_every_id_of_a_family_has_one_of_its_words(family: _Family) -> None:
    for text in _texts(parser.parse(family.ids.pattern)):
        assert any(word in text for word in family.words), text


def _texts(tree: Any) -> Iterator[str]:
    """Each way through a pattern; a bar stands for what may be any character or left out."""
    found = [""]
    for op, given in tree:
        ends = list(_ends(op, given))
        found = [start + end for start in found for end in ends]
    yield from found


def _ends(op: Any, given: Any) -> Iterator[str]:
    if op is codes.LITERAL:
        yield chr(given)
    elif op is codes.SUBPATTERN:
        yield from _texts(given[3])
    elif op is codes.BRANCH:
        for each in given[1]:
            yield from _texts(each)
    elif op is codes.IN and all(kind is codes.LITERAL for kind, _ in given):
        yield from (chr(each) for _, each in given)
    elif op is codes.IN and given[0][0] is codes.RANGE and len(given) == 1:
        low, high = given[0][1]
        yield from map(chr, range(low, high + 1)) if high - low < 10 else "|"
    elif op is codes.MAX_REPEAT and given[0] == 0 and given[1] == 1:
        yield "|"
        yield from _texts(given[2])
    else:
        yield "|"
