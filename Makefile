# Commands of this repository. Python 3.11 to 3.14 and make are all they assume.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BENCHES := .venv/.benches
ARGS ?=
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help run test check bench soak synth lock clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY)  ## play a day of the example contact centre, then serve it (ARGS=--once exits after the summary)
	@$(BIN)/casewright local $(ARGS)

test: $(READY)  ## run every test (ARGS=--hypothesis-profile=search draws new examples)
	@$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

check: $(READY)  ## lint, types and the arrows between packages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(BENCHES)  ## measure, as ratios within one run (ARGS=matching runs one part)
	@$(BIN)/python -m benchmarks $(ARGS)

soak: $(BENCHES)  ## 100,000 events through the real handlers while everything fails (ARGS="3000 --seed 7" makes it shorter)
	@PYTHONPATH=tests $(BIN)/python -m benchmarks.soak $(ARGS)

synth: $(READY)  ## write the CloudFormation templates to cdk.out, without an account and without Docker
	@$(BIN)/python app.py

lock: $(READY)  ## resolve the dependencies again and export the lists that derive from the lock
	@$(COMPILE) --generate-hashes --upgrade --group all -o requirements.lock
	@{ echo "# All that \`cdk synth\` needs, exported from requirements.lock by \`make lock\`."; echo "-e ."; \
	   $(COMPILE) --no-header --no-annotate -c requirements.lock --group synth; } > requirements.txt
	@{ echo "# Pins of the runtime layer, exported from requirements.lock by \`make lock\`."; \
	   $(COMPILE) --no-header --no-annotate --generate-hashes -c requirements.lock --group runtime; } > layers/runtime/requirements.txt

clean:  ## remove what the commands made
	@rm -rf .venv .casewright cdk.out build

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 14) else "casewright needs Python 3.11 to 3.14; $(PYTHON) is " + sys.version.split()[0] + " (choose another: make PYTHON=python3.12)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(awk '/^uv==/ {print $$1}' requirements.lock)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(BENCHES): benchmarks/requirements.txt $(READY)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r benchmarks/requirements.txt
	@touch $@
