# What people type. `make help` lists it.
CARGO ?= cargo
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help scan test lint install

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

scan: ## DIR=<path>: build what is missing and scan that folder
	@test -n "$(DIR)" || { echo 'say which folder: make scan DIR=<path>'; exit 2; }
	@$(CARGO) build --release --quiet -p scanner-cli
	@"$(TARGET_DIR)/release/scanner-rs" scan "$(DIR)" || { code=$$?; [ $$code -eq 1 ] || exit $$code; }

test: lint ## formatting, lints, and all tests
	$(CARGO) test --workspace

lint: ## formatting and clippy
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

install: ## put scanner-rs into cargo's folder of programs
	$(CARGO) install --path crates/scanner-cli --locked

-include benchmarks/bench.mk
