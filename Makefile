# make run    the service on http://127.0.0.1:8000
# make test   every check and test, from a bare checkout
# CONTRIBUTING.md tells the rest.

PYTHON ?= $(shell scripts/find-python)
VENV := .venv
BIN := $(VENV)/bin
TOOLS := build/tools

# hundreds of processes would each compile the service
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test needs lint format assets npm dist vectors docs reference screens faults upgrade fuzz lock \
	audit sbom clean

run: $(VENV)/.runtime
	@exec $(BIN)/jielong serve

test: $(VENV)/.development
	@$(MAKE) --no-print-directory --jobs 2 needs lint
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 2

needs: $(VENV)/.development
	@scripts/test-needs

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

# what a release has, in build/dist: the wheels and source archives of service and Python client
dist: $(VENV)/.development
	rm -rf build/dist
	$(BIN)/python -m hatchling build -d build/dist
	cd client/python && ../../$(BIN)/python -m hatchling build -d ../../build/dist

tests/tools/node_modules/.package-lock.json: tests/tools/package-lock.json
	npm ci --prefix tests/tools --ignore-scripts --no-progress --silent
	@touch $@

# the test vectors of every message, after a change of a message type
vectors: $(VENV)/.development
	$(BIN)/python -m tests.vectors

# the documentation site, in build/site; a broken link is an error
docs: $(VENV)/.documentation
	@$(BIN)/python -m scripts.docs build

# the pages of docs/reference, made from the code
reference: $(VENV)/.development
	@$(BIN)/python -m scripts.docs reference

screens: $(VENV)/.development
	$(BIN)/python -m tests.browser.screens docs/screens
	$(BIN)/python -m tests.browser.console_screens docs/screens/console

# make faults SECONDS=600 DEPLOYMENT=single|cluster|sentinel SEED=1; its report: bench/results
faults: $(VENV)/.development
	$(BIN)/python -m tests.faults --deployment $(or $(DEPLOYMENT),single) \
		--seconds $(or $(SECONDS),600) --seed $(or $(SEED),1)

# from the last release to this checkout with people inside; needs the repository's history
upgrade: $(VENV)/.development
	$(BIN)/python -m tests.upgrade --seconds $(or $(SECONDS),20)

# make fuzz MESSAGES=1000000 SEED=1: the tests of tests/fuzz, with so many messages to a running service;
# then atheris where it has a wheel, each target with so many inputs; new ones stay in build/fuzz
fuzz: $(VENV)/.fuzz
	FUZZ_MESSAGES=$(or $(MESSAGES),1000000) $(BIN)/pytest tests/fuzz --timeout 0 \
		--hypothesis-seed $(or $(SEED),1)
	@if $(BIN)/python -c 'import atheris' 2>/dev/null; then \
		for target in messagepack json ink request; do \
			$(BIN)/python -m tests.fuzz.coverage $$target build/fuzz/$$target -verbosity=0 \
				-artifact_prefix=build/fuzz/ -runs=$(or $(MESSAGES),1000000) -seed=$(or $(SEED),1) || exit 1; \
		done; \
	else echo "atheris has no wheel for this platform; its part is left out"; fi

# writes constraints.txt and requirements/*.txt; UPGRADE=1 takes the newest versions; needs the network
lock: $(TOOLS)/.installed
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" scripts/lock $(if $(UPGRADE),--upgrade)

# known vulnerabilities of what is installed, bundled and vendored; needs the network and npm
audit: $(TOOLS)/.installed
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" scripts/audit

# a CycloneDX SBOM of what make run installs and serves
sbom: $(TOOLS)/.installed
	@$(TOOLS)/bin/python scripts/sbom build/sbom.cdx.json

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.runtime: pyproject.toml requirements/run.txt
	@$(PYTHON) scripts/check-python
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV), once"
	@scripts/install $(VENV) requirements/run.txt
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements/develop.txt client/python/pyproject.toml
	@scripts/install $(VENV) requirements/develop.txt client/python
	@touch $@

$(VENV)/.fuzz: $(VENV)/.development requirements/fuzz.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: --requirement requirements/fuzz.txt
	@touch $@

$(TOOLS)/.installed: requirements/tools.txt
	@test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/pip install -qq --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: --requirement requirements/tools.txt
	@touch $@

$(VENV)/.documentation: $(VENV)/.runtime
	@$(BIN)/pip install -qq --disable-pip-version-check --only-binary :all: --no-binary jielong \
		--constraint constraints.txt --editable '.[docs]'
	@touch $@
