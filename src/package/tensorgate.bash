# Completion of tensorgate for bash.
_tensorgate() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="check show help --help --version"
  elif [ "$command" = help ]; then
    words="check show"
  else
    # A word that ends in = is in pieces: the name, the sign and the value.
    [ "$before" = "=" ] && before=${COMP_WORDS[COMP_CWORD - 2]}
    [ "$word" = "=" ] && before=${COMP_WORDS[COMP_CWORD - 1]} word=
    case $before in
    --profile) words="llama.cpp" ;;
    --limit)
      words="tensors= keys= header-bytes= array-elements= array-depth= heap-base= heap-factor= files="
      compopt -o nospace 2>/dev/null
      ;;
    --layout) words="list $(tensorgate check --layout list 2>/dev/null | sed 's/^ *\([^ ]*\).*/\1/')" ;;
    --strict)
      words=$(tensorgate check --help 2>/dev/null | sed -n '/^warnings:/,/^$/s/^  \([a-z0-9-]*\) .*/\1/p')
      ;;
    --member | --jobs) return ;;
    *)
      case $word in
      -*)
        words="--json --single --no-follow --strict --profile --limit --member --layout --gpt4all-vocabulary"
        words+=" --help --version"
        case $command in
        check) words+=" --recursive --quiet --verbose --jobs" ;;
        show) words+=" --full" ;;
        esac
        ;;
      *)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        compopt -o filenames 2>/dev/null
        return
        ;;
      esac
      ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _tensorgate tensorgate
