# Everything runs in .venv, which the first target that needs it sets up.
# On a fresh machine with Python 3.11+ and make: `make demo` and `make test` are all you need.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DOCS   := $(VENV)/.docs-ready
ML     := .venvs/convert
ML_READY := $(ML)/.ready
PROOF  ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-ml lint check proof bench docs constraints clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Seamark needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## Scan a careful and a careless AI project and show the report (3 minutes)
	$(BIN)/python examples/support/demo.py --out build/demo

test: $(READY) ## Run the tests (15 minutes at most)
	$(BIN)/python -m pytest -n 2 --dist loadfile

# torch comes first: what depends on it would otherwise choose another build.
$(ML_READY): pyproject.toml
	$(PYTHON) -m venv $(ML)
	$(ML)/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(ML)/bin/python -m pip install --quiet --disable-pip-version-check \
	    transformers onnx pandas safetensors hypothesis pytest -e '.[convert]'
	@touch $@

test-ml: $(ML_READY) ## Run the tests that need torch, Keras, transformers and scikit-learn (2 GB)
	$(ML)/bin/python -m pytest -q tests/harden/loading

lint: $(READY) ## Format, types, layers, docstrings, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/interrogate --quiet src
	$(BIN)/deptry src

check: $(READY) ## Judge this repository by its own seamark.yaml, and write its bill of materials
	$(BIN)/seamark check .
	@mkdir -p build
	$(BIN)/seamark sbom . --format cyclonedx --output build/seamark.cdx.json

proof: $(READY) ## Full counts behind the claims, in docs/proofs (hours; resumable)
	$(BIN)/python -m proofs.run $(PROOF)

bench: $(READY) ## Speed and memory against peers, in bench/README.md
	$(BIN)/python -m bench.run

docs: $(READY) ## Build the documentation site into build/site
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[docs]'
	$(BIN)/mkdocs build --strict --site-dir build/site

constraints: ## Pin every dependency again, with hashes, for all supported platforms
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --extra dev --extra example \
	    pyproject.toml -o constraints.txt
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --all-extras --constraint constraints.txt \
	    pyproject.toml -o constraints-extras.txt

clean: ## Remove what the other targets made
	rm -rf build dist $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
