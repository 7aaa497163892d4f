#!/usr/bin/env bash
# Run every test on each Python from 3.11 to 3.13 that this machine has: on the path, in PYTHONS (programs, with spaces
# between) or kept by pyenv, each time in two halves at once. On the first one the long forms run too, and all of every day
# once more with SQLAlchemy 2.0. LONG="--long" runs the long forms everywhere.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/halves.sh
members="shared services/intake services/triage services/notifier services/publisher deploy/embedded"

python_for() { # VERSION: the first program that is this Python and can make virtual environments
    for python in ${PYTHONS:-} "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        command -v "$python" >/dev/null 2>&1 || continue
        "$python" -c "import ensurepip, sys; sys.exit(sys.version_info[:2] != ($(echo "$1" | tr . ,)))" 2>/dev/null || continue
        echo "$python"
        return
    done
}

set_up() { # VENV PYTHON
    # shellcheck disable=SC2086 -- a list of members
    PYTHON=$2 ./tools/setup.sh "$1" development $members
}

try() { # VENV OPTION: every test; what fails is said at the end, when all has been tried
    local began=$SECONDS
    python=$1/bin/python option=$2
    echo "test-all: $("$python" -c 'import platform, sqlalchemy; print(f"Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__}")')"
    at_once first_half second_half || failed=1
    echo "test-all: that took $((SECONDS - began)) s"
}

# shellcheck disable=SC2086 -- lists of folders, and an option or none
first_half() { "$python" -m pytest $option $first; }
# shellcheck disable=SC2046,SC2086 -- the same
second_half() { "$python" -m pytest $option $(printf -- '--ignore=%s ' $first); }

into_memory
trap leave_nothing EXIT
oldest='' long=--long failed=0
for version in 3.11 3.12 3.13; do
    found=$(python_for "$version")
    test -n "$found" || continue
    set_up ".venv-$version" "$found"
    try ".venv-$version" "$long"
    oldest=${oldest:-$found} long=${LONG:-}
done
test -n "$oldest" || { echo "no Python from 3.11 to 3.13 found" >&2; exit 1; }

older=.venv-sqlalchemy-2.0
set_up "$older" "$oldest"
"$older/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/locks/sqlalchemy-2.0.txt
try "$older" "$long"
echo "test-all: all of it took $SECONDS s"
exit $failed
