#!/bin/sh
# Keeps one issue for the stack $STACK: opened when it drifts, updated when the drift changes, closed when all is as
# declared, re-opened when it drifts again. Reads what check_drift.sh has written.
#
# Usage: report_drift.sh github|gitlab
set -eu

title="Webhook endpoints of $STACK are not as declared"
# An issue is found by this label and by the marker in its text. Only members can label: nobody else's issue is taken.
label=pulumi-drift

# list_issues LABEL, open_issue LABEL TITLE, update_issue NUMBER, close_issue NUMBER, reopen_issue NUMBER
case $1 in
github) . ci/github.sh ;;
gitlab) . ci/gitlab.sh ;;
esac

list_issues "$label" >issues.json
python3 ci/find_issue.py drift.md <issues.json >issue.txt
read -r number state text <issue.txt

case "$(cat drift.exit) $state $text" in
"7 none "*)
  open_issue "$label" "$title"
  ;;
"7 closed "*)
  update_issue "$number"
  reopen_issue "$number"
  ;;
"7 open changed")
  update_issue "$number"
  ;;
"0 open "*)
  close_issue "$number"
  ;;
*)
  echo "The issue needs no change."
  ;;
esac
