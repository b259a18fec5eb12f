"""python-openstackclient: the command `openstack image`."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

url = sys.argv[1]
command = str(pathlib.Path(sys.executable).parent / "openstack")
environment = {
    "PATH": os.environ["PATH"],
    "OS_AUTH_URL": url + "/v3",
    "OS_IDENTITY_API_VERSION": "3",
    "OS_USERNAME": "demo",
    "OS_PASSWORD": "secret",
    "OS_PROJECT_NAME": "demo",
    "OS_USER_DOMAIN_NAME": "Default",
    "OS_PROJECT_DOMAIN_NAME": "Default",
    "OS_REGION_NAME": "RegionOne",
}


def openstack(*arguments, as_admin=False, fails=False):
    who = {"OS_USERNAME": "admin", "OS_PROJECT_NAME": "admin"} if as_admin else {}
    done = subprocess.run(
        [command, *arguments], env=environment | who, capture_output=True, text=True
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout


def show(*arguments):
    return json.loads(openstack(*arguments, "-f", "json"))


with tempfile.TemporaryDirectory() as folder:
    disk, copy = pathlib.Path(folder, "disk.img"), pathlib.Path(folder, "copy.img")
    disk.write_bytes(bytes(range(256)) * 2000)
    image = show(
        "image", "create", "--disk-format", "raw", "--container-format", "bare",
        "--file", str(disk), "--property", "colour=red", "--tag", "a", "by-command",
    )
    shown = show("image", "show", image["id"])
    assert (shown["status"], shown["size"]) == ("active", 512000)
    assert shown["properties"]["colour"] == "red" and shown["tags"] == ["a"]
    assert image["id"] in {one["ID"] for one in show("image", "list")}
    assert len(show("image", "list", "--tag", "a")) == 1

    openstack("image", "add", "project", image["id"], "58e7a142e721a917befef09452d2f3a4")
    openstack("image", "set", "--accept", image["id"], as_admin=True)
    (member,) = show("image", "member", "list", image["id"])
    assert member["Status"] == "accepted"
    openstack("image", "remove", "project", image["id"], "58e7a142e721a917befef09452d2f3a4")

    openstack("image", "set", "--name", "renamed", "--property", "os_distro=debian", image["id"])
    openstack("image", "unset", "--property", "colour", image["id"])
    openstack("image", "set", "--public", image["id"], as_admin=True)
    openstack("image", "set", "--protected", image["id"])
    shown = show("image", "show", "renamed")
    assert (shown["visibility"], shown["protected"]) == ("public", True)
    assert shown["properties"]["os_distro"] == "debian" and "colour" not in shown["properties"]

    openstack("image", "save", "--file", str(copy), image["id"])
    assert copy.read_bytes() == disk.read_bytes()
    openstack("image", "delete", image["id"], fails=True)
    openstack("image", "set", "--unprotected", image["id"])
    openstack("image", "delete", image["id"])
    openstack("image", "show", image["id"], fails=True)
print("created, listed, shared, changed, published, saved and deleted an image by commands")
