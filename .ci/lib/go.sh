# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# etcd, kube-apiserver and kubectl, built from the Go modules that tests/cluster/tools pins; and the
# load client and the baseline of tests/bench.

tools_module=tests/cluster/tools

# go_line WORD MODULE: the version behind `go` or `toolchain` in the module's file.
go_line() {
    sed -n "s/^$1 \(go\)\{0,1\}//p" "$2/go.mod"
}

at_least() {
    [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# A release of Go is itself a Go module, checked against the checksum database like any other; every
# Go since 1.13 can fetch it, and Debian's is too old to build the tools. The module cache holds no
# executable bits.
fetch_go() {
    local module root version
    version=$(go_line toolchain "$1")
    module=golang.org/toolchain@v0.0.1-go$version.$(go env GOOS)-$(go env GOARCH)
    say "Go $version for building $1: $module"
    root=$(cd / && GOFLAGS='' go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    [ -n "$root" ] || die "could not fetch $module"
    chmod +x "$root"/bin/* "$root"/pkg/tool/*/*
    printf '%s\n' "$root"
}

# go_root MODULE: the GOROOT of a Go that can build it.
go_root() {
    local have
    need go
    have=$(GOTOOLCHAIN=local go env GOVERSION)
    if at_least "$(go_line go "$1")" "${have#go}"; then
        GOTOOLCHAIN=local go env GOROOT
    else
        fetch_go "$1"
    fi
}

# go_build MODULE OUT ARGUMENT...: with a Go that can build the module.
go_build() {
    local module=$1 out=$2 root
    shift 2
    root=$(go_root "$module")
    quietly env -C "$module" GOROOT="$root" GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0 \
        "$root/bin/go" build -trimpath -o "$out" "$@"
}

# gitVersion: kubectl compares its version with the server's.
build_tools() {
    local out=$1 version
    version=$(sed -n 's/^\tk8s.io\/kubernetes \(v[^ ]*\).*/\1/p' "$tools_module/go.mod")
    go_build "$tools_module" "$out/" \
        -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$version" tool &&
        mv "$out/server" "$out/etcd"
}

make_tools() {
    local folder=$1 started=$SECONDS
    title "Building etcd, kube-apiserver and kubectl (once; some five minutes on two cores)"
    rm -rf "$folder.part"
    mkdir -p "$folder.part"
    build_tools "$folder.part" || die "the cluster tools did not build"
    mv "$folder.part" "$folder"
    say "built in $((SECONDS - started)) s: $folder"
}

# cluster_tools: prints the folder that holds them, and builds them first where they are not there.
cluster_tools() {
    if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
        printf '%s\n' "$KUBEBUILDER_ASSETS"
        return
    fi
    local folder
    folder=$cache/cluster-tools/$(cat $tools_module/go.mod $tools_module/go.sum | sha256sum | cut -c1-16)
    mkdir -p "${folder%/*}"
    (
        flock 9
        [ -d "$folder" ] || make_tools "$folder"
    ) 9>"$folder.lock" || return
    printf '%s\n' "$folder"
}
