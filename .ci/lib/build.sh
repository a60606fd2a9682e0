# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rayservice-webhook

# build PRESET: into build/PRESET; quiet unless something is wrong.
build() {
    quietly cmake --preset "$1"
    quietly cmake --build --preset "$1" -- --quiet
}

# program PRESET: where a build's binary lies.
program() {
    printf '%s\n' "$PWD/build/$1/bin/rayservice-webhook"
}
