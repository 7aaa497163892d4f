# Everything a person does with this repository. `make` alone explains the targets.
.DEFAULT_GOAL := help
PORT ?= 8000
VAR ?= var
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := shared services/intake services/triage services/notifier services/publisher deploy/embedded

help: ## Explain the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(VENV)/.development ## Make .venv with everything for running and developing

# The stamp of the development set stands for the runtime set too: whoever has the one needs not the other.
$(VENV)/.runtime: deploy/locks/embedded.txt
	@test -f $(VENV)/.development || ./tools/setup.sh $(VENV) embedded $(MEMBERS)
	@touch $@

$(VENV)/.development: deploy/locks/development.txt tools/setup.sh $(MEMBERS:=/pyproject.toml)
	@./tools/setup.sh $(VENV) development $(MEMBERS)
	@touch $(VENV)/.runtime $@

run: $(VENV)/.runtime ## Run the four services on one port (PORT, VAR), no broker needed
	@PORT=$(PORT) OPS_PORT=$${OPS_PORT:-$$(($(PORT) + 1))} VAR=$(VAR) exec $(BIN)/pprg run

test: $(VENV)/.development ## Run the tests, all but the folders WITHOUT or only the folders SUITES
	@$(BIN)/python -m pytest $(addprefix --ignore=,$(WITHOUT)) $(SUITES)

test-all: $(VENV)/.development ## Run the long forms too, and the tests on every Python found
	@./tools/test-all.sh

demo: $(VENV)/.runtime ## Play an invented case and check it, in a temporary folder or at URL (with PEOPLE, MAILBOX)
	@$(BIN)/pprg demo $(if $(URL),--url $(URL)) $(if $(PEOPLE),--people $(PEOPLE)) $(if $(MAILBOX),--mailbox $(MAILBOX))

deployed: $(VENV)/.development ## Build the images, bring everything up in containers and test it (needs Docker)
	@$(BIN)/python -m pytest --deployed --tb=short tests/deployed

check: $(VENV)/.development ## Lint, format, types, import contracts and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q tests/house

docs: $(VENV)/.development ## Write docs/reference and the menu anew from the code
	@$(BIN)/python tools/docs.py

# The product, and what it is measured beside, each in an environment of its own.
bench: $(VENV)/.development .venv-bench/.runtime .venv-peers/.peers ## Measure the product beside raw code and others' (BENCH_SCALE=0.1 for a look)
	@PYTHONPATH=tests/plugins $(BIN)/python tests/performance/bench.py $(CURDIR)/.venv-bench/bin/python $(CURDIR)/.venv-peers/bin/python $(SECTIONS)

.venv-bench/.runtime: deploy/locks/embedded.txt
	@./tools/setup.sh .venv-bench embedded $(MEMBERS)
	@touch $@

.venv-peers/.peers: deploy/locks/bench.txt
	@./tools/setup.sh .venv-peers bench
	@touch $@

locks: ## Write the hashed requirement files anew (needs uv)
	@./tools/lock.sh

clean: ## Remove what setup made
	rm -rf $(VENV) .venv-bench .venv-peers

.PHONY: help setup run test test-all demo deployed check docs bench locks clean
