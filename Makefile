# Targets: run, test, soak, lint, bench, messages, screenshots, lock. Nothing but Python 3.11 or later, make and git is needed.

PYTHON ?= python3
PORT ?= 8000
CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name))))
export CHROMIUM

UV := $(shell command -v uv)
PY := .venv/bin/python
MANAGE := $(PY) manage.py
PYTEST := $(PY) -m pytest --numprocesses auto
VENV := .venv/pyvenv.cfg
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development
BENCH_PY := bench/.venv/bin/python
BENCH := bench/.venv/.installed
BENCH_OPTIONS = $(if $(ONLY),--only $(ONLY)) $(if $(PARTS),--parts $(PARTS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ROWS),--rows $(ROWS))
STATIC := var/static/.collected
STATIC_SOURCES := $(shell find static easycall accounts campaigns leads -type f -path '*static/*')
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
# uv where it is there, because it is quicker; both refuse a file whose hash is not the one that was locked.
INSTALL_WITH = $(if $(UV),uv pip install --quiet --python $(1),$(1) -m pip install --quiet --disable-pip-version-check) --require-hashes
INSTALL := $(call INSTALL_WITH,$(PY))

.PHONY: run test soak lint bench bench-growth bench-growth-drop messages screenshots lock
.DELETE_ON_ERROR:

run: export HTTPS ?= 0
run: $(RUNTIME) $(CATALOGUES) $(STATIC)
	@$(PY) -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", $(PORT)))' 2>/dev/null \
		|| { echo "Port $(PORT) is taken. Choose another one: make run PORT=8001" >&2; exit 1; }
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) demo --port $(PORT) $(if $(filter 0,$(DEMO)),--empty)
	@PORT=$(PORT) exec $(PY) -m gunicorn

test: $(DEVELOPMENT) $(CATALOGUES)
	@left_out=""; browser=""; \
	if [ -z "$(CHROMIUM)" ]; then left_out="browser tests (no Chromium on the PATH)"; browser='not browser'; fi; \
	echo "SQLite:"; \
	env -u DATABASE_URL $(PYTEST) -m "$$browser" || exit 1; \
	if [ -n "$$TEST_POSTGRES_URL" ]; then \
		echo "PostgreSQL:"; \
		DATABASE_URL="$$TEST_POSTGRES_URL" $(PYTEST) -m "$$browser" || exit 1; \
	else \
		left_out="$${left_out:+$$left_out, }PostgreSQL (TEST_POSTGRES_URL is not set)"; \
	fi; \
	echo "Left out: $${left_out:-nothing}."; \
	if [ -n "$$left_out" ] && [ "$$CI" = true ]; then exit 1; fi

# The tests that kill and cut, for an hour instead of a minute. PostgreSQL is one of their own: the URL only names the kind.
soak: export SOAK := 1
soak: $(DEVELOPMENT) $(CATALOGUES)
	@failed=0; \
	echo "SQLite:"; env -u DATABASE_URL $(PY) -m pytest tests/soak || failed=1; \
	echo "PostgreSQL:"; DATABASE_URL=postgres:///soak $(PY) -m pytest tests/soak || failed=1; \
	exit $$failed

lint: $(DEVELOPMENT)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) .venv/bin/lint-imports
	HTTPS=1 DEBUG=0 TRUSTED_PROXIES=127.0.0.1 $(MANAGE) check --deploy --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) translations check

# Figures beside those of others, on PostgreSQL: make bench ONLY=ours,fastapi SECONDS=5 ROUNDS=1
bench: $(RUNTIME) $(CATALOGUES) $(STATIC) $(BENCH)
	@$(BENCH_PY) -m bench $(BENCH_OPTIONS)

# The same with millions of leads in the tables, in a database that is kept for the next time.
bench-growth: $(RUNTIME) $(CATALOGUES) $(STATIC) $(BENCH)
	@$(BENCH_PY) -m bench --parts growth $(BENCH_OPTIONS)

bench-growth-drop: $(BENCH)
	@$(BENCH_PY) -m bench --drop

messages: $(DEVELOPMENT)
	$(MANAGE) translations update

# The pictures that the documentation names, of an installation in each language; others are removed.
screenshots: $(DEVELOPMENT) $(CATALOGUES)
	SCREENSHOTS=docs/img $(PY) -m pytest tests/browser/pictures

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url bench/requirements.in -o bench/requirements.txt

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "easycall needs Python 3.11 or later, and $(PYTHON) is not: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(if $(UV),uv venv --quiet --python $(PYTHON) .venv,$(PYTHON) -m venv .venv)

$(RUNTIME): requirements.txt $(VENV)
	@echo "Installing what easycall needs..."
	@$(INSTALL) -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing what the tests and the linters need..."
	@$(INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@

$(BENCH): bench/requirements.txt
	@echo "Installing what the benchmark needs..."
	@$(if $(UV),uv venv --quiet --allow-existing --python $(PYTHON) bench/.venv,$(PYTHON) -m venv bench/.venv)
	@$(call INSTALL_WITH,$(BENCH_PY)) -r $<
	@touch $@

locale/%/LC_MESSAGES/django.mo: locale/%/LC_MESSAGES/django.po | $(RUNTIME)
	@$(MANAGE) translations compile

$(STATIC): $(RUNTIME) $(STATIC_SOURCES)
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@touch $@
