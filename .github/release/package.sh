#!/bin/sh
# Packs a release: package.sh PROGRAM TARGET FOLDER writes FOLDER/aws-ecs-preflight-VERSION-TARGET.tar.gz and its
# checksum, in the format of sha256sum. The same files give the same archive, byte by byte.
set -eu

program=${1:?the program} target=${2:?its target} folder=${3:?where to write the archive}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
release=aws-ecs-preflight-$version-$target

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
mkdir "$staged/$release"
cp "$program" "$staged/$release/aws-ecs-preflight"
chmod 755 "$staged/$release/aws-ecs-preflight"
for part in README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT install.sh completions man demo; do
    cp -R "$root/$part" "$staged/$release/$part"
done

mkdir -p "$folder"
# Files in one order, of one time and owner. The tar of macOS has other options for the same, and its archives are not
# compared.
if tar --version | grep -q GNU; then
    set -- --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner
else
    set --
fi
tar -C "$staged" "$@" -cf - "$release" | gzip -n -9 >"$folder/$release.tar.gz"
cd "$folder"
if command -v sha256sum >/dev/null; then
    sha256sum "$release.tar.gz"
else
    shasum -a 256 "$release.tar.gz"
fi >"$release.tar.gz.sha256"
