# Everything a person does with this repository. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build test check bench clean

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build Sluice and serve samples/quickstart on 127.0.0.1:8000, 8443 (TLS) and 8001 (admin)
	@samples/quickstart/run

build: ## build bin/sluice, which runs from any folder
	@dotnet publish src/Host -c Release -o artifacts/sluice -v quiet $(if $(READY_TO_RUN),-p:PublishReadyToRun=true -r linux-x64 --no-self-contained)
	@mkdir -p bin && ln -sfn ../artifacts/sluice/sluice bin/sluice
	@bin/sluice version | head -1

test: ## install what the tests need and run them all
	@tests/run

check: ## formatting, then the build with its analyzers and style rules
	dotnet format whitespace --verify-no-changes --no-restore || { echo "make check: 'dotnet format whitespace' mends this"; exit 1; }
	dotnet build -v quiet

bench: build ## measure Sluice beside nginx and HAProxy (about a quarter of an hour)
	@python3 bench/speed.py
	@python3 bench/plugins.py
	@python3 bench/idle.py
	@python3 bench/reload.py

clean: ## remove everything that was built
	rm -rf artifacts bin
