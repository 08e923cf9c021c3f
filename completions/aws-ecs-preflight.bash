# bash completion for aws-ecs-preflight: asks the program itself at each TAB.

# Splits "$1" into `words` as the shell would, without its quotes and backslashes. A quote that is
# still open is left in `quote`. (COMP_WORDS will not do: bash cuts it at every `=` and `:`.)
_aws_ecs_preflight_split() {
    local text=$1 word='' char i
    words=() quote=
    for ((i = 0; i < ${#text}; i++)); do
        char=${text:i:1}
        if [[ $char == "\\" && $quote != "'" ]]; then
            i=$((i + 1))
            word+=${text:i:1}
        elif [[ $char == "$quote" ]]; then
            quote=
        elif [[ -z $quote && $char == [\"\'] ]]; then
            quote=$char
        elif [[ -z $quote && $char == [[:blank:]] ]]; then
            [[ -z $word ]] || words+=("$word")
            word=
        else
            word+=$char
        fi
    done
    words+=("$word")
}

_aws_ecs_preflight() {
    local words quote current typed kept candidate
    COMPREPLY=()
    _aws_ecs_preflight_split "${COMP_LINE:0:COMP_POINT}"
    current=${words[${#words[@]} - 1]}
    # bash puts the answer in the place of "$2" alone: what stands before that in the word is kept.
    typed=$2
    [[ -n $quote ]] || typed=${typed//\\/}
    kept=${current%"$typed"}
    while IFS= read -r candidate; do
        [[ -n $candidate ]] || continue
        candidate=${candidate#"$kept"}
        if [[ -z $quote && $candidate == *[!A-Za-z0-9_./,:=@%+~-]* ]]; then
            printf -v candidate %q "$candidate"
            candidate=${candidate/#\\~\//\~/}
        fi
        COMPREPLY+=("$candidate")
    done <<<"$(AWS_ECS_PREFLIGHT_COMPLETE=bash aws-ecs-preflight -- "${words[@]}" 2>/dev/null)"
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o nosort -F _aws_ecs_preflight aws-ecs-preflight 2>/dev/null ||
    complete -F _aws_ecs_preflight aws-ecs-preflight
