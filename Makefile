# make run    the service on http://127.0.0.1:8000
# make test   every check and test, from a bare checkout
# CONTRIBUTING.md tells the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint unit format assets npm vectors screens faults clean

run: $(VENV)/.runtime
	@exec $(BIN)/jielong serve

test: $(VENV)/.development
	@scripts/test-needs
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 2

lint: $(VENV)/.development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.development
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# what browsers load, made of static and client/js; needs Node
assets: $(VENV)/.development scripts/bundle/node_modules/.package-lock.json
	node scripts/bundle/bundle.mjs
	$(BIN)/python scripts/compress-bundle

scripts/bundle/node_modules/.package-lock.json: scripts/bundle/package-lock.json
	npm ci --prefix scripts/bundle --ignore-scripts --no-progress --silent
	@touch $@

# the npm package of client/js, in build/npm; needs Node
npm: tests/tools/node_modules/.package-lock.json
	scripts/npm-package build/npm
	cd build/npm && npm pack --dry-run

tests/tools/node_modules/.package-lock.json: tests/tools/package-lock.json
	npm ci --prefix tests/tools --ignore-scripts --no-progress --silent
	@touch $@

# the test vectors of every message, after a change of a message type
vectors: $(VENV)/.development
	$(BIN)/python -m tests.vectors

screens: $(VENV)/.development
	$(BIN)/python -m tests.browser.screens docs/screens

# make faults SECONDS=600 DEPLOYMENT=single|cluster|sentinel SEED=1; its report: bench/results
faults: $(VENV)/.development
	$(BIN)/python -m tests.faults --deployment $(or $(DEPLOYMENT),single) \
		--seconds $(or $(SECONDS),600) --seed $(or $(SEED),1)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.runtime: pyproject.toml constraints.txt
	@$(PYTHON) scripts/check-python
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV), once"
	@$(BIN)/pip install -qq --disable-pip-version-check --only-binary :all: --no-binary jielong \
		--constraint constraints.txt --editable .
	@touch $@

$(VENV)/.development: $(VENV)/.runtime client/python/pyproject.toml
	@$(BIN)/pip install -qq --disable-pip-version-check --only-binary :all: \
		--no-binary jielong,jielong-client --constraint constraints.txt \
		--editable client/python --editable '.[dev,postgresql]'
	@touch $@
