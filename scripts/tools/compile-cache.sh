# Sourced by tune: Node keeps what it compiled of the sources in the tool cache (cache-root.ts), so that a command starts with
# half the work. Where nothing can be written there it does without.
case "${XDG_CACHE_HOME:-}" in
  /*) compiled=$XDG_CACHE_HOME/dify-scale-tuner/compiled ;;
  *) compiled=${HOME:+$HOME/.cache/dify-scale-tuner/compiled} ;;
esac
if [ -n "${TUNE_CACHE:-}" ]; then compiled=$TUNE_CACHE/compiled; fi
case "$compiled" in '' | /*) ;; *) compiled=$PWD/$compiled ;; esac
# Made here: Node itself tries for ever to make some folders that cannot be.
if [ -z "${NODE_COMPILE_CACHE:-}" ] && [ -n "$compiled" ] && mkdir -p "$compiled" 2>/dev/null && [ -w "$compiled" ]; then
  export NODE_COMPILE_CACHE=$compiled
fi
