# Tout passe par ici. `make help` liste les commandes.
PYTHON ?= python3
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run data test soak check bench bench-siting lock clean

help: ## Affiche cette aide
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Installe ce qui manque, prépare les données et sert http://localhost:8000 (PORT, DATA_DIR)
	@$(PYTHON) tools/setup.py run

data: ## Charge toutes les données ouvertes (FROM=dossier : depuis un dossier de ces fichiers)
	@$(PYTHON) tools/setup.py data $(if $(FROM),--from "$(FROM)")

setup: ## Installe de quoi développer (Python, interface) sans rien lancer
	@$(PYTHON) tools/setup.py setup

test: setup ## Lance tous les tests, navigateur et PostgreSQL compris
	@$(VENV)/python tools/run_tests.py

soak: setup ## Tue 500 fois les processus de tâches de fond, sur chaque base (KILLS, une demi-heure)
	@KILLS=$(or $(KILLS),500) $(VENV)/python tools/run_tests.py tests/common/jobs/test_killing.py

check: ## Vérifie le style, les types, l'architecture et les verrous (moins de 2 minutes)
	@$(PYTHON) tools/setup.py env
	@$(VENV)/python tools/check.py

bench: setup ## Mesure les rapports de performance et écrit docs/bench.md
	@$(VENV)/python tools/bench.py

bench-siting: setup ## Mesure le choix des meilleurs lieux sur l’instance nationale et écrit docs/bench-siting.md
	@$(VENV)/python -m tests.bench.bench_siting

lock: ## Refait les verrous (requirements.lock, requirements-dev.lock, node.lock)
	@$(PYTHON) tools/setup.py env
	@$(VENV)/python tools/lock.py

clean: ## Retire ce qui se refabrique (jamais les données)
	@rm -rf .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis tests/e2e/captures
	@find millecafes tests tools -name __pycache__ -prune -exec rm -rf {} +
