"""Names of libraries that are parts of other words."""

from __future__ import annotations

from tests.probes.traps.trap import APP, ASK, FAIL, NOT_APPLICABLE, OPENAI, PASS, Trap

TRACEBACKS, TRACING = "telemetry-tracebacks-kept", "telemetry-tracing-wired"
MEMORY, INGESTION = "telemetry-memory-measured", "rag-ingestion-in-repository"

SCROLLBAR = (
    "import tkinter as tk\nfrom scrollbar import init\n\nfrom app import answer\n\n\n"
    "def window() -> None:\n    root = tk.Tk()\n    log = tk.Text(root)\n"
    "    scrollbar = tk.Scrollbar(root, command=log.yview)\n    init(scrollbar)\n"
    '    try:\n        log.insert("end", answer("why?"))\n    except Exception as error:\n'
    "        print(error)\n\n\nwindow()\n"
)
CHAT = (
    'import OpenAI from "openai";\nimport { Scrollbars } from "react-custom-scrollbars-2";\n\n'
    "export async function Chat({ question }: { question: string }) {\n  try {\n"
    "    const said = await new OpenAI().responses.create({\n"
    '      model: "gpt-4o-2024-08-06", input: question });\n'
    "    return <Scrollbars>{said.output_text}</Scrollbars>;\n"
    "  } catch (err) {\n    return <p>Something went wrong</p>;\n  }\n}\n"
)
CHAT_PACKAGE = (
    '{"name": "chat", "dependencies": {"openai": "5.0.0", "react-custom-scrollbars-2": "4.5.0"}}'
)
ROLLBAR = (
    ASK + "\n\nimport os\n\nimport rollbar\n\n"
    'rollbar.init(os.environ["ROLLBAR_TOKEN"])\nanswer("why?")\n'
)
SUMMARIZE = (
    ASK + "\n\nfrom pipelines.summarize import register, summarize\n\n"
    "register()\nprint(summarize(answer('why?')))\n"
)
PIPELINE = (
    "STEPS = []\n\n\ndef register():\n    STEPS.append(summarize)\n\n\n"
    "def summarize(text):\n    return text\n"
)
PARAMETERS = (
    ASK + "\n\nimport inspect\n\n\ndef schema(tool) -> dict:\n    found = {}\n"
    "    for parameter in inspect.signature(tool).parameters.values():\n"
    "        parameter.record(tool)\n        parameter.set(tool)\n"
    "        found[parameter.name] = str(parameter.annotation)\n    return found\n\n\n"
    "schema(answer)\n"
)
METER = (
    ASK + "\n\nimport psutil\nfrom opentelemetry import metrics\n\n"
    'meter = metrics.get_meter("planner")\ngauge = meter.create_gauge("process.memory.usage")\n'
    "gauge.set(psutil.Process().memory_info().rss)\n"
)
GO_MOD = (
    "module acme.example/docs\n\ngo 1.24\n\nrequire (\n"
    "\tgithub.com/alecthomas/chroma/v2 v2.15.0\n\tgithub.com/openai/openai-go v1.8.0\n)\n"
)
GO = (
    'package main\n\nimport (\n\t"os"\n\n\t"github.com/alecthomas/chroma/v2/quick"\n'
    '\t"github.com/openai/openai-go"\n)\n\nfunc main() {\n\tclient := openai.NewClient()\n'
    '\t_ = client\n\t_ = quick.Highlight(os.Stdout, "package main", "go", "terminal", "monokai")\n'
    "}\n"
)
CHROMA = (
    "import chromadb\nfrom langchain_text_splitters import RecursiveCharacterTextSplitter\n"
    "from pypdf import PdfReader\n\n"
    'store = chromadb.PersistentClient().get_or_create_collection("kb")\n\n\n'
    'def ingest(path):\n    text = "".join(p.extract_text() for p in PdfReader(path).pages)\n'
    "    chunks = RecursiveCharacterTextSplitter().split_text(text)\n"
    "    store.add(documents=chunks, ids=[f'{path}-{n}' for n in range(len(chunks))])\n\n\n"
    "ingest('handbook.pdf')\n"
)
CHART = (
    ASK + "\n\nimport psutil\n\nfrom charts import create_histogram\n\n"
    "WORKERS = psutil.virtual_memory().total // 2**30\n"
    "create_histogram([len(answer('why?')) for _ in range(WORKERS)], title='Length of answers')\n"
)
PLOT = (
    "import matplotlib.pyplot as plt\n\n\n"
    "def create_histogram(values, title):\n    plt.hist(values)\n"
)

TRAPS = (
    Trap(
        "`rollbar` in scrollbar",
        TRACEBACKS,
        FAIL,
        "no call keeps the traceback of an error",
        {**APP, "window.py": SCROLLBAR},
        case="a scrollbar of Tk",
    ),
    Trap(
        "`rollbar` in scrollbar",
        TRACEBACKS,
        FAIL,
        "no call keeps the traceback of an error",
        {"package.json": CHAT_PACKAGE, "src/chat.tsx": CHAT},
        case="a scrollbar of React",
    ),
    Trap(
        "`rollbar` in scrollbar",
        TRACEBACKS,
        PASS,
        "rollbar",
        {"requirements.txt": "openai==1.93.0\nrollbar==1.3.0\n", "app.py": ROLLBAR},
        case="rollbar itself",
    ),
    Trap(
        "`arize` in summarize",
        TRACING,
        FAIL,
        "no library that traces",
        {**OPENAI, "app.py": SUMMARIZE, "pipelines/summarize.py": PIPELINE},
    ),
    Trap(
        "`arize` in summarize",
        TRACING,
        PASS,
        "arize-otel",
        {
            "requirements.txt": "openai==1.93.0\narize-otel==0.8.2\n"
            "openinference-instrumentation-openai==0.1.30\n",
            "app.py": ASK + "\n\nfrom arize.otel import register\n"
            "from openinference.instrumentation.openai import OpenAIInstrumentor\n\n"
            "OpenAIInstrumentor().instrument(tracer_provider=register(space_id='a'))\n",
        },
        case="arize itself",
    ),
    Trap(
        "`meter.` in parameter.",
        MEMORY,
        FAIL,
        "nothing measures the memory in use",
        {**OPENAI, "app.py": PARAMETERS},
    ),
    Trap(
        "`meter.` in parameter.",
        MEMORY,
        PASS,
        "memory is measured",
        {
            "requirements.txt": "openai==1.93.0\npsutil==7.0.0\nopentelemetry-sdk==1.35.0\n",
            "app.py": METER,
        },
        case="a meter itself",
    ),
    Trap(
        "`chroma` the Go syntax highlighter",
        INGESTION,
        NOT_APPLICABLE,
        "searches no vector store",
        {"go.mod": GO_MOD, "main.go": GO},
    ),
    Trap(
        "`chroma` the Go syntax highlighter",
        INGESTION,
        PASS,
        "the ingestion code shows",
        {
            "requirements.txt": "chromadb==1.0.15\nlangchain-text-splitters==0.3.8\npypdf==5.7.0\n",
            "ingest.py": CHROMA,
        },
        case="chroma the vector store",
    ),
    Trap(
        "`create_histogram` of a chart",
        MEMORY,
        FAIL,
        "nothing measures the memory in use",
        {
            "requirements.txt": "openai==1.93.0\npsutil==7.0.0\nmatplotlib==3.10.3\n",
            "app.py": CHART,
            "charts.py": PLOT,
        },
    ),
)
