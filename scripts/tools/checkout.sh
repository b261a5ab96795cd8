# Sourced by setup, tune and test: npm packages are in place afterwards, and $node is a Node that runs the sources.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node=$root/node_modules/.bin/node

fail() {
  printf 'error %s: %s\n  why:  %s\n  next: %s\n' "$@" >&2
  exit 2
}

# The sources are TypeScript that Node runs as it is; older ones do not.
is_new_enough() { [ -x "$1" ] && "$1" -e 'process.exit(Number.parseInt(process.versions.node) >= 26 ? 0 : 1)' 2>/dev/null; }

install_packages() {
  command -v npm >/dev/null || fail NPM_MISSING 'npm is not on PATH' 'it brings the packages and the Node this runs on' 'install Node.js with npm (any current version)'
  echo 'setup: npm ci' >&2
  (cd "$root" && npm ci --no-audit --no-fund --loglevel=error >&2) ||
    fail NPM_CI_FAILED 'npm ci failed' 'npm says why above' 'mend that (network, registry, disk), then run it again'
}

pick_node() {
  for node in "$root/node_modules/.bin/node" "$(command -v node || true)"; do
    if is_new_enough "$node"; then return; fi
  done
  return 1
}

# The stamp is written only when packages and Node were found to be right; a look at it is all a later run costs.
stamp=$root/node_modules/.set-up-lock.json
is_set_up() { [ -x "$node" ] && cmp -s "$root/package-lock.json" "$stamp"; }

if ! is_set_up; then
  # Two commands at once must not both install: the kernel frees this lock with the process, however it ends.
  exec 9<"$root/package-lock.json"
  if command -v flock >/dev/null; then flock 9; fi
  # npm install by hand may have left just what the lock file asks for; then nothing has to be thrown away.
  if ! pick_node || ! "$node" "$root/scripts/tools/packages-installed.ts"; then install_packages; fi
  pick_node || fail NODE_TOO_OLD \
    "node_modules/.bin/node is missing or older than 26 (on PATH: $(node --version 2>/dev/null || echo none))" \
    'the npm package "node" brings it by an install script, which the settings of npm may have kept from running (ignore-scripts, allow-scripts)' \
    'run "npm rebuild node --ignore-scripts=false --foreground-scripts" in the checkout, or put Node 26 or newer on PATH'
  cp "$root/package-lock.json" "$stamp"
  exec 9<&-
fi
