# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# The C files, the shell scripts and the Python files of the repository, one a line.
c_files() {
    git ls-files --cached --others --exclude-standard '*.c' '*.h'
}

# Those that are run; what they source is checked along with them.
shell_files() {
    git ls-files --cached --others --exclude-standard '*.sh' dev .ci/run | grep -v '^.ci/lib/'
}

python_files() {
    git ls-files --cached --others --exclude-standard '*.py'
}

lint_format() {
    c_files | xargs -r clang-format-14 --dry-run -Werror
}

# The sources that a build knows; build/clang, since clang-tidy understands clang's flags only.
tidy_files() {
    local base=${1:-}
    if [ -n "$base" ]; then
        git diff --name-only --diff-filter=d "$base" -- '*.c'
    else
        git ls-files '*.c'
    fi | while read -r file; do
        ! grep -qF "$PWD/$file\"" build/clang/compile_commands.json || printf '%s\n' "$file"
    done
}

# One file a process: clang-tidy 14 takes every va_list of a second file for uninitialised.
lint_tidy() {
    tidy_files "$@" | xargs -r -P 2 -n 1 clang-tidy-14 -p build/clang --quiet 2>&1 |
        { grep -v 'warnings\? generated.$' || true; }
}

# legacyUninitvar takes a compound literal for a variable without a value.
lint_cppcheck() {
    cppcheck --enable=warning,performance,portability --std=c11 --quiet --inline-suppr \
        --suppress=missingIncludeSystem --suppress=legacyUninitvar --error-exitcode=1 -j 2 -I webhook -I tests webhook certs tests
}

lint_shell() {
    shell_files | xargs -r shellcheck --check-sourced --external-sources
}

lint_python() {
    python_files | xargs -r python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)'
}

# pinned VERSION NAME COMMAND...: a check by a tool whose findings differ between versions. VERSION
# is the tool and a part of what it says of its version.
pinned() {
    local tool=${1%% *}
    if [[ "$("$tool" --version 2>/dev/null | tr '\n' ' ')" == *"${1#* }"* ]]; then
        check "${@:2}"
    else
        printf 'ok - %s # SKIP this release has no %s\n' "$2" "$1" | tee -a "$results/checks.tap" >&2
    fi
}

# lint_all [BASE]: with BASE, clang-tidy looks at what changed since then only.
lint_all() {
    local failed=0
    pinned "clang-format-14 version 14" "lint: clang-format" lint_format || failed=1
    check "lint: shellcheck" lint_shell || failed=1
    check "lint: python" lint_python || failed=1
    pinned "cppcheck 2.10" "lint: cppcheck" lint_cppcheck || failed=1
    check "build: clang" build clang || failed=1
    pinned "clang-tidy-14 version 14" "lint: clang-tidy" lint_tidy "$@" || failed=1
    check "build: strict" build strict || failed=1
    return "$failed"
}

cmd_lint() {
    local base=
    [ "${1:-}" != --changed ] || base=$(git merge-base HEAD main)
    need lint
    mkdir -p "$results"
    : >"$results/checks.tap"
    lint_all ${base:+"$base"}
}
