# What people type. `make` alone lists it. Cargo's target folder is the caller's choice (CARGO_TARGET_DIR).
CARGO ?= cargo
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
SETUP_VECTORSCAN := scripts/setup-vectorscan.sh
# Crates that differ with the optional engine. Always together: another selection builds the C++ library again.
VECTORSCAN_CRATES := -p scanner-vectorscan -p scanner-engine -p scanner-testkit -p scanner-cli

.DEFAULT_GOAL := help
.PHONY: help scan test test-deep test-vectorscan parity lint install setup fuzz fuzz-gate foreign-check git-check git-large gitlab-schema test-browser

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Findings are exit code 1 of the command and no failure of make; every other code is.
scan: ## DIR=<path>: build what is missing and scan that folder
	@test -n "$(DIR)" || { echo 'say which folder: make scan DIR=<path>' >&2; exit 2; }
	@test -x "$(TARGET_DIR)/release/scanner-rs" || echo 'building scanner-rs; the first time takes some minutes' >&2
	@$(CARGO) build --release --quiet -p scanner-cli
	@"$(TARGET_DIR)/release/scanner-rs" scan "$(DIR)" || { code=$$?; test $$code -eq 1 || exit $$code; }

# The gate draws the same examples on every machine; `make test-deep` draws new and more ones.
test: export PROPTEST_RNG_SEED ?= 20261121
test: lint ## formatting, lints and all tests, with the optional engine and a browser where they can be had: what the gate runs
	$(CARGO) test --workspace
	scripts/browser-test.sh --gate
	@$(SETUP_VECTORSCAN); code=$$?; \
	if test $$code -eq 0; then $(MAKE) --no-print-directory test-vectorscan; \
	elif test $$code -eq 3; then echo 'WARNING: the engine vectorscan was neither built nor tested on this machine' >&2; \
	else exit $$code; fi

test-vectorscan: ## lints and tests of the optional engine; make setup FEATURES=vectorscan provides what it needs
	$(CARGO) clippy $(VECTORSCAN_CRATES) --features vectorscan --all-targets -- -D warnings
	$(CARGO) test $(VECTORSCAN_CRATES) --features vectorscan --lib --test vectorscan --test library --test cache \
		--test encoded --test encoded_reference --test planted --test wrapped

# The same report from both engines, warm and cold, in one database and in shards.
parity: ## DIR=<path>: compare both engines' reports of a large tree, byte for byte
	@test -d "$(DIR)" || { echo 'say which folder: make parity DIR=<path>' >&2; exit 2; }
	$(CARGO) build --profile dist -p scanner-cli --features vectorscan
	scripts/parity.sh "$(TARGET_DIR)/dist/scanner-rs" "$(DIR)"

test-deep: export PROPTEST_CASES ?= 20000
test-deep: ## property tests with many and new examples: before a change of the scan path is pushed
	$(CARGO) test --workspace --no-fail-fast

test-browser: ## the html report in a headless Chromium, with its times; installs it where it can
	scripts/browser-test.sh

lint: ## formatting, clippy and the links of the documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps --document-private-items

# GitLab's schema is not ours to keep here; the tests hold reports against its rules in our words.
gitlab-schema: ## SCHEMA=<secret-detection-report-format.json>: gitlab reports against the schema that GitLab publishes
	@test -f "$(SCHEMA)" || { echo 'say where it is: make gitlab-schema SCHEMA=<file>' >&2; exit 2; }
	@set -e; for count in 0 10 2000; do \
		$(CARGO) run --quiet -p scanner-report --example sample_report -- $$count "$(TARGET_DIR)/gitlab-sample.json" gitlab; \
		$(CARGO) run --quiet -p scanner-report --example check_report -- "$(SCHEMA)" "$(TARGET_DIR)/gitlab-sample.json"; \
		echo "a report of $$count findings is as the schema says"; \
	done

fuzz: ## SECONDS=60 TARGET= SEED=random: throw made-up bytes at every parser, guided by coverage
	$(CARGO) run --quiet -p xtask -- fuzz --seconds $(or $(SECONDS),60) --seed $(or $(SEED),random) $(if $(TARGET),--target $(TARGET))

# From the committed corpus, 24 seconds a target on two processors, 48 on four, a minute at most. The seed is fixed, so that the gate does not fail by chance; `make fuzz` draws one.
fuzz-gate: ## every fuzz target for a bounded time, guided by coverage: what the gate runs after the tests
	$(CARGO) run --quiet -p xtask -- fuzz --seconds $(or $(SECONDS),390) --jobs 0 --seed 1

foreign-check: ## CONFIGS=<folder of .gitleaks.toml files> TREE=<folder>: what they find, and what their patterns find run naively
	$(CARGO) build --release --quiet -p scanner-cli
	$(CARGO) run --release --quiet -p xtask -- foreign --configs "$(CONFIGS)" --tree "$(TREE)" --program "$(TARGET_DIR)/release/scanner-rs"

git-check: ## REPOS="a.git b.git": decoding, scanning and storage of real repositories against git and each other
	@test -n "$(REPOS)" || { echo 'say which: make git-check REPOS="<bare repository or .git folder> ..."' >&2; exit 2; }
	$(CARGO) build --release --quiet -p scanner-cli
	$(CARGO) build --release --quiet -p scanner-git --example decode_all
	sh scripts/git-check.sh "$(TARGET_DIR)/release" $(REPOS)

git-large: ## an object of 5 GiB in 500 MB of memory, and histories of doubling length
	$(CARGO) build --release --quiet -p scanner-cli
	sh scripts/git-large.sh "$(TARGET_DIR)/release"

install: ## put scanner-rs into cargo's folder of programs
	$(CARGO) install --path crates/scanner-cli --locked

setup: ## FEATURES=vectorscan: what the optional second engine needs
	@test "$(FEATURES)" = vectorscan || { echo 'nothing to set up: Rust and a C compiler do. For the optional engine: make setup FEATURES=vectorscan' >&2; test -z "$(FEATURES)"; }
	@test "$(FEATURES)" != vectorscan || $(SETUP_VECTORSCAN)

include benchmarks/bench.mk
