# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What a person reads. All of it goes to stderr: stdout is for what was asked for.

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
    bold='' plain=''
fi

say() {
    printf '%s\n' "$*" >&2
}

title() {
    printf '\n%s== %s%s\n' "$bold" "$*" "$plain" >&2
}

die() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# quietly COMMAND...: its output only where it fails, so that what matters is not lost in it.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    [ "$status" = 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}
