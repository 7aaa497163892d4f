#!/bin/sh
# Write the hashed requirement files anew: one per image, one for development, one for what `make bench` measures the
# product beside (in the product's versions of what both have), and the older SQLAlchemy that tools/test-all.sh tries. Needs uv on the path.
set -eu
cd "$(dirname "$0")/.."
compile() { # name, then inputs
    name=$1; shift
    cat "$@" | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --emit-build-options --no-emit-index-url -o "deploy/locks/$name.txt" - >/dev/null
}
wanted() { # the third-party requirements of a member's pyproject.toml
    sed -n '/^dependencies = \[/,/^\]/s/^ *"\(.*\)",$/\1/p' "$1/pyproject.toml" | grep -v '^pprg-' || true
}
folder=$(mktemp -d); trap 'rm -r "$folder"' EXIT
echo 'setuptools>=80' >"$folder/build.in"
wanted shared >"$folder/shared.in"
for service in intake triage notifier publisher; do
    wanted "services/$service" >"$folder/$service.in"
    compile "$service" "$folder/build.in" "$folder/shared.in" "$folder/$service.in"
done
wanted deploy/embedded >"$folder/embedded.in"
compile embedded "$folder"/*.in
compile development "$folder"/*.in deploy/locks/development.in
compile bench deploy/locks/bench.in
echo 'sqlalchemy>=2.0.44,<2.1' | compile sqlalchemy-2.0 -
