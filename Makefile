# Wen'an: `make demo` runs the main job, `make test` the tests. Both set up their own environment in .venv.
# 问安：make demo 跑主流程，make test 跑测试；两者都会自行建立 .venv 环境。
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test test-long test-browser test-kill check format bench fuzz teach voice-models lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/' | expand -t 14

# `--without-pip` and `pip --python` also work where Debian ships Python without ensurepip.
.venv/run: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv
	@echo "Setting up the environment in .venv (once) ..."
	@$(PYTHON) -m pip --quiet --disable-pip-version-check --python $(BIN)/python install -r requirements.lock
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@$(PYTHON) -m pip --quiet --disable-pip-version-check --python $(BIN)/python install -r requirements-dev.lock
	@touch $@

.venv/bench: .venv/dev requirements-bench.lock
	@$(PYTHON) -m pip --quiet --disable-pip-version-check --python $(BIN)/python install -r requirements-bench.lock
	@touch $@

.venv/browser: .venv/dev requirements-browser.lock
	@$(PYTHON) -m pip --quiet --disable-pip-version-check --python $(BIN)/python install -r requirements-browser.lock
	@touch $@

VOICE ?= 100
demo: .venv/run  ## the main job: 2,000 residents called, tables in out/ (VOICE=all: everybody by full audio)
	@$(BIN)/python run_bot.py demo --voice $(VOICE)

test: .venv/dev  ## the tests (about three minutes on two cores)
	@$(BIN)/python -m pytest -n 2 --dist worksteal

test-long: .venv/dev  ## the long tests too
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m ""

test-browser: .venv/browser  ## the pages in a real Chromium, where there is one
	@$(BIN)/python -m pytest -m browser -rs tests/web

test-kill: .venv/dev  ## 5,000 calls, workers killed 20 times, on SQLite and PostgreSQL; every call audited
	@$(BIN)/python -m tests.campaigns.kill

check: .venv/dev  ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/dev  ## formats the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/bench  ## speed and memory beside their goals
	@$(BIN)/python -m tests.bench

fuzz: .venv/dev  ## 1,000,000 strings through the understanding
	@$(BIN)/python -m tests.dialogs.understanding.fuzz

teach: .venv/bench  ## makes the learned weights of the understanding anew from the labelled examples
	@$(BIN)/python -m tests.dialogs.understanding.teach

# The makers of speech models have an environment of their own: torch is in no other. See docs/voice.md.
TRAIN := .venv/train
RECORDINGS ?= recordings
WORK ?= out/voice-models
MINUTES ?= 110
LANGUAGES ?= zh en

$(TRAIN)/made: voice_models/making/requirements.lock
	@test -x $(TRAIN)/bin/python || $(PYTHON) -m venv --without-pip $(TRAIN)
	@$(PYTHON) -m pip --quiet --disable-pip-version-check --python $(TRAIN)/bin/python install -r $<
	@touch $@

voice-models: $(TRAIN)/made  ## trains the speech models anew from RECORDINGS (MINUTES for each language; goes on after a stop)
	@nice $(TRAIN)/bin/python -m voice_models.making $(RECORDINGS) $(WORK) $(LANGUAGES) --minutes $(MINUTES) $(OPTIONS)

lock: ## writes what is installed now into the locks
	@$(BIN)/python tests/lock.py

clean:  ## removes what was made
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis
