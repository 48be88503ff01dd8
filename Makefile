# Nothing but Python 3.11, git and make is needed. `make run` starts everything, `make test` checks it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help env run demo test test-all check check-security bench bench-routing fonts lock clean
# Relative paths only, so that the directory may have spaces in its name.
PY := .venv/bin/python
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /: /'

env: ## the environment from the lock file; quick when nothing changed
	@sh scripts/bootstrap.sh env

run: env ## start everything; the address is printed; Ctrl-C stops it
	@exec .venv/bin/hotline serve

demo: env ## a ticket's life in the terminal
	@exec .venv/bin/hotline demo

test: env ## the quick suite
	@$(PY) -m pytest -n 2

test-all: env ## the quick suite and the slow one (crash harness, browser, process tree)
	@$(PY) -m pytest -n 2 -m "slow or not slow"

check: env ## format, lint, types, rooms
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

check-security: env ## bandit over our code, pip-audit over the locked packages (left out offline)
	@$(PY) scripts/check_security.py

bench: env ## figures beside their floors
	@for one in bench/bench_*.py; do echo "== $$one"; $(PY) -m bench.$$(basename "$$one" .py) || exit 1; done

bench-routing: env ## how well and how fast the router proposes units
	@$(PY) -m bench.bench_routing

fonts: ## the letters' fonts into var/fonts, best effort
	@sh scripts/bootstrap.sh fonts

lock: ## bring uv.lock up to date with pyproject.toml
	@sh scripts/bootstrap.sh lock

clean: ## remove the environment and caches; data under var/ stay
	@rm -rf .venv var/tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
