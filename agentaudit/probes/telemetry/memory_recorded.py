from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, passed, probe
from agentaudit.probes.telemetry.amounts import MEBIBYTE, at_least
from agentaudit.response import Response

STEP = {"name": "chat gpt-4o"}
PEAK = {"process.memory.peak_bytes": 734_003_200}


@probe(
    "telemetry-memory-recorded",
    fix="Record the peak where the step ends: "
    '`span.set_attribute("process.memory.peak_bytes", '
    "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)`.",
    examples=[
        Example(Outcome.PASS, {"response": {"spans": [{**STEP, "attributes": PEAK}]}}),
        Example(
            Outcome.PASS,
            {"response": {"spans": [STEP], "series": ["process.memory"]}},
            "a metric series covers its instances and its time",
        ),
        Example(Outcome.FAIL, {"response": {"spans": [STEP]}}),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [STEP], "series": ["gpu.memory"]}},
            "a series of something else",
        ),
        Example(
            Outcome.FAIL,
            {
                "response": {
                    "spans": [
                        {**STEP, "attributes": PEAK},
                        {**STEP, "resource": {"service.name": "reader"}},
                    ]
                }
            },
            "one of two services says nothing",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "attributes": {"process.memory.peak_bytes": 0}}]}},
            "no process runs in no memory",
        ),
        Example(
            Outcome.FAIL,
            {"response": {"spans": [{**STEP, "attributes": {"process.memory.peak_bytes": 1}}]}},
            "nor in one byte",
        ),
        Example(Outcome.UNKNOWN, {"response": {"spans": [{**STEP, "resource": None}]}}),
    ],
)
def memory_recorded(response: Response) -> Answer:
    """Is the peak process memory of every service recorded, or covered by a metric series?

    Answers that are slow, cut short or missing are often a process at its memory limit. The number
    must be found from the response itself, not in a dashboard of the day before.
    """
    if "process.memory" in response.series:
        return passed("a metric series covers every service", response.entry.evidence())
    gaps = Gaps(len(response.services))
    for service in response.services:
        fact = at_least(service.fact("process.memory"), MEBIBYTE)
        gaps.need(fact, f"peak memory of {service.name}", service.name, service.evidence())
    return gaps.answer("every service records its peak memory")
