#!/bin/sh
# Builds and installs aws-ecs-preflight. See `./install.sh --help`.
set -eu

name=aws-ecs-preflight
rust_needed=1.95
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=${HOME:?HOME is not set}/.local
binary=
action=install
with_aws_alias=no

usage() {
    cat <<HELP
Usage: ./install.sh [--prefix DIR] [--binary FILE] [--with-aws-alias]
       ./install.sh --uninstall [--prefix DIR]

Builds $name and installs the program, shell completions and manual pages. In the
folder of a release, it installs the program of the release. Running it again replaces the installed files.

  --prefix DIR       where to install (default: $prefix)
  --binary FILE      install this program instead of building one
  --with-aws-alias   add AWS CLI aliases to ~/.aws/cli/alias: \`aws ecs preflight\`
                     (version 2) and \`aws ecs-preflight\`
  --uninstall        remove the installed files and the aliases
  --help             print this
HELP
}

say() { printf '%s\n' "$*"; }
stop() {
    printf 'install.sh: %s\n' "$*" >&2
    exit "${status:-1}"
}
misused() { status=2 stop "$*
Try ./install.sh --help"; }

read_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
            --prefix | --binary)
                [ -n "${2-}" ] || misused "$1 needs a value"
                case $1 in
                    --prefix) prefix=$2 ;;
                    --binary) binary=$2 ;;
                esac
                shift
                ;;
            --prefix=?*) prefix=${1#*=} ;;
            --binary=?*) binary=${1#*=} ;;
            --with-aws-alias) with_aws_alias=yes ;;
            --uninstall) action=uninstall ;;
            --help | -h)
                usage
                exit 0
                ;;
            *) misused "unknown argument: $1" ;;
        esac
        shift
    done
    case $prefix in
        /*) ;;
        *) prefix=$PWD/$prefix ;;
    esac
    [ "$prefix" = / ] || prefix=${prefix%/}
}

# Installed files, without the manual pages: a file of the clone, and its path under the prefix.
completions() {
    cat <<LIST
completions/$name.bash share/bash-completion/completions/$name
completions/_$name share/zsh/site-functions/_$name
completions/$name.fish share/fish/vendor_completions.d/$name.fish
LIST
}

# `1.95` and `1.100` compare as numbers, part by part.
is_older() {
    [ "${1%%.*}" -lt "${2%%.*}" ] && return 0
    [ "${1%%.*}" -gt "${2%%.*}" ] && return 1
    this=${1#*.} other=${2#*.}
    [ "${this%%.*}" -lt "${other%%.*}" ]
}

# A release has the program next to this script, and nothing to build it from.
take_released() {
    if [ -z "$binary" ] && [ -f "$root/$name" ] && [ ! -f "$root/Cargo.toml" ]; then
        binary=$root/$name
    fi
}

# Reports everything that is missing at once, before the long build.
require() {
    missing=
    lack() { missing="$missing
  - $*"; }
    if [ -n "$binary" ]; then
        { [ -f "$binary" ] && [ -x "$binary" ]; } || lack "$binary is not an executable file"
    elif ! command -v cargo >/dev/null; then
        lack "Rust $rust_needed or later: see https://rustup.rs, then open a new shell"
    else
        rust=$(cd "$root" && cargo --version | cut -d ' ' -f 2) || rust=0.0
        ! is_older "$rust" "$rust_needed" ||
            lack "Rust $rust_needed or later (this is $rust): run \`rustup update stable\`"
    fi
    if [ -z "$binary" ] && ! command -v cc >/dev/null; then
        lack "a C compiler: \`apt-get install gcc libc6-dev\`, \`dnf install gcc\`, or \`xcode-select --install\`"
    fi
    while read -r from _; do
        [ -f "$root/$from" ] || lack "$root/$from: this clone is not complete; clone it again"
    done <<LIST
$(completions)
LIST
    [ -f "$root/man/$name.1" ] || lack "$root/man/$name.1: this clone is not complete; clone it again"
    [ -z "$missing" ] || stop "cannot install, because this is missing:$missing"
}

# Options for the linker that make the program a tenth smaller each: functions with the same code are kept once,
# and addresses that the loader has to adjust are packed. Not every linker and C library knows them, so each is
# tried on an empty program, which has to start on this machine.
linker_options() {
    trial=$(mktemp -d) || return 0
    mkdir "$trial/src"
    printf '[package]\nname = "trial"\nedition = "2024"\n[workspace]\n' >"$trial/Cargo.toml"
    printf 'fn main() {}\n' >"$trial/src/main.rs"
    options=
    for option in --icf=all -z,pack-relative-relocs; do
        with="$options -C link-arg=-Wl,$option"
        # shellcheck disable=SC2086 # One word for each option.
        if (cd "$root" && cargo rustc --quiet --offline --manifest-path "$trial/Cargo.toml" \
            --target-dir "$trial/target" -- $with && "$trial/target/debug/trial") >"$trial/said" 2>&1; then
            options=$with
        fi
    done
    rm -rf "$trial"
    printf '%s\n' "$options"
}

build() {
    say "Building $name: about 12 minutes of one core, half as long on two, with 2.5 GB of memory."
    options=$(linker_options)
    # Only Cargo knows the path of the program: the target directory may be configured anywhere.
    # shellcheck disable=SC2086 # One word for each option.
    said=$(cd "$root" && cargo rustc --release --locked --bin "$name" \
        --message-format json-render-diagnostics -- $options) ||
        stop "the build failed; see the messages above"
    binary=$(printf '%s\n' "$said" | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
    [ -x "$binary" ] || stop "cargo built no program"
}

# Replaces a file atomically, so that a running program is not affected.
place() {
    mkdir -p "$(dirname "$3")" || stop "cannot write to $prefix: use another --prefix or user"
    cp "$2" "$3.new" || stop "cannot write $3: use another --prefix or user"
    chmod "$1" "$3.new"
    mv -f "$3.new" "$3"
    say "  $3"
}

remove_files() {
    for file in "$prefix/bin/$name" "$prefix/share/man/man1/$name.1" "$prefix/share/man/man1/$name"-*.1; do
        remove "$file"
    done
    while read -r _ to; do
        remove "$prefix/$to"
    done <<LIST
$(completions)
LIST
}

remove() {
    [ -e "$1" ] || return 0
    rm -f "$1" || stop "cannot remove $1"
    [ "$action" = install ] || say "  $1"
}

install_files() {
    say "Installing:"
    # Otherwise the page of a removed command would stay forever.
    for page in "$prefix/share/man/man1/$name"-*.1; do
        remove "$page"
    done
    place 755 "$binary" "$prefix/bin/$name"
    while read -r from to; do
        place 644 "$root/$from" "$prefix/$to"
    done <<LIST
$(completions)
LIST
    for page in "$root/man/$name".1 "$root/man/$name"-*.1; do
        [ ! -f "$page" ] || place 644 "$page" "$prefix/share/man/man1/${page##*/}"
    done
}

# The program edits the AWS CLI's alias file: it keeps everything else in it.
add_aliases() {
    "$prefix/bin/$name" alias --install || stop "everything is installed but the AWS CLI aliases; see the message above"
}

remove_aliases() {
    file=$HOME/.aws/cli/alias
    [ -e "$file" ] && grep -q "$name" "$file" || return 0
    # The installed program may be gone already, or built for another machine.
    "$prefix/bin/$name" alias --remove ||
        stop "nothing was removed: the aliases in $file could not be; remove them by hand, then try again"
}

advise() {
    say "Done: $prefix/bin/$name"
    case :${PATH-}: in
        *:"$prefix/bin":*) ;;
        *) say "Note: $prefix/bin is not on your PATH. Add this line to your shell's start file:
  export PATH=\"$prefix/bin:\$PATH\"" ;;
    esac
}

read_arguments "$@"
if [ "$action" = uninstall ]; then
    say "Removing:"
    remove_aliases
    remove_files
    say "Done."
    exit 0
fi
take_released
require
[ -n "$binary" ] || build
install_files
[ "$with_aws_alias" = no ] || add_aliases
advise
