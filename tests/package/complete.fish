# Loads the completion and asks it for words: complete.fish SHARE
source $argv[1]/fish/vendor_completions.d/tensorgate.fish
function expect
    set -l words (complete -C "$argv[1]" | string replace -r '\t.*' '')
    if test "$words" != "$argv[2]"
        echo "after '$argv[1]': expected '$argv[2]', not '$words'"
        exit 1
    end
end
expect 'tensorgate ch' check
expect 'tensorgate check --rec' --recursive
expect 'tensorgate show --fu' --full
expect 'tensorgate show --rec' ''
expect 'tensorgate check --profile ll' llama.cpp
expect 'tensorgate check --limit head' header-bytes=
expect 'tensorgate check --layout silero' silero-vad
expect 'tensorgate check --strict=data-g' --strict=data-gap
