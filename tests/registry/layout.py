#!/usr/bin/env python3
"""Writes OCI image layouts for the registry tests: `layout.py DIRECTORY IMAGE...`

Each IMAGE is NAME=KIND, and becomes the layout DIRECTORY/NAME with the tag `1`. KIND is
  a list of platforms      linux/amd64,linux/arm64/v8,windows/amd64@10.0.20348.2700
                           gives an index; a platform `-` gives an entry that states none
  one platform             linux/arm64  gives a plain image manifest
  +attestation             after a list, adds an entry unknown/unknown, as BuildKit does
  mixed                    a linux/amd64 image whose layers are gzip and zstd by OCI's types
  docker-zstd              the same by Docker's types, one of which BuildKit made up (the manifest is OCI's,
                           since skopeo takes no other from a layout)
  artifact                 a Helm chart
"""

import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"


class Layout:
    """One directory in the OCI image layout."""

    def __init__(self, directory):
        self.blobs = directory / "blobs" / "sha256"
        self.blobs.mkdir(parents=True)
        self.directory = directory

    def put(self, data, media_type):
        """Stores bytes, or a value as JSON, and returns its descriptor."""
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        name = hashlib.sha256(data).hexdigest()
        (self.blobs / name).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}

    def finish(self, descriptor):
        """Gives the descriptor the tag `1`."""
        tagged = {**descriptor, "annotations": {"org.opencontainers.image.ref.name": "1"}}
        top = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [tagged]}
        (self.directory / "index.json").write_text(json.dumps(top))
        (self.directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def layer(self, text):
        """A tar of one file: its compressed bytes, and the digest of what is inside."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            member = tarfile.TarInfo("etc/platform")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
        inside = archive.getvalue()
        return gzip.compress(inside, mtime=0), "sha256:" + hashlib.sha256(inside).hexdigest()

    def image(self, platform, layer_types=(LAYER + "+gzip",)):
        """An image manifest for a platform, whose configuration states it."""
        layers, inside = [], []
        for place, media_type in enumerate(layer_types):
            packed, digest = self.layer(f"{platform} {place}")
            layers.append(self.put(packed, media_type))
            inside.append(digest)
        config = {**platform, "config": {}, "rootfs": {"type": "layers", "diff_ids": inside}}
        return self.put(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": self.put(config, CONFIG),
                "layers": layers,
            },
            MANIFEST,
        )

    def chart(self):
        """A manifest in the manner of Helm, which no container can start from."""
        config = self.put({"name": "web"}, "application/vnd.cncf.helm.config.v1+json")
        packed, _ = self.layer("chart")
        layer = self.put(packed, "application/vnd.cncf.helm.chart.content.v1.tar+gzip")
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}
        return self.put(manifest, MANIFEST)

    def attestation(self, subject):
        """The entry that BuildKit adds to an index for the provenance of another entry."""
        statement = self.put({"predicateType": "https://slsa.dev/provenance/v0.2"}, "application/vnd.in-toto+json")
        config = {"os": "unknown", "architecture": "unknown", "config": {}, "rootfs": {"type": "layers", "diff_ids": [statement["digest"]]}}
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": self.put(config, CONFIG), "layers": [statement]}
        return {
            **self.put(manifest, MANIFEST),
            "platform": {"os": "unknown", "architecture": "unknown"},
            "annotations": {
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": subject["digest"],
            },
        }


def platform_of(text):
    """`linux/arm64/v8`, `windows/amd64@BUILD` as the specification writes it."""
    name, _, build = text.partition("@")
    platform = dict(zip(("os", "architecture", "variant"), name.split("/")))
    return {**platform, "os.version": build} if build else platform


def write(directory, kind):
    """Writes one layout."""
    layout = Layout(directory)
    kind, attested, _ = kind.partition("+attestation")
    if kind == "mixed":
        types = (LAYER + "+gzip", LAYER + "+zstd")
        return layout.finish(layout.image(platform_of("linux/amd64"), types))
    if kind == "docker-zstd":
        types = (DOCKER_LAYER + ".gzip", DOCKER_LAYER + ".zstd")
        return layout.finish(layout.image(platform_of("linux/amd64"), types))
    if kind == "artifact":
        return layout.finish(layout.chart())
    if "," not in kind and not attested:
        return layout.finish(layout.image(platform_of(kind)))
    entries = []
    for text in filter(None, kind.split(",")):
        if text == "-":
            entries.append(layout.image(platform_of("linux/amd64")))
        else:
            entries.append({**layout.image(platform_of(text)), "platform": platform_of(text)})
    if attested:
        entries.append(layout.attestation(entries[0]))
    return layout.finish(layout.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, INDEX))


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    for argument in arguments[1:]:
        name, _, kind = argument.partition("=")
        write(pathlib.Path(arguments[0]) / name, kind)


if __name__ == "__main__":
    main(sys.argv[1:])
