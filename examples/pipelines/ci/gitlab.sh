# shellcheck shell=sh
# Issues of GitLab, by its API. Used by report_drift.sh.
#
# DRIFT_ISSUES_TOKEN is a project access token with the role Reporter and the scope api. (A job's own token,
# CI_JOB_TOKEN, may not write issues.)

issues=$CI_API_V4_URL/projects/$CI_PROJECT_ID/issues

# The token goes to curl's standard input: a command line can be read by every process of the machine.
gitlab() {
  printf 'header = "PRIVATE-TOKEN: %s"\n' "$DRIFT_ISSUES_TOKEN" |
    curl --config - --fail-with-body --silent --show-error --max-time 60 "$@"
}

list_issues() {
  page=1
  while [ -n "$page" ]; do
    page=$(gitlab "$issues?scope=all&state=all&per_page=100&labels=$1&page=$page" \
      --output page.json --write-out '%header{x-next-page}')
    page=${page%[!0-9]*} # curl 7 gives a carriage return for a header without a value
    cat page.json
  done
}

open_issue() {
  gitlab "$issues" --output issue.json \
    --data-urlencode "labels=$1" --data-urlencode "title=$2" --data-urlencode description@drift.md
}

update_issue() {
  gitlab "$issues/$1" --request PUT --output issue.json --data-urlencode description@drift.md
}

close_issue() {
  gitlab "$issues/$1" --request PUT --output issue.json --data state_event=close
}

reopen_issue() {
  gitlab "$issues/$1" --request PUT --output issue.json --data state_event=reopen
}
