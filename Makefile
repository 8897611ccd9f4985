# Two commands: `make demo` shows the product, `make test` proves it. Nothing else has to be installed by hand.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
DEMO ?= demo
PORT ?= 8700
SPREAD ?= --numprocesses logical --maxprocesses 4 --dist loadfile

.PHONY: setup demo test quick heavy browser lint docs lock clean

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

demo: setup  ## a synthetic retailer, run from nothing, its story told, its answer key opened; then its report served (SERVE=0: not served)
	@test ! -e $(DEMO) -o -e $(DEMO)/parcours.toml || { echo "$(DEMO) is no workspace, so it stays as it is; call: make demo DEMO=other-folder"; exit 2; }
	@rm -rf $(DEMO)
	@printf '\n\033[1m1. A retailer that never was: six stores, a site, an app; sixteen systems export what they like\033[0m\n\n'
	@$(BIN)/parcours simulate -w $(DEMO) --people 8000 --days 120 --seed 5
	@printf '\n\033[1m2. From their exports to their gaps\033[0m\n\n'
	@$(BIN)/parcours run -w $(DEMO) --as-of 2026-11-15
	@$(BIN)/parcours gaps -w $(DEMO) --promise ready-in-2h --slice store_slot --limit 4
	@printf '\n\033[1m3. One customer, Saturday 12 September: each system saw its own part\033[0m\n\n'
	@$(BIN)/parcours person customer:C1407 -w $(DEMO)
	@printf '\n\033[1m4. A till gone deaf: what it should prove is not verifiable, and nobody is accused\033[0m\n\n'
	@$(BIN)/parcours gaps -w $(DEMO) --promise ready-in-2h-franchise --slice store --limit 3
	@printf '\n\033[1m5. All of it on one page, to pass on\033[0m\n\n'
	@mkdir -p $(DEMO)/report
	@$(BIN)/parcours report -w $(DEMO) -o $(DEMO)/report/index.html
	@printf '\n\033[1m6. The answer key: what was planted, opened only now\033[0m\n\n'
	@$(BIN)/parcours bench truth --data $(DEMO)
	@test "$(SERVE)" = 0 || { printf '\nopen \033[1mhttp://127.0.0.1:$(PORT)/\033[0m (ctrl-c ends)\n'; trap 'exit 0' INT; $(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(DEMO)/report > /dev/null 2>&1 || echo "the port $(PORT) is taken; call: make demo PORT=another, or open $(DEMO)/report/index.html"; }

lint: $(VENV)/.tested  ## style, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

quick: $(VENV)/.tested  ## the fast tests
	@$(BIN)/python -m pytest -m "not heavy" $(SPREAD)

browser: # Debian's Chromium, for the tests that look at pages; installed where this may be done, else those tests are skipped
	@command -v chromium > /dev/null || { test "$$(id -u)" != 0 || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core > /dev/null; }; } || true
	@command -v chromium > /dev/null || echo "no Chromium: tests in a browser will be skipped; on Debian: apt-get install chromium"

heavy: $(VENV)/.tested browser  ## crash loops, big files, pages in a browser
	@$(BIN)/python -m pytest -m heavy $(SPREAD)

docs: $(VENV)/.tested  ## the pages as a site, in site/; open site/index.html
	@$(BIN)/sphinx-build -q -E -W --keep-going -c docs -d build/docs . site

test: lint quick heavy  ## everything CI runs

lock:  ## renew the hashed locks (needs uv)
	@for name in build run dev; do uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt; done

clean:
	@rm -rf $(VENV) $(DEMO) site build .mypy_cache .ruff_cache .pytest_cache .hypothesis
