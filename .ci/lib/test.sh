# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# All tests. Every stage writes what it saw into build/results, and summary.py adds it up.

test_groups=(unit cases fuzz repo server tsan cluster monitoring cost memcheck lint)
fast_groups=(unit cases fuzz repo)
results=$PWD/build/results

# stage NAME COMMAND...: goes on where it fails, so that one run tells everything.
stage() {
    local name=$1 started=$SECONDS status=0
    shift
    title "$name"
    "$@" || status=$?
    say "$name: $((SECONDS - started)) s"
    return "$status"
}

# check NAME COMMAND...: one line of TAP for something that is no CTest test.
check() {
    local name=$1
    shift
    if quietly "$@"; then
        printf 'ok - %s\n' "$name"
    else
        printf 'not ok - %s\n' "$name"
    fi >>"$results/checks.tap"
    tail -n 1 "$results/checks.tap" >&2
    [ "$(tail -n 1 "$results/checks.tap")" = "ok - $name" ]
}

# run_ctest NAME PRESET LABELS [ARGUMENT...]: output and counts into results/NAME.xml.
run_ctest() {
    ctest "${@:4}" --preset "$2" -L "^($3)\$" --output-junit "$results/$1.xml" \
        --test-output-size-passed 1000000 --test-output-size-failed 1000000 || true
}

asked() {
    local group
    for group in "${groups[@]}"; do
        [ "$group" != "$1" ] || return 0
    done
    return 1
}

# The asked groups that run under the dev preset in one go, joined as a pattern.
dev_labels() {
    local group labels=()
    for group in unit cases fuzz repo server; do
        ! asked "$group" || labels+=("$group")
    done
    local IFS='|'
    printf '%s' "${labels[*]}"
}

test_dev() {
    check "build: dev" build dev || return 0
    run_ctest dev dev "$(dev_labels)"
}

test_tsan() {
    check "build: tsan" build tsan || return 0
    run_ctest tsan tsan server
}

# test_with GROUP VARIABLE TOOLS: the folder that TOOLS prints is in VARIABLE meanwhile.
test_with() {
    local folder
    if ! folder=$("$3"); then
        check "build: $1 tools" false || return 0
    fi
    export "$2=$folder"
    check "build: dev" build dev || return 0
    run_ctest "$1" dev "$1"
}

# Instructions, as valgrind counts them, of the code as it is shipped.
test_cost() {
    check "build: strict" build strict || return 0
    run_ctest cost strict cost --verbose
}

# valgrind over the server as it is shipped.
test_memcheck() {
    check "build: strict" build strict || return 0
    run_ctest memcheck strict memcheck
}

read_test_arguments() {
    groups=()
    strict=()
    for argument in "$@"; do
        case "$argument" in
            --fast) groups+=("${fast_groups[@]}") ;;
            --strict) strict=(--strict) ;;
            *)
                [[ " ${test_groups[*]} " == *" $argument "* ]] || die "no group $argument; there are: ${test_groups[*]}"
                groups+=("$argument")
                ;;
        esac
    done
    [ "${#groups[@]}" != 0 ] || groups=("${test_groups[@]}")
}

cmd_test() {
    read_test_arguments "$@"
    need test
    ! asked cluster || need cluster
    ! asked lint || need lint
    ! asked cost || need cost
    ! asked memcheck || need memcheck
    rm -rf "$results"
    mkdir -p "$results"
    [ -z "$(dev_labels)" ] || stage "AddressSanitizer and UndefinedBehaviorSanitizer: $(dev_labels)" test_dev
    ! asked tsan || stage "ThreadSanitizer: server" test_tsan
    ! asked cluster || stage "A real API server: cluster" test_with cluster KUBEBUILDER_ASSETS cluster_tools
    ! asked monitoring || stage "A real Prometheus: monitoring" test_with monitoring PROMETHEUS_TOOLS prometheus_tools
    ! asked cost || stage "Instructions by the request: cost" test_cost
    ! asked memcheck || stage "Memory, as valgrind sees it: memcheck" test_memcheck
    ! asked lint || stage "Lint" lint_all || true # what failed is in the results
    python3 .ci/lib/summary.py "${strict[@]}" "$results" "${groups[@]}"
}
