# Svod in a few words. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
# The demo company has a data folder of its own, so that made-up people never mix with yours.
DATA ?= $(if $(wildcard data/inbox/*/*),data,data/demo)
export DO_NOT_TRACK := 1
# Without its compiled files each process would compile the libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run demo test dev docs lint bench bench-identity bench-identity-scale bench-marts bench-communications clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-21s %s\n", $$1, $$2}'

install: .venv/.installed ## Make the environment from the lock file

.venv/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

run: install ## Run the daily job on your inbox, or on the demo company if the inbox is empty
	$(BIN)/svod run --demo-if-empty

demo: install ## Run the daily job on the demo company
	$(BIN)/svod run --demo

test: install ## Run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/pipelines/privacy tests/test_end_to_end.py tests/orchestration tests  # the longest first; two of them begin with the same first day

dev: install ## Open Dagster with its schedule and sensor on http://localhost:3000
	SVOD_DATA=$(DATA) $(BIN)/svod dev

docs: install ## Build the documentation site in site/, to open from disk
	SVOD_DATA=$(DATA) $(BIN)/svod docs

lint: install ## Check the style of Python and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: install ## Measure speed and memory of every stage
	$(BIN)/python -m benchmarks

bench-identity: install .venv-bench/.installed ## Measure the matching engine against others
	$(BIN)/python -m benchmarks.identity

bench-identity-scale: install ## Measure matching on a million records, and a day's change
	$(BIN)/python -m benchmarks.identity.scale

bench-marts: install ## Measure profile, segments and history of a million customers, and a day's change
	$(BIN)/python -m benchmarks.marts

bench-communications: install ## Measure deciding a million messages, and writing and sending against the standard library
	$(BIN)/python -m benchmarks.communications.decide
	$(BIN)/python -m benchmarks.communications.render
	$(BIN)/python -m benchmarks.communications.send

.venv-bench/.installed: benchmarks/identity/requirements.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench
	$(BIN)/uv pip install --quiet --python .venv-bench/bin/python -r benchmarks/identity/requirements.txt
	touch $@

clean: ## Remove what can be made again, never the data
	rm -rf .venv .venv-bench target logs site
