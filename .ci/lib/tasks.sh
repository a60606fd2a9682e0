# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

cmd_run() {
    need run
    title "Building (release)"
    build release
    exec python3 tests/cluster/show.py "$(program release)" "$@"
}

cmd_demo() {
    need run
    KUBEBUILDER_ASSETS=$(cluster_tools)
    export KUBEBUILDER_ASSETS
    title "Building (release)"
    build release
    exec python3 tests/cluster/demo.py "$(program release)" "$@"
}

# fuzz_one TARGET SECONDS: from the seeds in the tree. What is new stays in build/fuzz/corpus, what
# breaks it in build/fuzz/found; mended, it becomes a seed with a name.
fuzz_one() {
    local name=$1
    mkdir -p "build/fuzz/corpus/$name" build/fuzz/found
    title "$name: $2 s"
    "build/fuzz/bin/fuzz_$name" -max_total_time="$2" -timeout=10 -verbosity=0 -print_final_stats=1 \
        -dict=tests/fuzz/rayservice.dict -artifact_prefix="build/fuzz/found/$name-" \
        "build/fuzz/corpus/$name" "tests/fuzz/$name"
}

# What KubeRay's own calls make of mutated YAML, against what we do: needs Go, so only when asked for.
fuzz_yaml_reference() {
    local program=$PWD/build/fuzz/bin/yaml-reference
    go_build tests/fuzz/yaml-reference "$program" .
    title "yaml-reference: $1 s"
    python3 tests/fuzz/differ_yaml.py --reader build/fuzz/bin/yaml_answers \
        --reference "$program" --seconds "$1"
}

cmd_fuzz() {
    local seconds=60 target targets
    if [[ "${1:-}" =~ ^[0-9]+$ ]]; then
        seconds=$1
        shift
    fi
    need fuzz
    build fuzz
    targets=("$@")
    [ "${#targets[@]}" != 0 ] || mapfile -t targets < <(cd build/fuzz/bin && printf '%s\n' fuzz_*)
    for target in "${targets[@]}"; do
        case "$target" in
            yaml-reference) fuzz_yaml_reference "$seconds" ;;
            *) fuzz_one "${target#fuzz_}" "$seconds" ;;
        esac
    done
}

cmd_bench() {
    local root
    need test bench
    build release
    root=$(go_root tests/bench/baseline)
    GOROOT=$root GOTOOLCHAIN=local PATH=$root/bin:$PATH exec python3 tests/bench/run.py "$@"
}
