# Each target is a line you could type. `scripts/setup` installs what is missing; see it for what that is.
.PHONY: run test soak fuzz bench scale site site-check prepare

run: ## Start the demo school on http://127.0.0.1:3000
	scripts/setup && scripts/build-site.mjs && cargo run --bin roundtable -- demo

test: ## Everything: format, lints, units, Postgres, browsers
	scripts/setup test && scripts/test

soak: ## The live engine in its simulator, one seed after the other, for so many MINUTES
	SIM_MINUTES=$(or $(MINUTES),10) cargo test -p server --test sim soak -- --nocapture

bench: ## Roundtable beside a peer, in figures: some minutes, or FULL=1 for figures to be quoted
	scripts/setup bench && scripts/bench

scale: ## How long each page of a large school takes: make scale PUPILS=40000 SCHOOLS=30
	scripts/setup && PUPILS=$(or $(PUPILS),1500) SCHOOLS=$(or $(SCHOOLS),1) scripts/scale

fuzz: ## Mutations of the corpus at every reader of bytes: make fuzz MINUTES=10 TARGET=updates
	scripts/setup && scripts/fuzz $(or $(MINUTES),1) $(TARGET)

site: ## Only what a browser downloads, for a server that is running already
	scripts/setup && scripts/build-site.mjs

site-check: ## The site as it ships: within its budget, and people write together in it (some minutes)
	scripts/setup test && scripts/site-check

prepare: ## After changing a query or a migration: write what sqlx's macros need to check SQL without a database
	scripts/setup && scripts/prepare
