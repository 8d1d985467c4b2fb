#!/bin/sh
# Everything the make targets need, into .venv of this checkout. Safe to interrupt and to run again.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "setup: $("$python" --version 2>&1) is too old; Python 3.11 or later is needed (set PYTHON=...)" >&2
    exit 1
}
command -v ssh >/dev/null || { echo "setup: no ssh client found; install one (Debian: openssh-client)" >&2; exit 1; }
command -v perl >/dev/null || { echo "setup: no perl found; the simulated LPARs need it (Debian: perl-base, comes with git)" >&2; exit 1; }

# Debian splits ensurepip off into a package of its own.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    venv_package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "setup: this Python cannot make virtual environments; installing $venv_package"
        apt-get -qq update && apt-get -qq install -y --no-install-recommends "$venv_package" >/dev/null
    else
        echo "setup: this Python cannot make virtual environments; run: sudo apt-get install $venv_package" >&2
        exit 1
    fi
fi

echo "setup: installing the pinned tools of requirements.txt into .venv"
[ -x .venv/bin/pip ] || "$python" -m venv --clear .venv
export UV_CACHE_DIR="$PWD/.cache/uv" UV_LINK_MODE=copy
# uv installs in seconds what takes pip most of a minute, but reads no settings of pip: where it cannot reach a package index, pip may.
# --compile-bytecode, or the first run pays for it.
.venv/bin/pip --quiet --disable-pip-version-check install uv==0.13.9
.venv/bin/uv pip install --quiet --system-certs --compile-bytecode --python .venv/bin/python --requirement requirements.txt || {
    echo "setup: uv could not install them; trying pip, which takes a minute"
    .venv/bin/pip --quiet --disable-pip-version-check install --requirement requirements.txt
}
touch .venv/complete
