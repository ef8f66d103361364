# Every command of this repository. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-faults check lint types floors format lock clean

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready  ## Make .venv and install the pinned dependencies

.venv/.ready: requirements/development.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Hearthwatch needs Python 3.11 or newer; say which one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/development.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup  ## Run everything on embedded parts with a simulated fleet; Ctrl-C ends it
	$(BIN)/hearthwatch demo

test: setup  ## Run every test, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

test-faults: setup  ## Kill every part 100 times under load: nothing acknowledged may be lost (ten minutes)
	HEARTHWATCH_TEST_KILLS=100 $(BIN)/python -m pytest tests/faults

check: lint types floors test  ## What CI runs: lint, types, floors, tests

lint: setup  ## Style: ruff's rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## Types: mypy strict
	$(BIN)/mypy

floors: setup  ## Floors: a package imports only downwards
	$(BIN)/lint-imports

format: setup  ## Let ruff format and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup  ## Pin the dependencies anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 --upgrade \
		pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 --upgrade \
		--group dev pyproject.toml -o requirements/development.txt

clean:  ## Remove the virtual environment and caches (not your data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .coverage build *.egg-info
