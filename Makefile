# Everything the project needs, it installs itself: Python packages into .venv, the Pulumi engine into .engine.
PYTHON ?= python3
# Where the tests run: in .venv, on the sources; in .venv-wheel, on the built wheel, as `make test` does.
VENV ?= .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# A test compares this with what it has imported.
export TESTED_VENV := $(CURDIR)/$(VENV)
# The files of an archive are as old as the commit, so that two builds of it are the same bytes.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1580601600)
# A run that fails leaves the SDK's own coroutine of the inline program behind; nothing of ours is forgiven.
ENGINE_PYTEST := pytest tests/engine -n 2 -W ignore::pytest.PytestUnraisableExceptionWarning

RUNS ?= 3000

.PHONY: demo test check lint package plugin unit search browser engine screenshot format sweep bench docs schema examples state mutants clean

demo: .venv/installed  ## The main job on the emulator (or on the sandbox, with KINETIC_API_KEY and KINETIC_BASE_URL)
	@python scripts/demo.py

test: lint package  ## Lint, types, the archives, and all tests on the built wheel, in a browser and on the real engine too
	$(MAKE) --no-print-directory VENV=.venv-wheel unit search browser engine

check: lint unit  ## The inner loop, three minutes: lint, types and the unit tests

lint: .venv/installed
	ruff check .
	ruff format --check .
	mypy
	basedpyright
	zizmor --offline --quiet --pedantic .github

package: .venv/installed  ## Build sdist and wheel into dist, and check both
	rm -rf dist
	python -m build --no-isolation
	check-wheel-contents dist
	twine check --strict dist/*

plugin: package  ## The plugin's archive, for each platform's name the same, into dist/plugin
	@python scripts/plugin_archive.py

unit: $(VENV)/installed  ## Every test but the searches, and those in a browser and on the engine
	pytest tests --ignore tests/search --ignore tests/browser --ignore tests/engine -n 2

search: $(VENV)/installed  ## Random and exhaustive searches, without the engine
	pytest tests/search -n 2

browser: $(VENV)/installed  ## The emulator's page in a real browser
	python scripts/browser.py
	pytest tests/browser

engine: $(VENV)/installed  ## The tests on the real Pulumi engine
	python scripts/engine.py
	$(ENGINE_PYTEST)

screenshot: .venv/installed  ## Take the picture of the emulator's page in the documents again
	python scripts/screenshot.py

format: .venv/installed
	ruff check --fix .
	ruff format .

sweep: .venv/installed  ## Kill many runs and count what is lost (hours; RUNS=100 for less)
	python scripts/sweep.py --runs $(RUNS)

bench: .venv/installed  ## Measure both doors beside a plain provider and one that does nothing (about an hour)
	python scripts/engine.py >/dev/null
	python scripts/bench.py

docs: .venv/installed  ## Bring the generated parts of docs/reference up to date, and build the site into dist/site
	python scripts/docs_reference.py
	python scripts/docs_site.py

schema: .venv/installed  ## Write schema.json from the models
	pulumi-kinetic schema > schema.json

examples: .venv/installed  ## Write the examples of schema.json in all languages, by Pulumi's generators
	python scripts/schema_examples.py
	$(MAKE) --no-print-directory schema

state: .venv/installed  ## Record the state that this version leaves, for later versions to be tested with
	python scripts/record_state.py $(if $(SUFFIX),--suffix=$(SUFFIX))

mutants: .venv/installed  ## Break the core line by line and see the tests go red (half an hour)
	python scripts/mutants.py

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed to develop (the package itself: 3.10); say which with make PYTHON=python3.x")'
	$(PYTHON) -m venv .venv
	python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[emulator,dev,docs]'
	@touch $@

# The dependencies are kept between runs; the wheel is put in anew.
.venv-wheel/installed: .venv-wheel/dependencies $(wildcard dist/*.whl)
	python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall dist/*.whl
	@touch $@

.venv-wheel/dependencies: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-wheel
	set -- dist/*.whl && python -m pip install --quiet --disable-pip-version-check -c constraints.txt "$$1[emulator,dev,docs]"
	@touch $@

clean:
	rm -rf .venv .venv-wheel .browser .engine dist
