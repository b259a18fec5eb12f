"""python-novaclient 2.17.0 (2014): signs in at Keystone v2.0, works at /v2."""

import sys

import requests
from fault_steps import fault, raises
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

# What goes wrong on demand is to the client what it claims to be.
detail = {"operation": "nova.images.detail"}
for status, kind in [
    (400, exceptions.BadRequest),
    (404, exceptions.NotFound),
    (409, exceptions.Conflict),
    (413, exceptions.OverLimit),
    (500, exceptions.ClientException),
    (501, exceptions.HTTPNotImplemented),
    (503, exceptions.ClientException),
]:
    with fault(url, **detail, status=status, message="Not <now>."):
        with raises(kind, code=status, message="Not <now>."):
            nova.images.list()
with fault(url, **detail, status=429, retry_after=17):
    with raises(exceptions.RateLimit, code=429, retry_after=17):
        nova.images.list()
for keys, kind in [
    ({"reset": True}, requests.exceptions.ConnectionError),
    ({"raw": "SSH-2.0-OpenSSH_9.6\r\n"}, requests.exceptions.ConnectionError),
    ({"cut": 100}, requests.exceptions.ChunkedEncodingError),
    # It takes what is no JSON for nothing.
    ({"malformed": True}, TypeError),
]:
    with fault(url, **detail, **keys), raises(kind):
        nova.images.list()
hasty = client.Client("demo", "secret", "demo", url + "/v2.0", timeout=1)
hasty.authenticate()
with fault(url, **detail, delay="3s"), raises(requests.exceptions.ReadTimeout):
    hasty.images.list()
# It does not look at the type of an answer.
with fault(url, **detail, content_type="text/html"):
    assert len(nova.images.list()) == len(images) - 1
# It signs in again when its token has ended, and asks once more.
with fault(url, facade="nova", status=401, count=1):
    assert len(nova.images.list()) == len(images) - 1
with fault(url, operation="keystone.tokens.create", status=503):
    with raises(exceptions.ClientException, code=503):
        client.Client("demo", "secret", "demo", url + "/v2.0").images.list()
print("met errors, resets, cuts, noise, half a body, a wrong type, delays, and the end of a token")
