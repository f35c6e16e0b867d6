# Everything the project needs, it installs itself: Python packages into .venv, the Pulumi engine into .engine.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# A run that fails leaves the SDK's own coroutine of the inline program behind; nothing of ours is forgiven.
ENGINE_PYTEST := pytest tests/engine -n 2 -W ignore::pytest.PytestUnraisableExceptionWarning

RUNS ?= 3000

.PHONY: demo test check lint unit search engine format sweep schema state mutants clean

demo: .venv/installed  ## The main job on the emulator (or on the sandbox, with KINETIC_API_KEY and KINETIC_BASE_URL)
	@python scripts/demo.py

test: check search engine  ## Lint, types, and all tests, those on the real engine included

check: lint unit  ## The inner loop, a minute: lint, types and the unit tests

lint: .venv/installed
	ruff check .
	ruff format --check .
	mypy

unit: .venv/installed  ## Every test but the searches and those on the engine
	pytest tests --ignore tests/search --ignore tests/engine

search: .venv/installed  ## Random and exhaustive searches, without the engine
	pytest tests/search

engine: .venv/installed  ## The tests on the real Pulumi engine
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

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed to develop (the package itself: 3.10); say which with make PYTHON=python3.x")'
	$(PYTHON) -m venv .venv
	python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[emulator,dev]'
	@touch $@

clean:
	rm -rf .venv .engine
