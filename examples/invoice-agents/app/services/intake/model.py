"""The one place that talks to the language model."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from openai import OpenAI
from openai.types.chat import ChatCompletionMessage
from openinference.instrumentation import using_prompt_template

from services.common.telemetry import call_facts
from services.intake.prompts import Prompt
from services.intake.settings import Settings

SAMPLING: dict[str, Any] = {"temperature": 0.0, "seed": 7, "max_tokens": 600}
MAX_TURNS = 6

Tool = Callable[[str, str], str]
"""Called with the tool call's id and its arguments (JSON); returns the tool message."""


class TooManyTurns(RuntimeError):
    """The model kept calling tools and never answered."""


class Model:
    """A chat model behind an OpenAI-compatible server of our own."""

    def __init__(self, settings: Settings) -> None:
        key = os.environ.get("LLM_API_KEY", "none")
        self._client = OpenAI(base_url=settings.llm_base_url, api_key=key, max_retries=0)
        self._name = settings.llm_model
        self._facts = {
            "model.base": settings.llm_base_model,
            "model.registry.uri": settings.llm_registry_uri,
            "server.address": urlsplit(settings.llm_base_url).hostname or "",
        }

    def answer(self, prompt: Prompt, question: str) -> str:
        """One question, one answer."""
        return self._ask(prompt, _opening(prompt, question)).content or ""

    def work(
        self, prompt: Prompt, question: str, tools: Mapping[str, Tool], schemas: list[Any]
    ) -> str:
        """Let the model call tools until it answers."""
        messages = _opening(prompt, question)
        for _ in range(MAX_TURNS):
            said = self._ask(prompt, messages, tools=schemas)
            messages.append(said.model_dump(exclude_none=True))
            if not said.tool_calls:
                return said.content or ""
            for call in said.tool_calls:
                assert call.type == "function", "only functions are offered"
                result = tools[call.function.name](call.id, call.function.arguments)
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        raise TooManyTurns(f"{prompt.name}: no answer after {MAX_TURNS} turns")

    def _ask(self, prompt: Prompt, messages: list[Any], **more: Any) -> ChatCompletionMessage:
        facts = self._facts | {"prompt.name": prompt.name, "prompt.version": prompt.version}
        template = using_prompt_template(
            template=prompt.template, version=prompt.version, variables=prompt.variables
        )
        with call_facts(facts), template:
            reply = self._client.chat.completions.create(
                model=self._name, messages=messages, **SAMPLING, **more
            )
        message: ChatCompletionMessage = reply.choices[0].message
        return message


def _opening(prompt: Prompt, question: str) -> list[Any]:
    return [
        {"role": "system", "content": prompt.rendered},
        {"role": "user", "content": question},
    ]
