#!/bin/sh
# Run every test on each Python from 3.11 to 3.13 that this machine has: on the path, in PYTHONS (programs, with spaces
# between) or kept by pyenv. On the first one the long forms run too, and all of every day once more with SQLAlchemy 2.0.
# LONG="--long" runs the long forms everywhere.
set -eu
cd "$(dirname "$0")/.."
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

try() { # VENV OPTION
    echo "test-all: $("$1/bin/python" -c 'import platform, sqlalchemy; print(f"Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__}")')"
    # shellcheck disable=SC2086 -- an option or none
    "$1/bin/python" -m pytest $2
}

first= long=--long
for version in 3.11 3.12 3.13; do
    python=$(python_for "$version")
    test -n "$python" || continue
    set_up ".venv-$version" "$python"
    try ".venv-$version" "$long"
    first=${first:-$python} long=${LONG:-}
done
test -n "$first" || { echo "no Python from 3.11 to 3.13 found" >&2; exit 1; }

older=.venv-sqlalchemy-2.0
set_up "$older" "$first"
"$older/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/locks/sqlalchemy-2.0.txt
try "$older" "$long"
