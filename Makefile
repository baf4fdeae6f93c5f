# Targets for people; ./gfnet-lab builds by itself. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# Passed on, as in: make test ARGS="--filter TensorTests", make bench ARGS=--quick
ARGS ?=
# The tests that are wanted, as in: make check FILTER=SamplerTests; all where it is empty.
FILTER ?=

sources := Package.swift Sources Tests Benchmarks tools

# One set of compiled modules for program and tests; without XCTest's empty run.
test_flags := --explicit-target-dependency-import-check error --disable-testable-imports --disable-xctest

.PHONY: help build test jupyter check sanitize docs api site lint format bench soak install uninstall clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## install missing system packages, build the program (release)
	@bash tools/prepare.sh build

test: ## lint, build, then run all tests (ARGS="--filter NAME" for some)
	@for_tests=1 bash tools/prepare.sh packages
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory build
	@swift test -c release $(test_flags) $(ARGS)

check: ## build without optimisation, assertions on, and run tests (FILTER=NAME for some): the loop to work in
	@bash tools/prepare.sh packages
	@swift test -c debug $(test_flags) $(if $(FILTER),--filter '$(FILTER)') $(ARGS)

jupyter: build ## run the kernel under jupyter_kernel_test, nbclient, Papermill and Jupytext (ARGS=test_lab: JupyterLab)
	@bash tools/jupyter.sh $(ARGS)

sanitize: ## run tests and hostile input under AddressSanitizer and, of C, UndefinedBehaviorSanitizer (FILTER=NAME)
	@bash tools/prepare.sh packages
	@bash tools/sanitize.sh '$(FILTER)'

docs: build ## build DocC archives of all library targets in .build/docs; a warning is a failure
	@bash tools/docs.sh

api: build ## write the reference under docs/api anew, from the tables of what scripts can call
	@.build/release/documentation api docs/api

site: build ## make the documentation site in .build/site: manual, reference, gallery of reports; open index.html
	@.build/release/documentation site . .build/site

lint: ## check the format of the Swift sources, the shell scripts, how paths are used, the Lua, and what documents name
	@bash tools/prepare.sh packages
	@swift format lint --strict --parallel --recursive $(sources)
	@for script in gfnet-lab .ci/run tools/*.sh; do bash -n "$$script"; done
	@bash tools/check-paths.sh
	@bash tools/lint-lua.sh
	@if type -P python3 >/dev/null; then tools/check-docs; tools/house-figure --check; tools/check-python; \
	else echo "lint: python3 is missing: documents, the figure of the targets and Python files are not checked" >&2; fi

format: ## put the Swift sources into the house format
	@swift format --in-place --parallel --recursive $(sources)

bench: build ## measure against PyTorch, ONNX Runtime and OpenVINO (ARGS=--quick: less, ARGS=--help)
	@bash tools/bench.sh $(ARGS)

soak: build ## run streams and training for half an hour and plot their memory
	@python3 Benchmarks/Soak/soak.py $(ARGS)

install: build ## install under PREFIX (default /usr/local); DESTDIR is honoured
	@bash tools/install.sh install "$(PREFIX)" "$(DESTDIR)"

uninstall: ## remove what `make install` put under PREFIX
	@bash tools/install.sh uninstall "$(PREFIX)" "$(DESTDIR)"

clean: ## remove build products
	rm -rf .build
