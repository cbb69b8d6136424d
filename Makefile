# All tasks of the project; a clean clone and a Python are enough. `make` alone lists them.

# Use the first supported Python: an old `python3` must not hide a newer one.
SUPPORTED := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUPPORTED)' 2>/dev/null && echo $$python && break; done)

BIN := .venv/bin
STAMP := .venv/installed-$(shell '$(PYTHON)' -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
# Keep the extras: without them pip 23 ignores the pin of, say, coverage[toml] as soon as a newer version is out.
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --custom-compile-command 'make lock'
# Four workers for two cores: a test mostly waits for a disk, a server or a simulated clock. A free worker takes the next
# test; the long ones come first.
PARALLEL := -n 4 --dist load --maxschedchunk 1

.DEFAULT_GOAL := help
.PHONY: help install demo test quick soak bench lint audit format lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Make .venv with everything that the other targets need

# Installs again when the lock or the Python changes. A stamp marks success: a failed installation leaves a .venv too.
$(STAMP): requirements-dev.lock
	@'$(PYTHON)' -c '$(SUPPORTED)' 2>/dev/null || { \
		echo 'This needs Python 3.11 to 3.14 with its venv module (on Debian and Ubuntu: apt install python3-venv).'; \
		echo 'If it is not called python3, name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3'; \
		exit 1; } >&2
	@echo 'Installing into .venv: about a minute, only when the dependencies have changed.'
	@'$(PYTHON)' -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: install ## Play a season in a simulated Discord, then play on in the browser
	@$(BIN)/python -m bot demo $(ARGS)

test: lint ## Check everything: lint, audit, then all tests on SQLite, PostgreSQL and Redis, with coverage
	@$(BIN)/python .ci/audit.py --if-reachable
	$(BIN)/pytest --cov $(PARALLEL) $(ARGS)

quick: install ## Run the tests on SQLite alone
	$(BIN)/pytest $(PARALLEL) --database sqlite $(ARGS)

soak: install ## Look for faults for half an hour: random seasons and killed bots (SECONDS=60: a minute)
	$(BIN)/python -m tests.soak $(or $(SECONDS),1800)

bench: install ## Measure the speed beside references into benchmarks/RESULTS.md (large sizes: ARGS=--full)
	$(BIN)/python -m benchmarks $(ARGS)

lint: install ## Check the format, the code and the types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

audit: install ## Look for known vulnerabilities of the dependencies
	@$(BIN)/python .ci/audit.py

format: install ## Fix the format and what ruff can fix safely
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock: install ## Write the lock files from pyproject.toml (newest versions: ARGS=--upgrade)
	$(COMPILE) $(ARGS) --output-file requirements.lock
	$(COMPILE) $(ARGS) --output-file requirements-dev.lock --group dev --constraint requirements.lock

clean: ## Remove .venv and every cache
	rm -rf .venv .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
