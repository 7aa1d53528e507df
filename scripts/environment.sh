# Makes .venv in the repository and installs accelsim into it. Sourced by run, test and .ci/run:
#   make_environment run    what accelsim needs
#   make_environment test   the same and the development tools
# Assumes Python 3.11 or newer and nothing else. PYTHON=/path/to/python names another one.

set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="$root/.venv"
bin="$venv/bin"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$0"): $*"; exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local candidate found=""
  if [ -n "${PYTHON:-}" ]; then
    is_new_enough "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer that starts."
    printf '%s\n' "$PYTHON"
    return
  fi
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if is_new_enough "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
    found="$found $candidate ($("$candidate" --version 2>&1 | head -n 1))"
  done
  say "$(basename "$0"): needs Python 3.11 or newer; found:${found:- no Python at all}."
  fail "install one (Debian, Ubuntu: apt install python3 python3-venv), or set PYTHON=/path/to/python."
}

make_venv() {
  if is_new_enough "$bin/python" && "$bin/python" -m pip --version >/dev/null 2>&1; then return; fi
  local python
  python="$(find_python)"
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "$python has no venv or no pip (Debian, Ubuntu: apt install python3-venv)."
  say "making .venv with $("$python" --version 2>&1)"
  "$python" -m venv --clear "$venv" || fail "cannot make $venv; see above."
}

# Digest of what an installation depends on: the project file, and where the repository lies.
state() { { cat "$root/pyproject.toml"; printf '%s %s' "$root" "$1"; } | cksum; }

is_installed() { [ "$(cat "$venv/installed-$1" 2>/dev/null)" = "$(state "$1")" ]; }

install() {
  say "installing accelsim and what it needs (one to three minutes, needs the network) ..."
  "$bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' ||
    fail "pip cannot be updated; is the network there? See above."
  local what=(--editable "$root")
  if [ "$1" = test ]; then what+=(--group "$root/pyproject.toml:dev"); fi
  "$bin/python" -m pip install --quiet --disable-pip-version-check "${what[@]}" ||
    fail "installation failed; see above. Start again when that is cured: what is there is kept."
  state "$1" >"$venv/installed-$1"
}

make_environment() {
  make_venv
  if is_installed "$1" || { [ "$1" = run ] && is_installed test; }; then return; fi
  install "$1"
}
