#!/usr/bin/env bash
# Audits in a job of GitHub Actions: annotations, job summary and outputs from one scan.
# action.yml says which variables it reads; agentaudit must be on PATH.
set -euo pipefail

out="${AGENTAUDIT_OUT:-$RUNNER_TEMP/agentaudit}"
mkdir -p "$out"

arguments=(scan "${INPUT_PATH:-.}")
for format in audit.json audit.sarif junit.xml summary.md comment:comment.md github:annotations.txt; do
    rm -f "$out/${format#*:}" # an earlier audit of the same job must not speak for this one
    case $format in
        *:*) arguments+=(-o "${format%%:*}:$out/${format#*:}") ;;
        *) arguments+=(-o "$out/$format") ;;
    esac
done
[ -z "${INPUT_FAIL_UNDER:-}" ] || arguments+=(--fail-under "$INPUT_FAIL_UNDER")
[ -z "${INPUT_MIN_LEVEL:-}" ] || arguments+=(--min-level "$INPUT_MIN_LEVEL")
[ -z "${INPUT_MIN_RECONSTRUCTABLE:-}" ] || arguments+=(--min-reconstructable "$INPUT_MIN_RECONSTRUCTABLE")
[ -z "${INPUT_BASELINE:-}" ] || arguments+=(--baseline "$INPUT_BASELINE")
more=()
[ -z "${INPUT_ARGS:-}" ] || read -r -d '' -a more <<<"$INPUT_ARGS" || true

# What is audited may print lines that GitHub would obey: between these two it obeys none.
token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
echo "::stop-commands::$token"
code=0
agentaudit "${arguments[@]}" ${more[@]+"${more[@]}"} || code=$?
echo "::$token::"

# `--help` among the arguments ends well, and has audited nothing.
[ -s "$out/audit.json" ] || [ "$code" -ne 0 ] || code=3

# A page for people, where this version draws one; it changes no verdict.
report="$out/summary.md"
if [ -s "$out/audit.json" ] && agentaudit report "$out/audit.json" -o "$out/report.html" >/dev/null 2>&1; then
    report="$out/report.html"
fi

[ ! -s "$out/annotations.txt" ] || cat "$out/annotations.txt"
if [ -s "$out/summary.md" ]; then
    cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
else
    echo "::error title=agentaudit::no audit was made (exit $code): see the log of this step"
    printf '## agentaudit: no audit was made\n\nExit code %s: see the log of the step.\n' "$code" \
        >>"$GITHUB_STEP_SUMMARY"
fi

# -I: what lies in the audited directory, such as a json.py, is not imported.
python3 -I - "$out/audit.json" "$code" "$report" "$out" >>"$GITHUB_OUTPUT" <<'PYTHON'
import json
import pathlib
import sys

audit, code, report, out = sys.argv[1:]
path = pathlib.Path(audit)
card = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
reach = card["reconstructable"] if card else {"full": 0, "total": 0}
print(f"score={int(card['score']['low']) if card else ''}")
print(f"reconstructable={reach['full']}/{reach['total']}")
print(f"gate={card['gate']['verdict'] if card else 'no_verdict'}")
print(f"exit-code={code}")
print(f"report-path={report}")
print(f"directory={out}")
PYTHON
exit "$code"
