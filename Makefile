# `make` alone prints this help. Everything runs in .venv, made by `make setup`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TRAIN := .venv-train

.DEFAULT_GOAL := help
.PHONY: help setup check test soak sandbox screenshots format lock messages words figures

help: ## what each target does
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install only (then .venv/bin/kabar)

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

check: setup ## format, lint, types, imports and content
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/kabar check

test: setup ## all tests that fit into eight minutes
	$(BIN)/python -m pytest -q -m "not soak" --numprocesses 3 --dist loadfile --no-loadscope-reorder

soak: setup ## long crash and load runs, and every scene on PostgreSQL
	$(BIN)/python -m pytest -q -m soak
	KABAR_TEST_ENGINE=postgresql $(BIN)/python -m pytest -q -m "not soak" --numprocesses 3 --dist loadfile tests/e2e

sandbox: setup ## the training room: phones in a page, on your own machine
	$(BIN)/kabar sandbox

screenshots: setup ## take the pictures of the page anew (needs Chromium)
	$(BIN)/python -m tests.pages.screenshots docs/pictures

format: setup ## format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: setup ## gather phrases and flow texts into locales/
	$(BIN)/python -m bot.messages

words: $(TRAIN)/.installed ## train the model of words anew (flows/content/signs.words)
	$(TRAIN)/bin/python -m benchmarks.words train

figures: $(TRAIN)/.installed ## what the detector finds of messages it has not seen
	$(TRAIN)/bin/python -m benchmarks.words figures

$(TRAIN)/.installed: requirements-train.lock
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-train.lock
	@touch $(TRAIN)/.installed

lock: setup ## write the lock files anew
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --build-deps-for editable --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --build-deps-for editable --extra dev --output-file requirements-dev.lock pyproject.toml
	cp requirements.lock requirements-train.lock
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --build-deps-for editable --extra train --output-file requirements-train.lock pyproject.toml
