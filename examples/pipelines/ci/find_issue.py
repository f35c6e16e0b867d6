"""Find a stack's issue again: reads lists of issues in JSON, and prints NUMBER, STATE (open, closed) and TEXT.

TEXT is "same" if the issue's text is the report, else "changed". Where there is no issue: "0 none changed".
"""

import json
import sys
from pathlib import Path

report = Path(sys.argv[1]).read_text(encoding="utf-8").strip()
marker = report.splitlines()[0]
listed = sys.stdin.buffer.read().decode().strip()

issues = []
while listed:  # one list a page
    page, end = json.JSONDecoder().raw_decode(listed)
    issues += page
    listed = listed[end:].lstrip()

for issue in issues:
    # GitHub's names, or GitLab's. GitHub lists pull requests, too.
    text = (issue.get("body") or issue.get("description") or "").replace("\r\n", "\n").strip()
    if text.startswith(marker) and "pull_request" not in issue:
        state = "closed" if issue["state"] == "closed" else "open"
        print(issue.get("number") or issue["iid"], state, "same" if text == report else "changed")
        break
else:
    print("0 none changed")
