# Read by .ci/run and tools/test-all.sh: the tests as two halves at once, for two cores. Tests that kill and freeze
# servers or drive a browser mostly wait; whatever is not named needs a processor, and is in the other half.
# shellcheck shell=bash
first="tests/broker tests/browser tests/database tests/faults tests/performance"
scratch=''

at_once() { # FUNCTION FUNCTION: both at the same time; what the second says follows what the first has said
    local said failed=0 second
    said=$(mktemp)
    "$2" >"$said" 2>&1 &
    second=$!
    "$1" || failed=1
    wait "$second" || failed=1
    cat "$said"
    rm -f "$said"
    return $failed
}

# Tests commit tens of thousands of times. Where there is memory to spare, what they write stays in it, and no commit
# waits for a disk; programs must be allowed to run there, and PostgreSQL must be let through as another user.
into_memory() {
    local memory=/dev/shm room_mb=6000 least
    # The least of what is free there and of what the machine has left, in MB.
    least=$({ df --output=avail -m "$memory" && awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo; } 2>/dev/null | sort -n | sed -n 2p)
    [[ -w $memory && ${least:-0} -ge $room_mb ]] || return 0
    scratch=$(mktemp -d "$memory/pprg-tests-XXXXXX")
    chmod 711 "$scratch"
    printf '#!/bin/sh\n' >"$scratch/allowed" && chmod 755 "$scratch/allowed"
    if "$scratch/allowed" 2>/dev/null; then export TMPDIR=$scratch; fi
}

leave_nothing() { # at the end, however it comes
    # shellcheck disable=SC2046 -- a list of processes, or none
    kill $(jobs -p) 2>/dev/null || true
    if [[ $scratch ]]; then rm -rf "$scratch"; fi
}
