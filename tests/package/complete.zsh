# Loads the completion as zsh would, and asks a shell in a pseudo-terminal for words: complete.zsh SHARE
emulate zsh
zmodload zsh/zpty
work=$(mktemp -d)
cat >$work/.zshrc <<END
fpath=($1/zsh/site-functions \$fpath)
autoload -Uz compinit
compinit -u -D
dump() { print -r -- "\$BUFFER" >$work/new; mv $work/new $work/line; BUFFER= }
zle -N dump
bindkey '^T' dump
dump_started() { : >$work/started }
zle -N zle-line-init dump_started
END
export ZDOTDIR=$work TERM=dumb
zpty child zsh -d -i
appears() { # waits for a file of the shell
  local chunk=
  for i in {1..1200}; do
    zpty -r -t child chunk
    [[ -e $1 ]] && return
    sleep 0.05
  done
  print -r -- "the shell does not answer"
  exit 1
}
appears $work/started
ask() { # what is typed before a tab, and the line after it
  rm -f $work/line
  zpty -w -n child "$1"$'\t\x14'
  appears $work/line
  [[ $(<$work/line) == $2 ]] || { print -r -- "'$1' became '$(<$work/line)', not '$2'"; exit 1; }
}
ask 'tensorgate ch' 'tensorgate check '
ask 'tensorgate check --rec' 'tensorgate check --recursive '
ask 'tensorgate show --fu' 'tensorgate show --full '
ask 'tensorgate check --profile l' 'tensorgate check --profile llama.cpp '
ask 'tensorgate check --layout silero' 'tensorgate check --layout silero-vad '
zpty -d child
rm -rf $work
