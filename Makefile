# Targets for people; ./gfnet-lab builds by itself. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
# Passed on, as in: make test ARGS="--filter TensorTests", make bench ARGS=--quick
ARGS ?=

sources := Package.swift Sources Tests Benchmarks

.PHONY: help build test lint format bench soak install uninstall clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## install missing system packages, build the program (release)
	@bash tools/prepare.sh build

test: build ## the same, then run all tests (ARGS="--filter NAME" for some) and check the format
# The flags keep one set of compiled modules for program and tests, and XCTest's empty run away.
	@swift test -c release --explicit-target-dependency-import-check error --disable-testable-imports --disable-xctest $(ARGS)
	@$(MAKE) --no-print-directory lint

lint: ## check the format of the Swift sources, the shell scripts, and how paths are used
	@bash tools/prepare.sh packages
	@swift format lint --strict --parallel --recursive $(sources)
	@for script in gfnet-lab .ci/run tools/*.sh; do bash -n "$$script"; done
	@bash tools/check-paths.sh

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
