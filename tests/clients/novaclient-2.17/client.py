"""python-novaclient 2.17.0 (2014): signs in at Keystone v2.0, works at /v2."""

import sys

from novaclient import exceptions
from novaclient.v1_1 import client

url = sys.argv[1]
nova = client.Client("demo", "secret", "demo", url + "/v2.0")

images = nova.images.list()
assert len(images) > 25, len(images)
assert {"ACTIVE", "SAVING"} <= {image.status for image in images}

mine = next(
    image
    for image in images
    if image.status == "ACTIVE" and image.metadata.get("image_type") == "snapshot"
)
shown = nova.images.get(mine.id)
assert shown.name == mine.name and shown.minDisk == mine.minDisk
assert mine.id in {image.id for image in nova.images.list(detailed=False)}

nova.images.set_meta(mine, {"colour": "blue"})
assert nova.images.get(mine.id).metadata["colour"] == "blue"
nova.images.delete_meta(mine, ["colour"])
assert "colour" not in nova.images.get(mine.id).metadata

nova.images.delete(mine.id)
try:
    nova.images.get(mine.id)
    raise AssertionError("the image is still there")
except exceptions.NotFound:
    pass

try:
    client.Client("demo", "wrong", "demo", url + "/v2.0").images.list()
    raise AssertionError("a wrong password signs in")
except exceptions.Unauthorized:
    pass
print("signed in, listed", len(images), "images, wrote metadata, deleted one")
