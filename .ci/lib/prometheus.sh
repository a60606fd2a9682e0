# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# promtool and prometheus, for the tests of alerts and dashboard. Where they are not installed they are taken out of
# the distribution's packages (19 MB) and not installed: its server would start on port 9090 of this machine.

fetch_prometheus() {
    local folder=$1 package packages=(prometheus)
    rm -rf "$folder" "$folder.part"
    mkdir -p "$folder.part"
    quietly as_root apt-get update -q || return
    # Debian 13 has promtool in a package of its own.
    [ -z "$(apt-cache pkgnames promtool)" ] || packages+=(promtool)
    quietly env -C "$folder.part" apt-get download -q "${packages[@]}" || return
    for package in "$folder.part"/*.deb; do
        quietly dpkg-deb -x "$package" "$folder.part" && rm "$package" || return
    done
    mv "$folder.part" "$folder"
}

# prometheus_tools: prints the folder that holds them.
prometheus_tools() {
    local folder=$cache/prometheus
    if command -v promtool >/dev/null && command -v prometheus >/dev/null; then
        dirname "$(command -v promtool)"
        return
    fi
    mkdir -p "$cache"
    (
        flock 9
        [ -x "$folder/usr/bin/promtool" ] || { title "Fetching the packages of Prometheus, to run and not to install" && fetch_prometheus "$folder"; }
    ) 9>"$folder.lock" >&2 || return
    printf '%s\n' "$folder/usr/bin"
}
