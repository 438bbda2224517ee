"""Reads manifests from standard input, checks each against the schema of its kind, and prints them as one JSON array.

Kubernetes' own kinds: the strict schemas of the package kubernetes-validate, of the version given as the argument.
Other kinds: GROUP-VERSION-KIND.json beside this file. A kind without a schema is an error, not a pass.
"""

import json
import pathlib
import sys

import jsonschema
import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).parent


def check(manifest: dict, version: str) -> None:
    group_version = manifest["apiVersion"].replace("/", "-")
    own = HERE / f"{group_version}-{manifest['kind'].lower()}.json"
    if own.exists():
        jsonschema.validate(manifest, json.loads(own.read_text()))
    else:
        kubernetes_validate.validate(manifest, version, strict=True)


def main() -> int:
    manifests = [manifest for manifest in yaml.safe_load_all(sys.stdin) if manifest]
    refused = 0
    for manifest in manifests:
        try:
            check(manifest, sys.argv[1])
        except (jsonschema.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            refused += 1
            place = ".".join(str(part) for part in getattr(error, "absolute_path", []))
            name = f"{manifest['kind']} {manifest['metadata']['name']}"
            print(f"{name}: {place or 'top'}: {error.message}", file=sys.stderr)
    json.dump(manifests, sys.stdout)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
