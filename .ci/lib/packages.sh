# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What each task needs, as CHECK=PACKAGE: how to see that it is there, and the package of Debian and
# Ubuntu that has it. A CHECK is a command, a pkg-config module, a file, or a Python module.
# Formatting and findings differ between versions: clang's tools are pinned to 14, and lint.sh takes
# cppcheck 2.10 only. A package with a `?` is not in every release: where it is not, whoever wants it
# skips and says so.

# shellcheck disable=SC2034 # used by name
{
    needs_build=(command:cmake=cmake command:ninja=ninja-build command:cc=gcc
        file:/usr/include/stdio.h=libc6-dev command:pkg-config=pkg-config
        module:libcjson=libcjson-dev module:yaml-0.1=libyaml-dev
        module:libmicrohttpd=libmicrohttpd-dev module:gnutls=libgnutls28-dev
        module:openssl=libssl-dev module:libcurl=libcurl4-openssl-dev
        command:python3=python3-minimal)
    needs_run=(command:curl=curl command:openssl=openssl "${needs_build[@]}"
        python:yaml=python3-yaml)
    needs_test=("${needs_build[@]}" command:openssl=openssl command:curl=curl command:git=git command:patch=patch command:groff=groff-base
        python:unittest=python3 python:yaml=python3-yaml python:jsonschema=python3-jsonschema)
    needs_cluster=("${needs_test[@]}" command:jq=jq)
    needs_lint=("${needs_build[@]}" command:clang=clang command:clang-format-14=clang-format-14?
        command:clang-tidy-14=clang-tidy-14? command:cppcheck=cppcheck
        command:shellcheck=shellcheck command:git=git)
    needs_fuzz=("${needs_build[@]}" command:clang=clang)
    needs_cost=("${needs_build[@]}" command:valgrind=valgrind)
    needs_memcheck=("${needs_test[@]}" command:valgrind=valgrind)
    needs_bench=(command:valgrind=valgrind)
    needs_go=(command:go=golang-go)
}

present() {
    case "$1" in
        command:*) command -v "${1#*:}" ;;
        module:*) pkg-config --exists "${1#*:}" ;;
        file:*) test -e "${1#*:}" ;;
        python:*) python3 -c "import ${1#*:}" ;;
        *) false ;;
    esac >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_install() {
    command -v apt-get >/dev/null || die "no apt-get here; please install what provides: $*"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die "neither root nor sudo; please: apt-get install $*"
    title "Installing with apt-get: $*"
    quietly as_root apt-get update -q
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@"
}

# installable PACKAGE: false for one with a `?` that this release does not have.
installable() {
    [ "${1%\?}" != "$1" ] && command -v apt-cache >/dev/null || return 0
    [ -n "$(apt-cache pkgnames clang)" ] || quietly as_root apt-get update -q
    [ -n "$(apt-cache pkgnames "${1%\?}")" ]
}

# An older one says of CMakePresets.json only that it does not know its version.
need_new_cmake() {
    local version
    version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
    printf '%s\n' 3.25 "$version" | sort -C -V ||
        die "CMake $version is too old: 3.25 is needed, as Debian 12 and Ubuntu 24.04 have it"
}

# need TASK...: installs what these tasks miss, in one go; says nothing where nothing is missing.
need() {
    local task row missing=()
    for task in "$@"; do
        local -n rows="needs_$task"
        for row in "${rows[@]}"; do
            if ! present "${row%%=*}" && installable "${row#*=}"; then
                missing+=("${row#*=}")
            fi
        done
    done
    if [ "${#missing[@]}" != 0 ]; then
        mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
        apt_install "${missing[@]%\?}"
    fi
    ! command -v cmake >/dev/null || need_new_cmake
}
