#!/bin/bash
# A sweep of Grokscope as a Slurm array, one task a shard: sbatch slurm.sh
# Time of a shard: see `grokscope cluster slurm`, which prints this script for a spec.
#SBATCH --job-name=grokscope
#SBATCH --array=1-8
#SBATCH --requeue
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
#SBATCH --signal=TERM@60
#SBATCH --open-mode=append
#SBATCH --output=%x-%a.log

SPEC=${SPEC:-edge.json}
DIR=${DIR:-edge}
SHARDS=8
ENGINE=${ENGINE:-webgpu}
GROKSCOPE=${GROKSCOPE:-grokscope}

# Where Slurm hides the GPUs of others (ConstrainDevices=yes in cgroup.conf), each task sees its own and
# no more. Where it does not, ADAPTER chooses by name, such as ADAPTER="NVIDIA A100".
srun $GROKSCOPE run "$SPEC" --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" --out "$DIR" \
  --engine "$ENGINE" ${ADAPTER:+--adapter "$ADAPTER"}
code=$?

# 75: stopped by SIGTERM, before the time limit or for another job; 137: killed. Either way, what is
# done is saved, and the task goes on from there when it has its turn again.
if [[ $code == 75 || $code == 137 ]] && ((${SLURM_RESTART_COUNT:-0} < 10)); then
  exec scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit $code
