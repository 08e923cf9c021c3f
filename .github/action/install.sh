#!/bin/sh
# The step of action.yml that installs a release: it is compared with its checksum before it is unpacked.
set -eu

name=aws-ecs-preflight
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# An error as an annotation. What it quotes cannot begin another command of the runner.
stop() {
    printf '%s' "$*" | awk -v ORS='%0A' '{ gsub(/%/, "%25"); gsub(/\r/, "%0D"); print }' |
        sed 's/^/::error title=aws-ecs-preflight was not installed::/; s/%0A$//' >&2
    echo >&2
    exit 1
}

# The target of a release for this machine, as package.sh names it.
target() {
    case $RUNNER_OS-$RUNNER_ARCH in
        Linux-X64) echo x86_64-unknown-linux-musl ;;
        Linux-ARM64) echo aarch64-unknown-linux-musl ;;
        macOS-X64) echo x86_64-apple-darwin ;;
        macOS-ARM64) echo aarch64-apple-darwin ;;
        *) stop "There is no release for $RUNNER_OS on $RUNNER_ARCH, only for Linux and macOS on X64 and ARM64: use one of these runners." ;;
    esac
}

# The repository of this action: it may be missing in the environment, but the runner puts actions into
# a folder _actions/OWNER/REPOSITORY/REF. A workflow of this repository uses `./`.
repository() {
    if [ -n "${ACTION_REPOSITORY:-}" ]; then
        echo "$ACTION_REPOSITORY"
        return
    fi
    case $here in
        */_actions/*/*/*)
            inside=${here##*/_actions/}
            owner=${inside%%/*} inside=${inside#*/}
            echo "$owner/${inside%%/*}"
            ;;
        *) echo "$GITHUB_REPOSITORY" ;;
    esac
}

# fetch URL FILE. The URL may be a file://, for a mirror on the runner.
fetch() {
    case $1 in
        https://*) only='=https' ;;
        http://* | file://*) only='=http,https,file' ;;
        *) stop "The input releases is no URL: $releases" ;;
    esac
    if command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --proto "$only" --retry 3 --max-time 300 --output "$2" "$1"
    else
        wget -q -T 60 -O "$2" "$1"
    fi
}

sum_of() {
    if command -v sha256sum >/dev/null; then
        sha256sum <"$1"
    else
        shasum -a 256 <"$1"
    fi | cut -d ' ' -f 1
}

# The checksum that the archive must have: the one of the input, or the one that was published with it.
expected_sum() {
    if [ -n "$INPUT_SHA256" ]; then
        printf '%s\n' "$INPUT_SHA256" | tr 'A-F' 'a-f'
        return
    fi
    fetch "$url.sha256" "$folder/$archive.sha256" ||
        stop "There is no checksum at $url.sha256. Pass the input sha256, or another version."
    # A line for another file says nothing of this one.
    awk -v archive="$archive" 'NF == 2 && $2 == archive { print $1 }' "$folder/$archive.sha256"
}

target=$(target)
version=${INPUT_VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/../../Cargo.toml" | head -n 1)}
version=${version#v}
case $version in
    *[!0-9A-Za-z.+-]* | '') stop "The input version is no version: $version" ;;
esac
releases=${INPUT_RELEASES:-${GITHUB_SERVER_URL:-https://github.com}/$(repository)/releases/download}
archive=$name-$version-$target.tar.gz
url=${releases%/}/v$version/$archive
folder=$(mktemp -d "$RUNNER_TEMP/$name.XXXXXX")

echo "Installing $url"
fetch "$url" "$folder/$archive" ||
    stop "There is no archive at $url. Pass a released version as the input version, or use this action at the tag of a release."
expected=$(expected_sum)
case $expected in
    *[!0-9a-f]* | '') stop "$url.sha256 has no checksum of $archive." ;;
esac
actual=$(sum_of "$folder/$archive")
[ "$actual" = "$expected" ] ||
    stop "The archive is not the one that was released: $url has the SHA-256 checksum $actual, and $expected is expected."

tar -xzf "$folder/$archive" -C "$folder"
program=$folder/$name-$version-$target
"$program/$name" --version || stop "The program of $url does not run on this machine."
echo "$program" >>"$GITHUB_PATH"
