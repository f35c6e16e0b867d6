# Everything the project needs, it installs itself: Python packages into .venv, the Pulumi engine into .engine. The tests
# of `make test` run on the built wheel, as a user installs it, which is in .venv-wheel beside the same packages.
PYTHON ?= python3
VENV ?= .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# A run that fails leaves the SDK's own coroutine of the inline program behind; nothing of ours is forgiven.
ENGINE_PYTEST := pytest tests/engine -n 2 -W ignore::pytest.PytestUnraisableExceptionWarning

RUNS ?= 3000

.PHONY: demo test check lint dist on-the-wheel unit search engine format sweep schema state mutants clean

demo: .venv/installed  ## The main job on the emulator (or on the sandbox, with KINETIC_API_KEY and KINETIC_BASE_URL)
	@python scripts/demo.py

test: lint dist  ## Lint, types, and all tests on the built wheel, those on the real engine included
	$(MAKE) VENV=.venv-wheel on-the-wheel

check: lint unit  ## The inner loop, a minute: lint, types and the unit tests on the sources

dist: .venv/installed  ## Build wheel and sdist, and look whether they are fit to be published
	rm -rf dist
	python -m build --no-isolation --outdir dist .
	check-wheel-contents dist
	twine check --strict dist/*

on-the-wheel: .venv-wheel/installed
	python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/*.whl
	KINETIC_TESTED=wheel $(MAKE) unit search engine

lint: .venv/installed
	ruff check .
	ruff format --check .
	mypy

unit: $(VENV)/installed  ## Every test but the searches and those on the engine
	pytest tests --ignore tests/search --ignore tests/engine

search: $(VENV)/installed  ## Random and exhaustive searches, without the engine
	pytest tests/search

engine: $(VENV)/installed  ## The tests on the real Pulumi engine
	python scripts/engine.py
	$(ENGINE_PYTEST)

format: .venv/installed
	ruff check --fix .
	ruff format .

sweep: .venv/installed  ## Kill many runs and count what is lost (hours; RUNS=100 for less)
	python scripts/sweep.py --runs $(RUNS)

schema: .venv/installed  ## Write schema.json from the models
	pulumi-kinetic schema > schema.json

state: .venv/installed  ## Record the state that this version leaves, for later versions to be tested with
	python scripts/record_state.py $(if $(SUFFIX),--suffix=$(SUFFIX))

mutants: .venv/installed  ## Break the core line by line and see the tests go red (half an hour)
	python scripts/mutants.py

%/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed to develop (the package itself: 3.10); say which with make PYTHON=python3.x")'
	$(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[emulator,dev]'
	@touch $@

clean:
	rm -rf .venv .venv-wheel .engine dist
