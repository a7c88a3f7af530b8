# `make run` and `make test` do all the set-up themselves; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test test-spark bench tour fuzz fmt lint clean-tools

# The lake that `make run` opens.
LAKE ?= sample_lake

# Seconds that `make fuzz` gives each target, and the targets.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?=

# Every recipe gets the same tools and the same build folder from here.
ENV := source .ci/env.sh && use_cmake
# Overrides of env.sh's choices reach it through the environment: make CARGO_TARGET_DIR=… CMAKE=…
ifdef CARGO_TARGET_DIR
export CARGO_TARGET_DIR
endif
ifdef CMAKE
export CMAKE
endif

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-18s%s\n' "$$name" "$$what"; done

run: ## build, then open the window on sample_lake (LAKE=path for another)
	@.ci/install.sh run
	@$(ENV) && cargo build --release --locked
	@.ci/open-window.sh "$(LAKE)"

build: ## build the program
	@.ci/install.sh build
	@$(ENV) && cargo build --release --locked && echo "built $$CARGO_TARGET_DIR/release/lakescope"

test: ## check format and lints, run every test
	@.ci/install.sh test
	@.ci/test.sh

test-spark: ## the tests of the remote engine on Apache Spark: a master and two workers (installs 0.9 GB the first time)
	@.ci/install.sh spark
	@.ci/test-spark.sh

bench: ## run the benches
	@.ci/install.sh build
	@$(ENV) && cargo bench --locked

tour: ## walk through the window on a screen of its own and keep pictures (TOUR_OUT=folder, TOUR="dark-1440x900" for some)
	@.ci/install.sh tour
	@$(ENV) && cargo build --release --locked
	@TOUR="$(TOUR)" .ci/tour.sh $(TOUR_OUT)

fuzz: ## feed damaged input to the parsers (FUZZ_SECONDS=60 each, FUZZ_TARGETS="coded manifest" for some)
	@.ci/install.sh build
	@FUZZ_SECONDS="$(FUZZ_SECONDS)" FUZZ_TARGETS="$(FUZZ_TARGETS)" .ci/fuzz.sh

fmt: ## format the code
	@.ci/install.sh lint
	@$(ENV) && cargo fmt

lint: ## clippy, warnings as errors
	@.ci/install.sh lint
	@$(ENV) && cargo clippy --release --locked --all-targets -- -D warnings

clean-tools: ## remove the tools that the set-up installed outside apt (cmake, Python packages, servers of Spark Connect)
	@source .ci/env.sh && rm -rf "$$LAKESCOPE_TOOLS" && echo "removed $$LAKESCOPE_TOOLS"
