"""What the tools of deploy/'s files do not see: that those files, the binary and the Dockerfile speak of the same things.

Argument: the binary.
"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

deploy = pathlib.Path("deploy")
said = subprocess.run([sys.argv[1], "serve", "--help"], capture_output=True, text=True, check=True).stdout
options = set(re.findall(r"\bNOVA_IMAGES_\w+", said))
assert len(options) > 40, options
dockerfile = pathlib.Path("Dockerfile").read_text()
port = re.search(r"^EXPOSE (\d+)$", dockerfile, re.M)[1]
user, group = re.search(r"^USER (\d+):(\d+)$", dockerfile, re.M).groups()


def documents(path):
    return list(yaml.safe_load_all(path.read_text()))


def variables_of(path):
    """The names that an environment file sets, and those it shows commented out."""
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", path.read_text(), re.M))


def are_options(names, place):
    unknown = {name for name in names if name.startswith("NOVA_IMAGES_")} - options
    assert not unknown, f"{place}: serve has no {unknown}"


# Whatever is set is an option, wherever it is set.
for path in deploy.rglob("*.env*"):
    are_options(variables_of(path), path)
for path in deploy.glob("systemd/*.service"):
    lines = re.findall(r"^Environment=(.*)$", path.read_text(), re.M)
    are_options({word.split("=")[0] for line in lines for word in line.split()}, path)

# Compose: by its schema, and by what it names.
folder = deploy / "compose"
[compose] = documents(folder / "compose.yaml")
package = pathlib.Path(importlib.util.find_spec("compose").origin).parent
schema = json.loads((package / "config/compose_spec.json").read_text())
# The name of a project came into files after that release.
schema["properties"]["name"] = {"type": "string"}
jsonschema.Draft7Validator(schema).validate(compose)
services = compose["services"]
replicas = {name: service for name, service in services.items() if service["image"] == "nova-images:latest"}
assert len(replicas) == 3, replicas.keys()
wanted = set(re.findall(r"\$\{(\w+)", (folder / "compose.yaml").read_text()))
assert wanted == variables_of(folder / "cloud.env.example"), wanted
for name, replica in replicas.items():
    are_options(replica["environment"], name)
    assert (folder / replica["build"] / "Dockerfile").exists(), replica["build"]
    assert replica["expose"] == [port]
proxy = services["haproxy"]
config = folder / proxy["volumes"][0].split(":")[0]
known = set(re.findall(r'"\$\{(\w+)-', config.read_text()))
assert set(proxy["environment"]) == known, (proxy["environment"], known)
behind = {address for name, address in proxy["environment"].items() if name.startswith("REPLICA_")}
assert behind == {f"{name}:{port}" for name in replicas}, behind
assert set(proxy["depends_on"]) == set(replicas)

# Kubernetes: its schemas were looked at; here what refers to what.
by_kind = {each["kind"]: each for each in documents(deploy / "kubernetes/nova-images.yaml")}
are_options(by_kind["ConfigMap"]["data"], "ConfigMap")
deployment = by_kind["Deployment"]["spec"]
labels = deployment["template"]["metadata"]["labels"]
assert deployment["selector"]["matchLabels"] == by_kind["Service"]["spec"]["selector"] == labels
assert by_kind["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
assert by_kind["PodDisruptionBudget"]["spec"]["minAvailable"] < deployment["replicas"]
pod = deployment["template"]["spec"]
[container] = pod["containers"]
assert container["envFrom"][0] == {"configMapRef": {"name": by_kind["ConfigMap"]["metadata"]["name"]}}
assert [str(each["containerPort"]) for each in container["ports"]] == [port]
assert by_kind["Service"]["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
assert (str(pod["securityContext"]["runAsUser"]), str(pod["securityContext"]["runAsGroup"])) == (user, group)

# What these replicas are told is the same wherever they run.
data = by_kind["ConfigMap"]["data"]
told = next(iter(replicas.values()))["environment"]
assert set(data) == set(told), set(data) ^ set(told)
for name in "NOVA_IMAGES_CONTROL", "NOVA_IMAGES_JOURNAL", "NOVA_IMAGES_LOG_FORMAT":
    assert data[name] == told[name], name

[litestream] = documents(deploy / "litestream/litestream.yml")
wanted = set(re.findall(r"\$\{(\w+)\}", yaml.safe_dump(litestream)))
known = variables_of(deploy / "litestream/litestream.env") | {"NOVA_IMAGES_DATABASE"}
assert wanted <= known, wanted - known
print(f"{len(replicas)} services, {len(by_kind)} resources, {len(list(deploy.rglob('*.env*')))} files of variables agree")
