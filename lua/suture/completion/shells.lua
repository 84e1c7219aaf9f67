--- What each shell is told once, so that it asks suture at each Tab. Each asks for the candidates of the words up to
--- the cursor, one a line with a tab before its explanation; a line of a single colon stands for names of files.

local shells = {}

-- Bash takes '=' for the end of a word; suture does not.
shells.bash = [=[
# Completion of suture for bash: put it where bash-completion looks, or read it with
#   source <(suture completion bash)
_suture() {
    local words=() word glue=0 line cur
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ ${#words[@]} -gt 0 && ( $word == '=' || $glue == 1 ) ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        [[ $word == '=' ]] && glue=1 || glue=0
    done
    cur=${words[-1]}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == ':' ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "${cur##*=}")
        else
            line=${line%%$'\t'*}
            [[ $line == *= ]] && compopt -o nospace 2>/dev/null
            [[ $cur == *=* ]] && line=${line#"${cur%=*}="}
            COMPREPLY+=("$line")
        fi
    done < <(suture completion candidates -- "${words[@]}" 2>/dev/null)
}
complete -F _suture suture
]=]

shells.zsh = [=[
#compdef suture
# Completion of suture for zsh: put it as _suture into a folder of $fpath, or read it with
#   source <(suture completion zsh)
_suture() {
    local line text
    local -a plain open
    local files=0
    for line in "${(@f)$(suture completion candidates -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        text=${line%%$'\t'*}
        if [[ $line == ':' ]]; then
            files=1
        elif [[ $text == *= ]]; then
            open+=("${text//:/\\:}:${line#*$'\t'}")
        elif [[ -n $text ]]; then
            plain+=("${text//:/\\:}:${line#*$'\t'}")
        fi
    done
    (( $#open )) && _describe -t words word open -S ''
    (( $#plain )) && _describe -t words word plain
    if (( files )); then
        compset -P '*='
        _files
    fi
}
if [[ $funcstack[1] == _suture ]]; then
    _suture "$@"
else
    compdef _suture suture
fi
]=]

shells.fish = [=[
# Completion of suture for fish: put it as suture.fish into a folder of $fish_complete_path, or read it with
#   suture completion fish | source
function __suture_candidates
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    for line in (suture completion candidates -- $words 2>/dev/null)
        if test "$line" = ':'
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c suture -f -a '(__suture_candidates)'
]=]

return shells
