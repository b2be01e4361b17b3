#!/bin/sh
# A sweep of Grokscope over a few machines by GNU parallel, one job a shard: sh parallel.sh
# MACHINES as --sshlogin takes them, such as 1/alice,1/bob for one job at a time on each; DIR is on a
# file system that all of them share. `:` is this machine.
SPEC=${SPEC:-edge.json}
DIR=${DIR:-edge}
SHARDS=${SHARDS:-8}
ENGINE=${ENGINE:-auto}
GROKSCOPE=${GROKSCOPE:-grokscope}

# Jobs that were killed or stopped are run again, up to ten times.
seq "$SHARDS" | parallel --sshlogin "${MACHINES:-1/:}" --workdir . --retries 10 --line-buffer \
  "$GROKSCOPE run $SPEC --shard {}/$SHARDS --out $DIR --engine $ENGINE --quiet"
