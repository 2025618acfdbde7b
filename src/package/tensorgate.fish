# Completion of tensorgate for fish.
function __tensorgate_layouts
    echo list
    tensorgate check --layout list 2>/dev/null | string replace -r '^ *(\S+) +' '$1\t'
end

function __tensorgate_warnings
    tensorgate check --help 2>/dev/null | sed -n '/^warnings:/,/^$/s/^  \([a-z0-9-]*\) *\(.*\)/\1\t\2/p'
end

set -l some __fish_seen_subcommand_from
complete -c tensorgate -n "not $some check show help" -f -a check -d 'say which files are sound'
complete -c tensorgate -n "not $some check show help" -f -a show -d 'say what is in a file'
complete -c tensorgate -n "not $some check show help" -f -a help -d 'explain a command'
complete -c tensorgate -n "$some help" -f -a 'check show'
complete -c tensorgate -n "$some check show" -l json -d 'print JSON, for programs'
complete -c tensorgate -n "$some check" -s r -l recursive -d 'check all model files below folders'
complete -c tensorgate -n "$some check" -s q -l quiet -d 'say nothing of files that are accepted'
complete -c tensorgate -n "$some check" -s v -l verbose -d 'say more, and what was passed over'
complete -c tensorgate -n "$some check" -l jobs -x -d 'open files in so many threads'
complete -c tensorgate -n "$some show" -l full -d 'print all elements of arrays, and cut nothing'
complete -c tensorgate -n "$some check show" -l single -d 'take the file alone, even if it begins a set'
complete -c tensorgate -n "$some check show" -l no-follow -d 'refuse symbolic links'
complete -c tensorgate -n "$some check show" -l strict -d 'treat every warning as an error'
complete -c tensorgate -n "$some check show; and string match -q -- '--strict=*' (commandline -ct)" -f \
    -a "(__tensorgate_warnings | string replace -r '^' -- '--strict=')"
complete -c tensorgate -n "$some check show" -l profile -x -a llama.cpp -d 'demand what a program demands too'
complete -c tensorgate -n "$some check show" -l limit -x -d 'allow more or less than the default' \
    -a 'tensors= keys= header-bytes= array-elements= array-depth= heap-base= heap-factor= files='
complete -c tensorgate -n "$some check show" -l member -x -d 'take this member of the zip archive'
complete -c tensorgate -n "$some check show" -l layout -x -a '(__tensorgate_layouts)' \
    -d 'what a file of the ggml family before GGUF is'
complete -c tensorgate -n "$some check show" -l gpt4all-vocabulary -d 'an unversioned LLaMA file may lack one token'
complete -c tensorgate -s h -l help -d 'print the help'
complete -c tensorgate -l version -d 'print the version'
