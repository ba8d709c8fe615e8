"""Guardrails that stand around a model, a route or a whole proxy, and those that only look so."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

ROUTE = (
    'import { generateText, wrapLanguageModel } from "ai";\n'
    'import { openai } from "@ai-sdk/openai";\nimport { guardrailMiddleware } from "@/lib/guard";\n'
    "const model = wrapLanguageModel({\n"
    '  model: openai("gpt-4o-2024-08-06"), middleware: guardrailMiddleware,\n});\n'
    "export async function POST(req: Request) {\n  const { prompt } = await req.json();\n"
    "  const { text } = await generateText({ model, prompt });\n"
    "  return Response.json({ text });\n}\n"
)
REDACTS = (
    'import type { LanguageModelV2Middleware } from "@ai-sdk/provider";\n'
    "export const guardrailMiddleware: LanguageModelV2Middleware = {\n"
    "  wrapGenerate: async ({ doGenerate }) => {\n"
    "    const { text, ...rest } = await doGenerate();\n"
    '    return { text: text?.replace(/secret/g, "<REDACTED>"), ...rest };\n  },\n};\n'
)
LETS = (
    "export const guardrailMiddleware = {\n"
    "  wrapGenerate: async ({ doGenerate }) => {\n    return await doGenerate();\n  },\n};\n"
)
WEB = (
    '{"name": "web", "dependencies": {"next": "15.0.0", "ai": "5.0.0", "@ai-sdk/openai": "2.0.0"}}'
)
NEST = '{"name": "api", "dependencies": {"@nestjs/common": "11.0.0", "openai": "5.0.0"}}'
SERVICE = (
    'import { Injectable } from "@nestjs/common";\nimport OpenAI from "openai";\n'
    "@Injectable()\nexport class ChatService {\n  private readonly client = new OpenAI();\n"
    "  async ask(q: string) {\n    return this.client.responses.create({\n"
    '      model: "gpt-4o-2024-08-06", input: q });\n  }\n}\n'
)
CONTROLLER = (
    'import { Controller, Post, UseGuards } from "@nestjs/common";\n'
    'import { ChatService } from "./chat.service";\n'
    'import { PromptInjectionGuard } from "./injection.guard";\n'
    '@Controller("chat")\n@UseGuards(PromptInjectionGuard)\nexport class ChatController {\n'
    "  constructor(private readonly service: ChatService) {}\n"
    "  @Post() ask(q: string) { return this.service.ask(q); }\n}\n"
)
GUARD = (
    'import { CanActivate, Injectable } from "@nestjs/common";\n'
    "@Injectable()\nexport class PromptInjectionGuard implements CanActivate {\n"
    "  canActivate(context) {\n    const q = context.switchToHttp().getRequest().body.q;\n"
    "    return !/ignore previous instructions/i.test(q);\n  }\n}\n"
)
PROXIED = (
    "from openai import OpenAI\nclient = OpenAI(base_url='http://litellm:4000')\n\n"
    "def answer(question):\n"
    "    return client.responses.create(model='gpt-4o-2024-08-06', input=question)\n\n"
    "answer('why?')\n"
)
COMPOSE = (
    "services:\n  app:\n    build: .\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.70.0\n"
    "    volumes: ['./litellm.yaml:/app/config.yaml']\n"
)
LITELLM = (
    "guardrails:\n  - guardrail_name: mod\n    litellm_params:\n"
    "      guardrail: openai_moderation\n      mode: pre_call\n      default_on: true\n"
)
RAILS = (
    "from nemoguardrails import LLMRails, RailsConfig\n"
    "rails = LLMRails(RailsConfig.from_path('./config'))\n\n"
    "async def answer(question):\n"
    "    return await rails.generate_async(messages=[question])\n\nanswer('why?')\n"
)
CUSTOM = (
    "from langchain.agents import create_agent\n"
    "from langchain.agents.middleware import AgentMiddleware\n\n"
    "class ContentFilterMiddleware(AgentMiddleware):\n"
    "    def before_agent(self, state, runtime):\n"
    "        if 'bomb' in state['messages'][0].content.lower():\n"
    "            return {'messages': [], 'jump_to': 'end'}\n        return None\n\n"
    "agent = create_agent('openai:gpt-4o', middleware=[ContentFilterMiddleware()])\n"
    "agent.invoke('why?')\n"
)


REVIEWED = (
    "from openai import OpenAI\nclient = OpenAI()\n\n"
    "def ask(text):\n    return client.responses.create(model='gpt-4o-2024-08-06', input=text)\n\n"
    "def answer(question, llm):\n    out = ask(question).output_text\n"
    "    prompt = [SystemMessage(GUIDE), HumanMessage(out)]\n"
    "    review = llm.invoke(prompt)\n"
    "    if '!ok!' in review:\n        print('kept')\n    else:\n        out = review\n"
    "    return out\n\nanswer('why?', build())\n"
)
JUDGED = REVIEWED.replace("'!ok!' in review", "'UNSAFE' in review").replace(
    "        print('kept')\n    else:\n        out = review\n", "        return 'Sorry.'\n"
)


def _web(guard: str, route: str = ROUTE) -> dict[str, str]:
    return {"package.json": WEB, "app/api/chat/route.ts": route, "lib/guard.ts": guard}


def _nest(guard: str = GUARD, controller: str = CONTROLLER, **more: str) -> dict[str, str]:
    return {
        "package.json": NEST,
        "src/chat.service.ts": SERVICE,
        "src/chat.controller.ts": controller,
        "src/injection.guard.ts": guard,
        **more,
    }


def _proxied(config: str, compose: str = COMPOSE, app: str = PROXIED) -> dict[str, str]:
    return {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": app,
        "compose.yaml": compose,
        "litellm.yaml": config,
    }


POM = (
    "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId><dependencies>"
    "<dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId>"
    "<version>1.1.0</version></dependency></dependencies></project>"
)
CHAT = (
    "package com.example.chat;\nimport org.springframework.ai.chat.client.ChatClient;\n\n"
    "@Service\npublic class ChatService {\n    private final ChatClient chatClient;\n"
    "    private final QuestionGuardrail guardrail;\n\n"
    "MARK    public String chat(String message) {\nBEFORE"
    "        return chatClient.prompt().user(message).call().content();\n    }\n}\n"
)
ASPECT = (
    "package com.example.chat;\n\n@Aspect\n@Component\npublic class RedactionAspect {\n"
    '    @Around("@annotation(com.example.chat.RedactPii)")\n'
    "    public Object redact(ProceedingJoinPoint point) throws Throwable {\n"
    "        return point.proceed(masked(point.getArgs()));\n    }\n}\n"
)
BEFORE = (
    "        Decision decision = guardrail.inspect(message);\n"
    "        if (decision.blocked()) {\n            return decision.reply();\n        }\n"
)
OBJECT = (
    "package com.example.chat;\n\n@Component\npublic class QuestionGuardrail {\n"
    "    private final boolean enabled;\n\n    public QuestionGuardrail(\n"
    '            @Value("${app.guardrail.enabled:false}") boolean enabled) {\n'
    "        this.enabled = enabled;\n    }\n\n    public Decision inspect(String message) {\n"
    "        if (!enabled || message == null) {\n            return Decision.allow();\n        }\n"
    "        String hit = Rules.firstMatch(message);\n"
    "        if (hit == null) {\n            return Decision.allow();\n        }\n"
    "        return Decision.block(hit);\n    }\n}\n"
)
RULES = (
    "package com.example.chat;\n\npublic final class Rules {\n"
    "    private static final List<Pattern> LIST = List.of(\n"
    '            Pattern.compile("ignore\\\\s+previous\\\\s+instructions"),\n'
    '            Pattern.compile("disregard (?:the )?rules"));\n\n'
    "    static String firstMatch(String text) {\n        for (Pattern each : LIST) {\n"
    "            if (each.matcher(text).find()) {\n                return each.pattern();\n"
    "            }\n        }\n        return null;\n    }\n}\n"
)
SWITCH = "app:\n  guardrail:\n    enabled: ${GUARDRAIL_ENABLED:true}\n"
MAIN = "src/main/java/com/example/chat"


def _spring(mark: str = "", before: str = "", **more: str) -> dict[str, str]:
    chat = CHAT.replace("MARK", mark).replace("BEFORE", before)
    return {"pom.xml": POM, f"{MAIN}/ChatService.java": chat, **more}


def _asking(said: str = SWITCH, before: str = BEFORE, judge: str = OBJECT) -> dict[str, str]:
    files = _spring(before=before)
    files[f"{MAIN}/QuestionGuardrail.java"] = judge
    files[f"{MAIN}/Rules.java"] = RULES
    return {**files, "src/main/resources/application.yml": said}


def _marked(mark: str, aspect: str = ASPECT) -> dict[str, str]:
    return {**_spring(mark), f"{MAIN}/RedactionAspect.java": aspect}


def _judging(body: str, more: str = "") -> dict[str, str]:
    head = OBJECT.partition("        if (!enabled")[0]
    return _asking(judge=f"{head}{body}    }}\n{more}}}\n")


CONTAINS = "        return new Decision(WORDS.contains(message));\n"
PASSES = "point.proceed(masked(point.getArgs()))"
ELSEWHERE = "    public String name(String message) {\nGUARD        return message;\n    }\n\n"


ON = {
    "an aspect of Spring": _marked("    @RedactPii\n"),
    "an aspect that changes what it was given": _marked(
        "    @RedactPii\n",
        ASPECT.replace(
            f"        return {PASSES}",
            "        Object[] args = point.getArgs();\n        args[0] = masked(args[0]);\n"
            "        return point.proceed(args)",
        ),
    ),
    "an object that a method of Java asks": _asking(),
    "an object that answers with what it finds": _judging(CONTAINS),
    "middleware of the AI SDK": _web(REDACTS),
    "middleware of an agent": {"requirements.txt": "langchain==1.0.0\n", "app.py": CUSTOM},
    "a guard of NestJS": _nest(),
    "a guard of every route": _nest(
        controller=CONTROLLER.replace("@UseGuards(PromptInjectionGuard)\n", ""),
        **{
            "src/app.module.ts": "@Module({ providers: [\n"
            "  { provide: APP_GUARD, useClass: PromptInjectionGuard },\n] })\n"
            "export class AppModule {}\n"
        },
    ),
    "a proxy": _proxied(LITELLM),
    "a second model that rewrites": {"requirements.txt": "openai==1.93.0\n", "app.py": REVIEWED},
    "a second model that refuses": {"requirements.txt": "openai==1.93.0\n", "app.py": JUDGED},
    "rails that ask the model themselves": {
        "requirements.txt": "nemoguardrails==0.14.0\n",
        "app.py": RAILS,
    },
}
OFF = {
    "an aspect whose annotation stands nowhere": _marked(""),
    "an aspect that only tells": _marked(
        "    @RedactPii\n", ASPECT.replace("point.proceed(masked(point.getArgs()))", "log(point)")
    ),
    "an aspect that passes on what it was given": _marked(
        "    @RedactPii\n", ASPECT.replace(PASSES, "point.proceed(point.getArgs())")
    ),
    "an aspect that passes on what it was given by its name": _marked(
        "    @RedactPii\n",
        ASPECT.replace(
            f"return {PASSES}",
            "Object[] args = point.getArgs();\n        return point.proceed(args)",
        ),
    ),
    "an aspect that throws what was thrown": _marked(
        "    @RedactPii\n",
        ASPECT.replace(
            f"return {PASSES};",
            "try {\n            return point.proceed();\n        } catch (Exception e) {\n"
            "            throw new IllegalStateException(e);\n        }",
        ),
    ),
    "an aspect in a comment": _marked(
        "    @RedactPii\n", ASPECT.replace("@Aspect", "// @Aspect").replace("@Ar", "// @Ar")
    ),
    "an annotation in a comment": _marked("    /*\n    @RedactPii\n    */\n"),
    "an annotation of a method that asks nothing": _marked(
        "    @RedactPii\n" + ELSEWHERE.replace("GUARD", "")
    ),
    "an object that is off by default": _asking("app: {}\n"),
    "an object that judges where it is on, and is off": _judging(
        "        if (enabled) {\n    " + CONTAINS + "        }\n        return Decision.allow();\n"
    )
    | {"src/main/resources/application.yml": "app: {}\n"},
    "an object that is asked in a comment": _asking(before=f"        /*\n{BEFORE}        */\n"),
    "an object whose look is a comment": _judging(
        "        // words.contains(message)\n        metrics.recordFind(message);\n"
        "        return Decision.allow();\n"
    ),
    "an object of which another overload looks": _judging(
        "        return Decision.allow();\n",
        f"    public Decision inspect(String message, int most) {{\n{CONTAINS}    }}\n",
    ),
    "an object in a method that asks nothing": {
        **_asking(),
        **_spring(ELSEWHERE.replace("GUARD", BEFORE)),
    },
    "an object after which the model is asked all the same": _asking(
        before=BEFORE.replace(
            "decision.reply()", "chatClient.prompt().user(message).call().content()"
        )
    ),
    "an object whose verdict is only told": _asking(
        before=BEFORE.replace("return decision.reply()", "log.warn(decision.reply())")
    ),
    "middleware that lets everything pass": _web(LETS),
    "middleware where a variable is set": _web(
        REDACTS,
        ROUTE.replace(": guardrailM", ': process.env.GUARD === "1" ? guardrailM').replace(
            "leware,\n", "leware : [],\n"
        ),
    ),
    "a guard that lets everybody in": _nest(
        GUARD.replace("!/ignore previous instructions/i.test(q)", "true")
    ),
    "a guard of roles": _nest(
        GUARD.replace("PromptInjectionGuard", "ModeratorGuard"),
        CONTROLLER.replace("PromptInjectionGuard", "ModeratorGuard"),
    ),
    "a guard of another controller": _nest(
        controller=CONTROLLER.replace("@UseGuards(PromptInjectionGuard)\n", ""),
        **{
            "src/posts.controller.ts": '@Controller("posts")\n'
            "@UseGuards(PromptInjectionGuard)\nexport class PostsController {}\n"
        },
    ),
    "a second model that is only told of": {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": REVIEWED.replace("out = review", "print(review)"),
    },
    "a second model where somebody wants it": {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": JUDGED.replace(
            "    if 'UNSAFE' in review:\n    ",
            "    if settings.review_enabled:\n        if 'UNSAFE' in review:\n        ",
        ),
    },
    "of the proxy, where somebody asks for it": _proxied(LITELLM.replace("true", "false")),
    "of the proxy, which only logs": _proxied(LITELLM.replace("pre_call", "logging_only")),
    "of a proxy that nothing starts": _proxied(LITELLM, compose="services: {}\n"),
    "of a proxy that nobody asks": _proxied(
        LITELLM, app=PROXIED.replace("base_url='http://litellm:4000'", "")
    ),
}


@pytest.mark.parametrize("files", ON.values(), ids=ON)
def test_what_stands_around_it_is_seen(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", OFF.values(), ids=OFF)
def test_what_holds_nothing_back_is_none(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message
