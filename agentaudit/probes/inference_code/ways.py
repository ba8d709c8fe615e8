"""Ways in which a program comes to know its commit that are seen at one place each."""

from __future__ import annotations

from agentaudit.probes.inference_code.assembled import assembled
from agentaudit.probes.inference_code.build_stamps import built_in
from agentaudit.probes.inference_code.deploy_scripts import scripted
from agentaudit.probes.inference_code.filed import filed
from agentaudit.probes.inference_code.go_stamps import go_stamped
from agentaudit.probes.inference_code.resource_tags import tagged
from agentaudit.probes.inference_code.stamps import stamped_in_ci
from agentaudit.probes.inference_code.told import told

LOOKS = (
    ("CI stamps what it builds with the commit", stamped_in_ci),
    ("all that CI deploys is tagged with the commit", tagged),
    ("the build writes the commit into what it makes", built_in),
    ("Go writes the commit into the binary that it builds", go_stamped),
    ("a script deploys it with the commit in its telemetry", scripted),
    ("it tells its commit from what the platform sets", told),
    ("CI writes the commit into a file that it reads", filed),
    ("it tells its commit from the version of its assembly", assembled),
)
"""What is said of each, and what finds it."""
