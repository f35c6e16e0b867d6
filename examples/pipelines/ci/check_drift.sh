#!/bin/sh
# Writes the drift of the stack $STACK to drift.md, and to drift.exit whether there is any: 7, else 0.
#
# Ends with the exit code of a check that failed itself (the key is refused, the API is down): it says nothing about the
# stack, so that the issue stays as it is.
set -eu

code=0
pulumi-kinetic drift --unmanaged --stack "$STACK" --format markdown >drift.md || code=$?
echo "$code" >drift.exit
case $code in
0 | 7) cat drift.md ;;
*) exit "$code" ;;
esac
