#!/bin/sh
# Deploys the stack $STACK, and tries once more after a failure.
#
# The second try has to be on this machine: its journal names a create whose outcome isn't known, and `recover` and
# `pulumi up` then continue that create instead of making a second endpoint.
# Set UNLOCK only if nothing else can hold the stack.
set -eu

recover() {
  pulumi-kinetic recover --stack "$STACK" ${UNLOCK:+--unlock}
}

recover # what an earlier run left, on this machine or on another
if ! pulumi up --yes --stack "$STACK"; then
  echo "The deploy failed; once more." >&2
  recover
  pulumi up --yes --stack "$STACK"
fi
pulumi-kinetic recover --stack "$STACK" # drops what is settled; exits with 7 if something needs a decision
