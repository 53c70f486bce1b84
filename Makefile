# One command per task. Each prepares what it needs by itself.
PYTHON ?= python3
VENV := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev test check lint format types contracts units screenshots reference starter \
	bench-ui bench-engine bench-converter bench-storage clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

run: setup ## open Samar (in the terminal where there is no display)
	@$(VENV)/python -m desktop

setup: ## a private .venv with everything that Samar needs
	@$(PYTHON) packaging/prepare.py

setup-dev: ## the same, with what tests and checks need
	@$(PYTHON) packaging/prepare.py --dev

test: setup-dev check units ## every check and every test

check: lint types contracts

lint: setup-dev ## ruff, layout included
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .

format: setup-dev ## let ruff lay out the code and mend what it can
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

types: setup-dev ## mypy, strict outside desktop/ui
	@$(VENV)/mypy

contracts: setup-dev ## who may import whom
	@$(VENV)/lint-imports

units: setup-dev ## the tests alone
	@QT_QPA_PLATFORM=offscreen $(VENV)/python -m pytest

screenshots: setup-dev ## docs/screenshots, in both languages and themes
	@QT_QPA_PLATFORM=offscreen $(VENV)/python -m desktop.ui.screenshots docs/screenshots

clean: ## remove everything that was built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis assets/i18n/*.qm
