#!/bin/sh
# Run every test, the long forms too, on each Python from 3.11 to 3.13 that this machine has.
set -eu
cd "$(dirname "$0")/.."
members="shared services/intake services/triage services/notifier services/publisher deploy/embedded"
found=0
for version in 3.11 3.12 3.13; do
    command -v "python$version" >/dev/null 2>&1 || continue
    "python$version" -c 'import ensurepip' 2>/dev/null || continue
    found=$((found + 1))
    # shellcheck disable=SC2086 -- a list of members
    PYTHON=python$version ./tools/setup.sh ".venv-$version" development $members
    echo "test-all: Python $version"
    ".venv-$version/bin/python" -m pytest --long
done
test "$found" -gt 0 || { echo "no Python from 3.11 to 3.13 found" >&2; exit 1; }
