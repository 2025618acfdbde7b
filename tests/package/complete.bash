# Loads the completion as bash would and asks it for words: complete.bash SHARE
set -eu
source "$1/bash-completion/completions/tensorgate"
asked() { # words of the line, the last of which is completed; prints what it can become
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _tensorgate 2>/dev/null || true
  echo "${COMPREPLY[*]}"
}
expect() { [ "$1" = "$2" ] || { echo "expected '$2', not '$1'"; exit 1; }; }
expect "$(asked tensorgate ch)" check
expect "$(asked tensorgate help s)" show
expect "$(asked tensorgate check --rec)" --recursive
expect "$(asked tensorgate show --fu)" --full
expect "$(asked tensorgate show --rec)" ""
expect "$(asked tensorgate check --profile ll)" llama.cpp
expect "$(asked tensorgate check --limit head)" header-bytes=
expect "$(asked tensorgate check --layout silero)" silero-vad
expect "$(asked tensorgate check --strict = data-g)" data-gap
cd "$1"
expect "$(asked tensorgate check bash-comp)" bash-completion
