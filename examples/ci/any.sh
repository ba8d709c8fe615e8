#!/bin/sh
# Any other CI: the exit code is the verdict, the files are for whoever reads them.
# 0 passed · 1 failed · 2 usage · 3 no verdict · 4 a probe crashed
set -eu
mkdir -p agentaudit-report
exec agentaudit scan . --baseline baseline.json --history agentaudit-report/history.jsonl \
    -o agentaudit-report/audit.json -o agentaudit-report/junit.xml -o agentaudit-report/summary.md \
    -o agentaudit-report/badge.svg -o agentaudit-report/audit.intoto.json
