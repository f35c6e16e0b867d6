# shellcheck shell=sh
# Issues of GitHub, by `gh`, which reads GH_TOKEN and GH_REPO. Used by report_drift.sh.

list_issues() {
  # not `gh issue list`: with a label it asks the search, which knows of a new issue only after a while
  gh api --paginate "repos/$GH_REPO/issues?state=all&per_page=100&labels=$1"
}

open_issue() {
  gh label create "$1" --force --description "A Pulumi stack is not as declared"
  gh issue create --label "$1" --title "$2" --body-file drift.md
}

update_issue() {
  gh issue edit "$1" --body-file drift.md
}

close_issue() {
  gh issue close "$1"
}

reopen_issue() {
  gh issue reopen "$1"
}
