"""Edge functions of Supabase."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

PAGE = {
    "package.json": '{"name": "page", "dependencies": {"react": "19"}, "scripts": {"build": "vite build"}}',
    "src/main.tsx": "import React from 'react';\n",
    "index.html": "<script src='/src/main.tsx'></script>\n",
    "Dockerfile": "FROM node:22\nCOPY package.json src ./\n",
}
CHAT = (
    "const answer = await fetch('https://api.openai.com/v1/chat/completions', {\n"
    "  method: 'POST', headers: { Authorization: `Bearer ${Deno.env.get('KEY')}` } });\n"
)
FUNCTION = {"supabase/functions/chat/index.ts": CHAT, "supabase/functions/_shared/cors.ts": ""}
CI = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {}\n"
FOUND = {".": False, "supabase/functions": True}
WHOLE = {".": True}


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ({".github/workflows/a.yml": CI.format("supabase functions deploy chat")}, FOUND),
        ({"deploy.sh": "npx supabase functions deploy --project-ref x\n"}, FOUND),
        ({"deploy.sh": "# supabase functions deploy chat\n"}, WHOLE),
        ({"README.md": "supabase functions deploy chat\n"}, WHOLE),
        ({".github/workflows/a.yml": CI.format("supabase db push")}, WHOLE),
    ],
)
def test_functions_that_are_deployed_are_a_part(
    files: dict[str, str], parts: dict[str, bool]
) -> None:
    found = MemoryRepo({**PAGE, **FUNCTION, **files}).components()
    assert {each.path: each.agentic for each in found} == parts


def test_what_functions_share_is_none() -> None:
    files = {"supabase/functions/_shared/index.ts": CHAT, "a.sh": "supabase functions deploy\n"}
    assert [each.path for each in MemoryRepo({**PAGE, **files}).components()] == ["."]
