# kubectl-cis532: everything that a developer runs. `make` alone lists it.

GO      ?= go
BIN     := bin
BINARY  := $(BIN)/kubectl-cis532$(shell $(GO) env GOEXE)
TEST_CLUSTER := test/cluster/bin/testcluster
CLUSTER_DIR  := .cluster

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build the plugin into bin/
	@# As it is released. With cgo, kustomize brings in Go's plugin loader, and the linker keeps every method: 30 MB more.
	CGO_ENABLED=0 $(GO) build -o $(BINARY) ./cmd/kubectl-cis532

.PHONY: test-cluster
test-cluster: ## Build the API server of tests and demo (the first time takes about 10 minutes)
	test/cluster/build.sh $(TEST_CLUSTER)

.PHONY: demo
demo: build test-cluster ## Audit, fix, audit, roll back a sample company on a real API server
	hack/demo.sh

.PHONY: test
test: test-cluster ## Run all tests, those against a real API server included
	$(GO) vet ./...
	$(GO) test -timeout 30m ./cmd/... ./deploy/... ./hack/... ./pkg/...
	cd hack/gen-schemas && $(GO) test ./...
	@# Go's test cache does not see the programs that these tests build and run.
	$(GO) test -count=1 -timeout 60m ./test/...
	@# Vetting Kubernetes takes minutes each time.
	cd test/cluster && $(GO) test -vet=off -count=1 -timeout 20m ./...

.PHONY: test-browser
test-browser: ## Test the HTML reports in headless Chromium (apart from `make test`: not every machine has a browser)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		echo "make test-browser: there is no Chromium in PATH (Debian: apt-get install chromium)" >&2; exit 1; }
	@if command -v npm >/dev/null; then npm ci --prefix test/browser --ignore-scripts --no-audit --no-fund; \
		else echo "there is no npm: the accessibility engine (axe-core) is left out"; fi
	cd test/browser && $(GO) vet ./... && $(GO) test -count=1 -timeout 30m -v ./...

.PHONY: lint
lint: ## Lint everything (the first time builds the pinned linter)
	$(GO) tool -modfile=tools/golangci-lint/go.mod golangci-lint run ./...
	cd hack/gen-schemas && $(GO) tool -modfile=../../tools/golangci-lint/go.mod golangci-lint run ./...
	cd test/browser && $(GO) tool -modfile=../../tools/golangci-lint/go.mod golangci-lint run ./...
	@# With types it would analyse the whole of Kubernetes.
	cd test/cluster && $(GO) tool -modfile=../../tools/golangci-lint/go.mod golangci-lint run --fast-only ./...

.PHONY: vet-platforms
vet-platforms: ## Compile and vet everything, tests too, for macOS and Windows
	@# How it is built for each architecture is tested by test/release.
	GOOS=darwin $(GO) vet ./...
	@# test/ drives the program through Unix' shells, pipes and terminals.
	GOOS=windows $(GO) vet ./cmd/... ./deploy/... ./hack/... ./pkg/...

.PHONY: smoke
smoke: build ## Run the plugin once, without a cluster: also on Windows and macOS
	$(BINARY) version --client
	$(BINARY) audit -f testdata/shop --exit-zero
	$(BINARY) generate -f testdata/shop --output-dir $(BIN)/smoke
	$(BINARY) reach shop/deploy/web payments/svc/gateway 443 -f testdata/shop

.PHONY: test-matrix
test-matrix: ## Run the end-to-end suite against other versions of Kubernetes (each takes 10 minutes to build, the first time)
	hack/test-matrix.sh $(VERSIONS)

.PHONY: generate-code
generate-code: ## Write the generated code and documents anew
	$(GO) tool -modfile=tools/go.mod deepcopy-gen --output-file zz_generated.deepcopy.go --go-header-file hack/boilerplate.go.txt ./pkg/api/v1alpha1
	$(GO) run ./hack/gen-docs
	cd hack/gen-schemas && $(GO) run .

.PHONY: picture
picture: test-cluster ## Draw the README's terminal anew, from a real run
	$(GO) run ./hack/picture

.PHONY: bench
bench: test-cluster ## Measure the plugin beside what it is compared with, on a real API server; writes docs/benchmarks.md
	$(GO) run ./test/bench -out docs/benchmarks.md

.PHONY: bench-packages
bench-packages: ## Run the Go benchmarks of the packages
	$(GO) test -run '^$$' -bench . -benchmem ./pkg/...

.PHONY: cluster-up
cluster-up: test-cluster ## Start a fresh, empty API server; its kubeconfig is .cluster/kubeconfig
	@$(TEST_CLUSTER) up --dir $(CLUSTER_DIR) --rbac deploy/rbac-audit.yaml --rbac deploy/rbac-fix.yaml

.PHONY: cluster-down
cluster-down: ## End the API server of cluster-up
	@if [ -x $(TEST_CLUSTER) ]; then $(TEST_CLUSTER) down --dir $(CLUSTER_DIR); else echo "no test cluster was built: nothing to end"; fi

GORELEASER := $(GO) tool -modfile=tools/goreleaser/go.mod goreleaser

.PHONY: release-snapshot
release-snapshot: ## Build the archives of a release into dist/, without releasing (the first time builds the pinned tool)
	$(GORELEASER) release --snapshot --clean --skip=publish,sign,sbom --timeout 2h

.PHONY: test-release
test-release: test-cluster ## Build the archives twice, compare them byte by byte, and install one as krew does
	hack/test-release.sh

.PHONY: release
release: ## Build, sign and upload a release as a draft: for the release workflow, at a tag
	hack/release-notes.sh "$$(git describe --tags --exact-match)" > "$${TMPDIR:-/tmp}/release-notes.md"
	$(GORELEASER) release --clean --timeout 2h --release-notes "$${TMPDIR:-/tmp}/release-notes.md"
	$(GO) run ./hack/gen-krew -version "$$(git describe --tags --exact-match)" -checksums dist/checksums.txt -out dist/cis532.yaml

.PHONY: clean
clean: cluster-down ## Remove what was built
	rm -rf $(BIN) $(CLUSTER_DIR) test/cluster/bin dist
