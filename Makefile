# All tasks of the project; a clean clone and a Python are enough. `make` alone lists them.

# Use the first supported Python: an old `python3` must not hide a newer one.
SUPPORTED := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUPPORTED)' 2>/dev/null && echo $$python && break; done)

BIN := .venv/bin
# Stamps mark success, since a failed installation leaves a .venv too. Each belongs to a Python.
VERSION := $(shell '$(PYTHON)' -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
RUNS := .venv/runs-$(VERSION)
DEVELOPS := .venv/develops-$(VERSION)
# Keep the extras: without them pip 23 ignores the pin of, say, coverage[toml] as soon as a newer version is out.
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --custom-compile-command 'make lock'
# Four workers for two cores: a test mostly waits for a disk, a server or a simulated clock. A free worker takes the next
# test; the long ones come first.
PARALLEL := -n 4 --dist load --maxschedchunk 1

define make_environment
	@'$(PYTHON)' -c '$(SUPPORTED)' 2>/dev/null || { \
		echo 'This needs Python 3.11 to 3.14 with its venv module (on Debian and Ubuntu: apt install python3-venv).'; \
		echo 'If it is not called python3, name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3'; \
		exit 1; } >&2
	@echo 'Installing $(1) into .venv: about a minute, only when the dependencies have changed.'
	@'$(PYTHON)' -m venv --clear .venv
	@$(2)
endef
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r
# uv takes a fifth of the time. It does not read pip's configuration, so where it finds no packages, pip may.
define by_uv
	sed -n '/^uv==/,/[^\\]$$/p' $(1) >.venv/uv.lock && $(PIP) .venv/uv.lock && \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $(1) || $(PIP) $(1)
endef

# If PYTHONDONTWRITEBYTECODE is set, every test worker compiles every module again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install develop demo screenshot pictures fonts ratings test coverage pooled quick soak bench lint audit format lock package clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(RUNS) ## Make .venv with what the bot needs to run

develop: $(DEVELOPS) ## Make .venv with everything that the other targets need

# Installs again when the lock or the Python changes.
$(RUNS): requirements.lock
	$(call make_environment,requirements.lock,$(PIP) requirements.lock)
	@touch $(RUNS)

# What develops runs, too.
$(DEVELOPS): requirements-dev.lock
	$(call make_environment,requirements-dev.lock,$(call by_uv,requirements-dev.lock))
	@touch $(RUNS) $(DEVELOPS)

demo: develop ## Play a season in a simulated Discord, then play on in the browser
	@$(BIN)/python -m bot demo $(ARGS)

screenshot: develop ## Take the README's screenshot anew (needs Chromium: .venv/bin/playwright install chromium)
	@$(BIN)/python -m bot demo --picture docs/demo.png

pictures: develop ## Draw the pictures of docs/pictures.md anew
	@$(BIN)/python -m benchmarks.pictures_page

fonts: develop ## Cut the fonts of pictures anew (needs npm, fonts-noto-core and fonts-noto-cjk)
	@$(BIN)/python -m benchmarks.picture_fonts

ratings: develop ## Draw the pictures of docs/ratings.md, and write its table anew
	@$(BIN)/python -m benchmarks.ratings_page

test: lint ## Check everything: lint, audit, then all tests on SQLite, PostgreSQL and Redis
	@$(BIN)/python .ci/audit.py --if-reachable
	$(BIN)/pytest $(PARALLEL) $(ARGS)

coverage: develop ## Run the same tests, which takes longer, and show the lines of the bot that none of them runs
	$(BIN)/pytest --cov $(PARALLEL) $(ARGS)

pooled: develop ## Play submissions, weeks and verify through a real PgBouncer, in both of its modes
	PATH="$$PATH:/usr/sbin" $(BIN)/python -m tests.pooled $(PARALLEL) $(ARGS)

quick: develop ## Run the tests on SQLite alone
	$(BIN)/pytest $(PARALLEL) --database sqlite $(ARGS)

soak: develop ## Look for faults for half an hour: two bots at once, random seasons, killed bots (SECONDS=60: a minute)
	$(BIN)/python -m tests.soak $(or $(SECONDS),1800)

bench: develop ## Measure the speed beside references (ARGS=--full: large sizes too, into benchmarks/results/)
	$(BIN)/python -m benchmarks $(ARGS)

lint: develop ## Check the format, the code and the types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

audit: develop ## Look for known vulnerabilities of the dependencies
	@$(BIN)/python .ci/audit.py

format: develop ## Fix the format and what ruff can fix safely
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock: develop ## Write the lock files from pyproject.toml (newest versions: ARGS=--upgrade)
	$(COMPILE) $(ARGS) --output-file requirements.lock
	$(COMPILE) $(ARGS) --output-file requirements-dev.lock --group dev --constraint requirements.lock

package: develop ## Build the wheel, the source distribution and their bill of materials into dist/
	rm -rf dist
	$(BIN)/python -m hatchling build
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --of JSON --output-reproducible \
		--mc-type application --output-file dist/leaderboard-bot.cdx.json

clean: ## Remove .venv and every cache
	rm -rf .venv dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
