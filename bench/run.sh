#!/usr/bin/env bash
# Measures this machine and writes the tables into bench/results/NAME.
#
#   bench/run.sh NAME [FOLDER]
#
# NAME says what machine it is. FOLDER is where the models are made, one at a time, and removed again; it needs
# 5 GB. Where the system takes back memory that was not used for seconds (DAMON on Linux), a folder in tmpfs, which it
# leaves alone, keeps prompts from waiting for pages. Nothing else should run meanwhile: close what you can, and see the spread of each row for what was left.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?"which machine is this? usage: bench/run.sh NAME [FOLDER]"}
folder=${2:-}
[ -n "$folder" ] || folder=$(mktemp -d)
mkdir -p "$folder"
results=bench/results/$name
rm -rf "$results"
mkdir -p "$results"
model=$folder/lathe-bench.gguf
trap 'rm -f "$model"' EXIT

dotnet build src/Lathe.Cli -c Release -v q -nologo
lathe=artifacts/bin/Lathe.Cli/release/lathe

# measure TABLE OPTIONS...: the records go to TABLE.jsonl, what a person reads, errors too, to TABLE.md.
measure() {
    local table=$results/$1
    shift
    echo "$table: lathe bench $*"
    printf 'lathe bench %s\n\n' "${*//$folder\//}" > "$table.md"
    "$lathe" bench "$@" -o jsonl -oe md > "$table.jsonl" 2>> "$table.md" || { cat "$table.md" >&2; rm "$table.jsonl"; }
}

# synthesise PRESET TYPE [OPTIONS...]: random weights in the model's own shape; speed does not depend on their values.
synthesise() {
    "$lathe" synth "$1" "$2" "$model" "${@:3}"
}

"$lathe" devices > "$results/machine.txt"

# Each matrix kernel by itself.
dotnet build bench/Lathe.Benchmarks -c Release -v q -nologo
artifacts/bin/Lathe.Benchmarks/release/Lathe.Benchmarks kernels --quick > "$results/kernels.txt"

# The model that travels with the command, as far as its context goes.
measure tales-29m-q8_0 -p 512 -n 64 -d 0 -r 5 --roofline

# One dense model in each block format.
for type in q8_0 q4_0 q4_k q6_k iq4_xs; do
    synthesise qwen2-1.5b "$type"
    measure "qwen2-1.5b-$type" -m "$model" -p 512 -n 64 -d 0 -r 5 --roofline
    if grep -q AMX "$results/machine.txt"; then
        # As processors without matrix tiles run it.
        measure "qwen2-1.5b-$type-8-bits" -m "$model" -p 512 -n 0 -d 0 -r 5 --roofline --route 'cpu.*.amx=off'
    fi
    case $type in
        q8_0)
            measure "qwen2-1.5b-$type-depths" -m "$model" -p 512 -n 32 -d 0,4096,16384 -r 3 --roofline --plot "$results/qwen2-1.5b-$type-depths.svg"
            measure "qwen2-1.5b-$type-q8_0-cache" -m "$model" -p 512 -n 32 -d 4096 -r 3 --roofline --kv q8_0
            measure "qwen2-1.5b-$type-frontier" -m "$model" -n 16 --frontier 1024-4096+1024 --plot "$results/qwen2-1.5b-$type-frontier.svg"
            ;;
        q4_k)
            measure "qwen2-1.5b-$type-specialization" -m "$model" -p 512 -n 32 -d 0,1024,4096 -r 5 --ablate specialization
            ;;
    esac
    rm -f "$model"
done

# Weights that are not quantised.
synthesise qwen2-1.5b bf16
measure qwen2-1.5b-bf16 -m "$model" -p 512 -n 32 -d 0 -r 5 --roofline
rm -f "$model"

# Mixtures of experts: six layers of the whole model's shape, so that they fit into memory and time.
synthesise qwen3moe-30b-a3b q8_0 --layers 6
measure qwen3moe-30b-a3b-6-layers-q8_0 -m "$model" -p 512 -n 32 -d 0 -r 5 --roofline
rm -f "$model"
synthesise gpt-oss-20b mxfp4 --layers 6
measure gpt-oss-20b-6-layers-mxfp4 -m "$model" -p 512 -n 32 -d 0 -r 5 --roofline
