"""Memory that a server of Open Liberty measures."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.liberty import measured

POM = "<project><artifactId>a</artifactId></project>\n"
SERVER = "<server>\n  <featureManager>\n    {}\n  </featureManager>\n</server>\n"


@pytest.mark.parametrize(
    ("feature", "line"),
    [
        ("<feature>mpMetrics</feature>", 3),
        ("<feature>mpMetrics-5.1</feature>", 3),
        ("<feature>microProfile-6.1</feature>", 3),
        ("<feature>microprofile-6.1</feature>", 3),
        ("<feature>microProfile-7.0</feature>", None),
        ("<feature>mpConfig</feature>", None),
        ("<!-- <feature>mpMetrics</feature> -->", None),
    ],
)
def test_features_that_measure(feature: str, line: int | None) -> None:
    files = {"pom.xml": POM, "src/main/liberty/config/server.xml": SERVER.format(feature)}
    found = measured(testing.repository({"files": files}), testing.component({"files": files}))
    assert (found.line if found else None) == line


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("src/main/liberty/config/configDropins/defaults/metrics.xml", True),
        ("src/test/liberty/config/server.xml", False),
        ("src/main/resources/samples/server.xml", False),
    ],
)
def test_only_the_servers_own_configuration_counts(path: str, found: bool) -> None:
    files = {"pom.xml": POM, path: SERVER.format("<feature>mpMetrics</feature>")}
    given = testing.repository({"files": files}), testing.component({"files": files})
    assert (measured(*given) is not None) is found
