#!/bin/sh
# Install the peers that benchmarks compare with, each in an environment of its own, pinned.
#
#     sh benchmarks/peers.sh [DIR]      # default build/peers; PYTHON=python3.12 for another interpreter
#
# SACRO-ML depends on torch, which takes some gigabytes where pip gets the build for GPUs.
set -eu
into=${1:-build/peers}
python=${PYTHON:-python3}

install() { # install NAME REQUIREMENT...: once; what was broken off is begun again
    name=$1
    shift
    if [ ! -e "$into/$name/.complete" ] || [ "$(cat "$into/$name/.complete")" != "$*" ]; then
        rm -rf "${into:?}/$name"
        "$python" -m venv "$into/$name"
        "$into/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
        printf '%s' "$*" >"$into/$name/.complete"
    fi
    echo "$into/$name: $*"
}

mkdir -p "$into"
install sacroml sacroml==2.0.1 scikit-learn==1.9.1 numpy==2.4.6 # the forest must be the same code on both sides
