# The root Makefile includes this. Corpora and peers lie in $SCANNER_BENCH_DATA or ~/.cache/scanner-rs-bench.

.PHONY: accuracy bench bench-quick corpora

bench: ## measure every definition and record it
	cargo xtask bench

bench-quick: ## two runs of each, nothing recorded, bars do not fail
	cargo xtask bench --quick

corpora: ## provide corpora and peers outside the repository
	cargo xtask corpora

accuracy: ## precision and recall on labelled text, false alarms on clean code
	cargo xtask accuracy
