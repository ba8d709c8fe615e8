"""Content filters of the infrastructure count where they block, are on, and are put on a model."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.guardrails.on_by_default import on_by_default

APP = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": "from openai import AzureOpenAI\nclient = AzureOpenAI()\n\ndef answer(question):\n"
    "    return client.responses.create(model='gpt-4o', input=question)\n\nanswer('why?')\n",
}
BICEP = (
    "param filtered bool = true\n\n"
    "resource policy 'Microsoft.CognitiveServices/accounts/raiPolicies@2024-10-01' ="
    " if (filtered) {\n  name: 'own'\n  properties: {\n    contentFilters: [\n"
    "      { name: 'Hate', blocking: true, enabled: true, source: 'Prompt' }\n    ]\n  }\n}\n\n"
    "resource chat 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = {\n"
    "  name: 'chat'\n  properties: {\n    raiPolicyName: filtered ? policy.name : null\n  }\n}\n"
)
TERRAFORM = (
    'variable "filtered" {\n  type    = bool\n  default = true\n}\n\n'
    'resource "azurerm_cognitive_account_rai_policy" "own" {\n'
    "  count            = var.filtered ? 1 : 0\n"
    '  name             = "own"\n  base_policy_name = "Microsoft.Default"\n  content_filter {\n'
    '    name               = "Hate"\n    filter_enabled     = true\n'
    '    block_enabled      = true\n    severity_threshold = "High"\n'
    '    source             = "Prompt"\n  }\n}\n\n'
    'resource "azurerm_cognitive_deployment" "chat" {\n  name            = "chat"\n'
    "  rai_policy_name = azurerm_cognitive_account_rai_policy.own[0].name\n}\n"
)
ON = {"bicep": {"infra/ai.bicep": BICEP}, "terraform": {"infra/ai.tf": TERRAFORM}}
OFF = {
    "off by default": {"infra/ai.bicep": BICEP.replace("bool = true", "bool = false")},
    "off where it is deployed": {
        "infra/ai.bicep": BICEP,
        "infra/main.parameters.json": '{"parameters": {"filtered": {"value": false}}}',
    },
    "only notes": {"infra/ai.bicep": BICEP.replace("blocking: true", "blocking: false")},
    "on no deployment": {"infra/ai.bicep": BICEP.replace("policy.name", "null")},
    "variable that is off": {
        "infra/ai.tf": TERRAFORM.replace("= true\n}\n\nres", "= false\n}\n\nres")
    },
    "the host's own": {
        "infra/ai.bicep": "resource chat 'Microsoft.CognitiveServices/accounts/deployments@2024'"
        " = {\n  properties: {\n    raiPolicyName: 'Microsoft.DefaultV2'\n  }\n}\n"
    },
    "of an example": {"examples/ai.bicep": BICEP},
}


@pytest.mark.parametrize("files", ON.values(), ids=ON)
def test_a_filter_that_blocks_counts(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": {**APP, **files}}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", OFF.values(), ids=OFF)
def test_any_other_does_not(files: dict[str, str]) -> None:
    answer = on_by_default.ask(testing.build({"component": {"files": {**APP, **files}}}))
    assert answer.outcome is Outcome.FAIL, answer.message
