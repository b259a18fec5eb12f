"""Holds the examples for containers against the Dockerfile and the command: lint.py BINARY"""

import json
import re
import shlex
import subprocess
import sys

import yaml

with open("Dockerfile") as file:
    dockerfile = file.read()
image = re.search(r"docker build -t (\S+) \.", dockerfile)[1]
port = int(re.search(r"^EXPOSE (\d+)", dockerfile, re.M)[1])
check = ["CMD", *json.loads(re.search(r"^HEALTHCHECK .* CMD (\[.*\])", dockerfile, re.M)[1])]
help_text = subprocess.run([sys.argv[1], "serve", "--help"], capture_output=True, text=True).stdout
variables = set(re.findall(r"\[env: (\w+)=?", help_text))


def read(path):
    with open(path) as file:
        return yaml.safe_load(file)


def look_at(service, environment):
    assert service["image"] == image, service["image"]
    assert int(service["ports"][0].split(":")[-1]) == port, service["ports"]
    assert environment and set(environment) <= variables, set(environment) - variables
    # What serves in it, with those variables.
    plain = {**environment, "NOVA_IMAGES_LISTEN": "no address"}
    ended = subprocess.run([sys.argv[1], "serve"], env=plain, capture_output=True, text=True)
    assert "no address" in ended.stderr, ended.stderr


compose = read("examples/docker-compose.yml")["services"]
look_at(compose["nova"], compose["nova"]["environment"])
assert compose["nova"]["healthcheck"]["test"] == check
assert compose["tests"]["depends_on"]["nova"]["condition"] == "service_healthy"
assert f"nova:{port}" in compose["tests"]["environment"]["NOVA_URL"]

job = read("examples/github-actions.yml")["jobs"]["tests"]
look_at(job["services"]["nova"], job["services"]["nova"]["env"])
options = shlex.split(job["services"]["nova"]["options"])
# A scratch image has no shell to run another check with.
assert "--health-cmd" not in options and options[0].startswith("--health-")
assert job["env"]["NOVA_URL"].endswith(f":{port}")
for step in job["steps"]:
    subprocess.run(["bash", "-n", "-c", step["run"]], check=True)

print("the examples for containers match the Dockerfile")
