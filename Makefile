# The commands of this project; each is a few lines of shell in dev/.

.PHONY: help run test build check bench

help:
	@echo 'make run     start everything, demo people included (PORT=4000 make run: there)'
	@echo 'make test    every test and check'
	@echo 'make build   the release build: target/release/voordeur, and beside it site/'
	@echo 'make check   fast: does it compile, is it formatted'
	@echo 'make bench   how fast it is: a table, and target/bench.json'

# exec: signals go to the script, which stops what it started.
run:
	@exec dev/run

test:
	@exec dev/test

build:
	@exec dev/build

check:
	cargo fmt --all --check
	cargo check --features ssr

bench:
	@exec dev/bench
