"""Tracing that no import shows: a string or the environment switches it on."""

from __future__ import annotations

from tests.probes.traps.trap import FAIL, PASS, Trap

TRACING = "telemetry-tracing-wired"
LITELLM = {"requirements.txt": "litellm==1.74.0\nlangfuse==3.2.0\n"}
CALLBACK = (
    "import litellm\n\n{}\n\n\ndef answer(text: str) -> str:\n    said = litellm.completion(\n"
    '        model="gpt-4o-2024-08-06", messages=[{{"role": "user", "content": text}}]\n    )\n'
    '    return said.choices[0].message.content\n\n\nanswer("why?")\n'
)
LLAMA = {"requirements.txt": "llama-index==0.12.48\n"}
HANDLER = (
    "from llama_index.core import VectorStoreIndex, set_global_handler\n"
    "from llama_index.core import SimpleDirectoryReader\n\n{}\n"
    'index = VectorStoreIndex.from_documents(SimpleDirectoryReader("data").load_data())\n'
    'print(index.as_query_engine().query("why?"))\n'
)
GRAPH = {
    "requirements.txt": "langgraph==0.5.0\nlangchain-openai==0.3.27\n",
    "graph.py": "from langchain_openai import ChatOpenAI\n"
    "from langgraph.graph import StateGraph\n\n"
    'model = ChatOpenAI(model="gpt-4o-2024-08-06")\ngraph = StateGraph(dict)\n'
    'graph.add_node("plan", lambda state: {"plan": model.invoke(state["text"])})\n'
    "app = graph.compile()\n",
    "Dockerfile": 'FROM python:3.12-slim\nCOPY . .\nCMD ["uvicorn", "graph:app"]\n',
}
COMPOSE = (
    "services:\n  planner:\n    build: .\n    environment:\n      LANGSMITH_TRACING: '{}'\n"
    "      LANGSMITH_API_KEY: ${{LANGSMITH_API_KEY}}\n"
)
UNIT = (
    "on: [push]\njobs:\n  unit:\n    runs-on: ubuntu-24.04\n    env:\n"
    "      LANGSMITH_TRACING: 'true'\n    steps:\n      - uses: actions/checkout@v4\n"
    "      - run: pytest tests\n"
)

TRAPS = (
    Trap(
        '`litellm.callbacks = ["langfuse"]`',
        TRACING,
        PASS,
        "langfuse",
        {**LITELLM, "app.py": CALLBACK.format('litellm.callbacks = ["langfuse"]')},
    ),
    Trap(
        '`litellm.callbacks = ["langfuse"]`',
        TRACING,
        PASS,
        "langfuse",
        {
            **LITELLM,
            "requirements.txt": "litellm==1.74.0\n",
            "app.py": CALLBACK.format('litellm.success_callback.append("langfuse")'),
        },
        case="neither declared nor imported",
    ),
    Trap(
        '`litellm.callbacks = ["langfuse"]`',
        TRACING,
        FAIL,
        "langfuse is declared",
        {**LITELLM, "app.py": CALLBACK.format('# litellm.callbacks = ["langfuse"]')},
        case="commented out",
    ),
    Trap(
        '`set_global_handler("arize_phoenix")`',
        TRACING,
        PASS,
        "arize-phoenix",
        {**LLAMA, "app.py": HANDLER.format('set_global_handler("arize_phoenix")')},
    ),
    Trap(
        '`set_global_handler("arize_phoenix")`',
        TRACING,
        FAIL,
        "no library that traces",
        {**LLAMA, "app.py": HANDLER.format('set_global_handler("simple")')},
        case="a handler that prints",
    ),
    Trap(
        "LangSmith purely by env",
        TRACING,
        PASS,
        "langsmith",
        {**GRAPH, "compose.yaml": COMPOSE.format("true")},
    ),
    Trap(
        "LangSmith purely by env",
        TRACING,
        FAIL,
        "no library that traces",
        {**GRAPH, "compose.yaml": COMPOSE.format("false")},
        case="set to false",
    ),
    Trap(
        "LangSmith purely by env",
        TRACING,
        FAIL,
        "langsmith is declared",
        {**GRAPH, ".github/workflows/unit.yml": UNIT},
        case="of the runs of CI",
    ),
)
