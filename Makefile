# Two commands: `make demo` shows the product, `make test` proves it. Nothing else has to be installed by hand.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
DEMO ?= demo

.PHONY: setup demo test quick heavy lint lock clean

setup: $(VENV)/.installed  ## install what is pinned into .venv

$(VENV)/.installed: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "parcours needs Python 3.11 or newer; call: make PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "this Python has no venv module; on Debian: apt-get install python3-venv"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: setup  ## a small workspace of our own, run from nothing, its gaps printed
	@test ! -e $(DEMO) -o -e $(DEMO)/parcours.toml || { echo "$(DEMO) is no workspace, so it stays as it is; call: make demo DEMO=other-folder"; exit 2; }
	@rm -rf $(DEMO)
	@$(BIN)/parcours init $(DEMO) --template click-and-collect
	@$(BIN)/parcours run -w $(DEMO) --as-of 2026-11-15
	@$(BIN)/parcours gaps -w $(DEMO)
	@$(BIN)/parcours gaps -w $(DEMO) --promise ready-in-2h --slice store

lint: $(VENV)/.tested  ## style, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

quick: $(VENV)/.tested  ## the fast tests
	@$(BIN)/python -m pytest -m "not heavy"

heavy: $(VENV)/.tested  ## crash loops, big files
	@$(BIN)/python -m pytest -m heavy

test: lint quick heavy  ## everything CI runs

lock:  ## renew the hashed locks (needs uv)
	@for name in build run dev; do uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt; done

clean:
	@rm -rf $(VENV) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis
