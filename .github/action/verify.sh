#!/bin/sh
# The step of action.yml that runs `verify`: annotations on standard output, the job summary, a SARIF report, and
# the outputs. The step ends with the exit code of the program.
set -eu

name=aws-ecs-preflight
newline='
'

# An annotation. What it quotes cannot begin another command of the runner.
annotate() {
    printf '%s' "$1" | awk -v ORS='%0A' '{ gsub(/%/, "%25"); gsub(/\r/, "%0D"); print }' |
        sed 's/^/::error title=aws-ecs-preflight::/; s/%0A$//'
    echo
}

# Inputs that are wrong end like wrong flags.
misused() {
    annotate "$1"
    output verdict none
    output exit-code 2
    output sarif-file ''
    exit 2
}

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# one_line INPUT VALUE: a line break would be another output, or another argument.
one_line() {
    case $2 in
        *"$newline"*) misused "The input $1 has several lines; it takes one." ;;
    esac
}

is_true() {
    case $2 in
        true) return 0 ;;
        false | '') return 1 ;;
        *) misused "The input $1 is \`$2\`; it is \`true\` or \`false\`." ;;
    esac
}

# lines TEXT: the lines of an input that are not blank, without blanks around them.
lines() { printf '%s\n' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d'; }

for input in "service-definition=$INPUT_SERVICE_DEFINITION" "cluster=$INPUT_CLUSTER" "service=$INPUT_SERVICE" \
    "accept=$INPUT_ACCEPT" "wait=$INPUT_WAIT" "expect-account=$INPUT_EXPECT_ACCOUNT" "sarif-file=$INPUT_SARIF_FILE"; do
    one_line "${input%%=*}" "${input#*=}"
done
[ -n "$INPUT_SARIF_FILE" ] || misused "The input sarif-file is empty."
uploads=no
! is_true upload-sarif "$INPUT_UPLOAD_SARIF" || uploads=yes

work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/$name.XXXXXX")
report=$work/report.json

# Each input is one word of the command, whatever is in it. A value is never taken for a flag.
set -- verify --format=github "--format=markdown=$GITHUB_STEP_SUMMARY" "--format=sarif=$INPUT_SARIF_FILE" \
    "--format=json=$report"
[ -z "$INPUT_SERVICE_DEFINITION" ] || set -- "$@" "--service-definition=$INPUT_SERVICE_DEFINITION"
[ -z "$INPUT_CLUSTER" ] || set -- "$@" "--cluster=$INPUT_CLUSTER"
[ -z "$INPUT_SERVICE" ] || set -- "$@" "--service=$INPUT_SERVICE"
[ -z "$INPUT_ACCEPT" ] || set -- "$@" "--accept=$INPUT_ACCEPT"
[ -z "$INPUT_WAIT" ] || set -- "$@" "--wait=$INPUT_WAIT"
[ -z "$INPUT_EXPECT_ACCOUNT" ] || set -- "$@" "--expect-account=$INPUT_EXPECT_ACCOUNT"
! is_true strict "$INPUT_STRICT" || set -- "$@" --strict
lines "$INPUT_ALLOW_UNKNOWN" >"$work/allow-unknown"
while IFS= read -r check; do
    case $check in
        true) set -- "$@" --allow-unknown ;;
        false) ;;
        *) set -- "$@" "--allow-unknown=$check" ;;
    esac
done <"$work/allow-unknown"
lines "$INPUT_ARGUMENTS" >"$work/arguments"
while IFS= read -r argument; do
    set -- "$@" "$argument"
done <"$work/arguments"
set -- "$@" --
lines "$INPUT_TASK_DEFINITION" >"$work/task-definition"
while IFS= read -r definition; do
    set -- "$@" "$definition"
done <"$work/task-definition"

code=0
$name "$@" 2>"$work/errors" || code=$?
cat "$work/errors" >&2

# The program writes a report if and only if there is a verdict.
verdict=none
if [ -s "$report" ]; then
    verdict=$(sed -n 's/^  "verdict": "\([a-z]*\)".*/\1/p' "$report" | head -n 1)
fi
output verdict "$verdict"
output exit-code "$code"
if [ "$verdict" = none ]; then
    output sarif-file ''
    annotate "No verdict (exit code $code). $(cat "$work/errors")"
else
    output sarif-file "$INPUT_SARIF_FILE"
    [ "$uploads" = yes ] ||
        echo "The SARIF report is $INPUT_SARIF_FILE. To see it in code scanning, set the input upload-sarif to true."
fi
exit "$code"
