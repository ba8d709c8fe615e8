#!/usr/bin/env bash
# Writes the audit as one comment on the pull request, and rewrites that one at every push.
# Needs gh, GH_TOKEN and the permission `pull-requests: write`; a fork's token has it not, which
# costs the comment and no verdict.
set -euo pipefail

comment="$1/comment.md"
[ -s "$comment" ] || exit 0
# -I: what lies in the audited directory, such as a json.py, is not imported.
number="$(python3 -I -c '
import json, os
with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as event:
    print(json.load(event).get("pull_request", {}).get("number", ""))
')"
[ -n "$number" ] || { echo "No pull request, so no comment."; exit 0; }

comments="repos/$GITHUB_REPOSITORY/issues/$number/comments"
# Only a comment of our own: nobody else can make us rewrite theirs.
mine='.[] | select(.user.type == "Bot" and (.body | startswith("<!-- agentaudit -->"))) | .id'
earlier="$(gh api --paginate "$comments" --jq "$mine" | head -n 1)" || earlier=""
if [ -n "$earlier" ]; then
    gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$earlier" -F "body=@$comment" >/dev/null
else
    gh api --method POST "$comments" -F "body=@$comment" >/dev/null
fi || echo "::warning title=agentaudit::the comment could not be written: it needs pull-requests%3A write"
