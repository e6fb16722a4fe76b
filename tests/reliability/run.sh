#!/usr/bin/env bash
# Makes the figures of docs/RELIABILITY.md anew: kills, several processes on one store, damaged stores, fuzzing.
#
#   tests/reliability/run.sh [ROUNDS] [SECONDS]
#
# ROUNDS: how often each experiment is repeated, 10 where it is not given. SECONDS: how long each fuzz target runs; not at
# all where it is not given. Fuzzing needs cargo-fuzz and runs on the stable compiler.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-10}
seconds=${2:-0}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

lscpu 2>/dev/null | sed -n 's/^Model name: */processor: /p; s/^CPU(s): */cores: /p' || true
git log -1 --format='commit: %h' 2>/dev/null || true

if ! BATCHSCOPE_ROUNDS=$rounds cargo test --locked --test it -- --nocapture --test-threads=1 \
    interruption:: faults:: damage:: >"$log" 2>&1; then
    cat "$log"
    exit 1
fi
grep -E '^(counted|skipped): |^test result' "$log"

[ "$seconds" -gt 0 ] || exit 0
failed=0
for target in $(sed -n '/^\[\[bin\]\]/,/^name/ s/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml); do
    # the compiler is a stable one that is asked to take the flags of a nightly
    if RUSTC_BOOTSTRAP=1 cargo fuzz run "$target" -- -max_total_time="$seconds" -print_final_stats=1 >"$log" 2>&1; then
        echo "fuzzed: $target, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions, nothing found"
    else
        echo "fuzzed: $target FAILED"
        tail -30 "$log"
        failed=1
    fi
done
exit "$failed"
