# Two commands matter: `make run` and `make test`. Both set up what they need.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test prove quality lint format lock clean

run: .venv/base .env .venv/static
	@$(BIN)/python manage.py migrate -v 0
	@$(BIN)/python manage.py demo --if-empty
	@$(BIN)/python manage.py serve

test: .venv/dev
	@$(BIN)/python -m tests.run -m "not proof" $(ARGS)

prove: .venv/dev
	@$(BIN)/python -m tests.run -m "proof" $(ARGS)

# Lighthouse, axe, the Nu HTML checker and our own looks: docs/quality.md.
quality: .venv/dev .venv/quality/installed
	@$(BIN)/python -m tests.quality $(ARGS)

lint: .venv/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@git ls-files 'templates/*.html' ':!templates/readers' | xargs $(BIN)/djade --target-version 5.2 --check

format: .venv/dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@git ls-files 'templates/*.html' ':!templates/readers' | xargs $(BIN)/djade --target-version 5.2 || true

# Lock files hold names, versions and hashes only: no address of any registry.
lock: .venv/dev
	@for set in base scale dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	    --generate-hashes --no-annotate \
	    --custom-compile-command "make lock" \
	    requirements/$$set.in -o requirements/$$set.txt; done
	@cd requirements/quality && npm install --package-lock-only --silent

clean:
	rm -rf .venv .pytest_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "newsroom needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo "Python's venv module is missing (Debian: python3-venv)"; exit 1; }

.venv/base: requirements/base.txt | .venv/bin/python
	@echo "Installing what the site needs …"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev: requirements/base.txt requirements/dev.txt | .venv/bin/python
	@echo "Installing what the tests need …"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@ .venv/base

.venv/quality/installed: requirements/quality/package.json requirements/quality/package-lock.json | .venv/bin/python
	@command -v npm > /dev/null \
	  || { echo "make quality needs Node.js 18 or newer, with npm"; exit 1; }
	@echo "Installing the tools of make quality …"
	@mkdir -p $(@D)
	@cp requirements/quality/package.json requirements/quality/package-lock.json requirements/quality/.npmrc $(@D)
	@cd $(@D) && npm ci --silent
	@touch $@

# A private secret for this machine; see the README's table of settings.
.env:
	@umask 077; printf 'SECRET_KEY=%s\nALLOWED_HOSTS=127.0.0.1,localhost\nHTTPS=false\nSITE_URL=http://127.0.0.1:8000\nLANGUAGE_CODE=en-gb\n' \
	  "$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')" > .env

# Collected and compressed once, and again when a static file changed.
.venv/static: .venv/base .env $(shell find static -type f 2>/dev/null)
	@$(BIN)/python manage.py collectstatic --noinput -v 0
	@touch $@
