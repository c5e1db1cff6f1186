# Everyday commands. They need Go 1.26 or newer and make, nothing else.
#
#   make run      build what changed and serve http://127.0.0.1:8080 from ./data
#   make build    the one binary, bin/kepu, with everything embedded
#   make test     everything a green build means; ends with "N passed, N failed"
#   make check    the fast part of it, for between two edits
#   make bench    tables of speed, memory and search relevance
#   make soak     every crash and load run in full; writes soak-report.md
#
# Flags for the server:  make run ARGS='-addr 127.0.0.1:8081 -data /tmp/kepu'

# Version stamping fails in a checkout that another user owns; nothing reads it.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

# Public texts, question sets and odd media files. What needs them says so and
# is left out where the folder is not there.
export KEPU_TEST_DATA ?= $(abspath ../shared/data)
BENCH_TIME ?= 1s

VERIFY := bin/verify -lint tools/lint.mod

ifeq ($(shell command -v go),)
$(error Go 1.26 or newer is needed and is not on the PATH)
endif

.PHONY: run build proof test check bench soak clean verify
.DEFAULT_GOAL := build

run: build
	@exec bin/kepu serve $(ARGS)

# go build itself knows what changed: it takes a second when nothing did.
build: proof
	@go build -trimpath -o bin/kepu ./cmd/kepu

# A library with a broken piece is not built in; the tests say the same. It is read
# again once a file of it, a folder (something came or went) or a rule is newer
# than the stamp, which is taken before the reading so that no edit falls between.
proof:
	@if [ ! -e bin/proved ] || [ -n "$$(find library tools/proof -newer bin/proved | head -n 1)" ]; then \
		mkdir -p bin && touch bin/proving && go run ./tools/proof library && mv bin/proving bin/proved; \
	fi

verify:
	@go build -o bin/verify ./tools/verify

test: verify
	@$(VERIFY)

check: verify
	@$(VERIFY) -fast

soak: verify
	@KEPU_SOAK=1 $(VERIFY) -timeout 12h -report soak-report.md

bench: build
	@go test -run '^$$' -bench . -benchmem -benchtime $(BENCH_TIME) ./...
	@KEPU_BENCH=1 go test -run 'TestScale|TestRate' -v ./shelf
	@bin/kepu bench serve $(bench_docs)
	@bin/kepu bench import $(bench_docs)
	@bin/kepu bench desk
	@if [ -d $(sets) ]; then \
		$(call relevance,cmrc,cmrc) && $(call relevance,drcd,drcd) && $(call relevance,drcd,drcd_sq); \
	else echo "bench search: $(sets) is not there, left out"; fi

sets = $(KEPU_TEST_DATA)/search
bench_docs = $(if $(wildcard $(sets)/cmrc),-docs $(sets)/cmrc/docs.jsonl$(comma)$(sets)/drcd/docs.jsonl)
comma = ,

# Documents of one set, questions of another (drcd_sq asks drcd in simplified).
relevance = echo "bench search: documents $(1), questions $(2)" && \
	bin/kepu bench search -docs $(sets)/$(1)/docs.jsonl \
		-queries $(sets)/$(2)/queries.jsonl -qrels $(sets)/$(2)/qrels.tsv

clean:
	@rm -rf bin soak-report.md
