#!/bin/sh
# Make a virtual environment from a hashed requirement file and this repository's own packages.
# Usage: tools/setup.sh VENV LOCK [MEMBER...]
set -eu
cd "$(dirname "$0")/.."
venv=$1 lock=$2
shift 2

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python='' unable=''
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            if "$name" -c 'import ensurepip, venv' 2>/dev/null; then
                python=$name
                break
            fi
            unable=${unable:-$name}
        fi
    done
    if [ -z "$python" ] && [ -z "$unable" ]; then
        echo "Python 3.11, 3.12 or 3.13 is needed. On Debian or Ubuntu: apt install python3 python3-venv" >&2
        exit 1
    fi
    if [ -z "$python" ]; then
        version=$("$unable" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "$unable cannot make virtual environments. On Debian or Ubuntu: apt install python$version-venv (or python3-venv)" >&2
        exit 1
    fi
    echo "setup: making $venv with $($python --version)"
    "$python" -m venv --clear "$venv" # what was killed half-way is no environment
fi

echo "setup: installing what deploy/locks/$lock.txt names"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "deploy/locks/$lock.txt"
[ $# -gt 0 ] || exit 0
members=
for member in "$@"; do members="$members -e $member"; done
# shellcheck disable=SC2086 -- a list of options
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $members
