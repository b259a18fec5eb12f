"""openstacksdk: signs in at Keystone v3, works at /v2.1 and at Glance's API v2."""

import sys

import openstack
import requests
from fault_steps import fault, raises
from keystoneauth1 import exceptions as ksa
from openstack import exceptions

url = sys.argv[1]
cloud = openstack.connect(
    auth_url=url + "/v3",
    username="demo",
    password="secret",
    project_name="demo",
    user_domain_name="Default",
    project_domain_name="Default",
    region_name="RegionOne",
)

images = list(cloud.compute.images())
assert len(images) > 25, len(images)
paged = list(cloud.compute.images(limit=7))
assert [image.id for image in paged] == [image.id for image in images]

active = list(cloud.compute.images(status="ACTIVE"))
assert active and all(image.status == "ACTIVE" for image in active)
one = cloud.compute.get_image(active[0].id)
assert one.name == active[0].name and isinstance(one.size, int)
assert cloud.compute.find_image(one.name) is not None
assert cloud.compute.find_image("no such image") is None
print("signed in, listed", len(images), "images in one page and in pages of 7")

data = bytes(range(256)) * 3000
written = cloud.image.create_image(
    "by sdk", data=data, disk_format="raw", container_format="bare", colour="red", wait=True
)
written = cloud.image.get_image(written.id)
assert (written.status, written.size) == ("active", len(data))
assert written.properties["colour"] == "red"
assert written.id in {image.id for image in cloud.image.images(limit=7)}
assert cloud.image.find_image("by sdk").id == written.id
# What Glance wrote, Nova shows.
compute = cloud.compute.get_image(written.id)
assert (compute.status, compute.size) == ("ACTIVE", len(data)), compute
assert compute.metadata["colour"] == "red"

admins = "58e7a142e721a917befef09452d2f3a4"
cloud.image.add_member(written, member_id=admins)
(member,) = cloud.image.members(written)
assert (member.member_id, member.status) == (admins, "pending")
cloud.image.remove_member(admins, image=written)

cloud.image.update_image(written, name="renamed", is_protected=True)
cloud.image.add_tag(written, "new")
shown = cloud.image.get_image(written.id)
assert (shown.name, shown.is_protected, shown.tags) == ("renamed", True, ["new"])
cloud.image.update_image(shown, is_protected=False)
assert cloud.image.download_image(written.id).content == data
cloud.image.delete_image(written.id)
assert cloud.image.find_image(written.id) is None
assert cloud.compute.find_image(written.id) is None
print("created, uploaded, listed, shared, changed, downloaded, deleted an image of Glance")

# What goes wrong on demand is to the client what it claims to be.
nova = {"operation": "nova.images.detail"}
for status, kind in [
    (400, exceptions.BadRequestException),
    (404, exceptions.NotFoundException),
    (409, exceptions.ConflictException),
    (429, exceptions.HttpException),
    (500, exceptions.HttpException),
    (503, exceptions.HttpException),
]:
    for message in ["Not <now>.", None]:
        with fault(url, **nova, status=status, **({"message": message} if message else {})):
            with raises(kind, status_code=status):
                list(cloud.compute.images())
for keys, kind in [
    ({"reset": True}, ksa.ConnectFailure),
    ({"raw": "SSH-2.0-OpenSSH_9.6\r\n"}, ksa.ConnectFailure),
    ({"cut": 100}, ksa.UnknownConnectionError),
    ({"malformed": True}, requests.exceptions.JSONDecodeError),
]:
    with fault(url, **nova, **keys), raises(kind):
        list(cloud.compute.images())
with fault(url, **nova, delay="2s"), raises(ksa.ConnectTimeout):
    cloud.compute.get("/images/detail", timeout=0.2)
with fault(url, **nova, content_type="text/html"):
    answer = cloud.compute.get("/images/detail")
    assert answer.headers["Content-Type"] == "text/html" and answer.json()["images"]
# The library signs in again when its token has ended, and asks once more.
with fault(url, facade="nova", status=401, count=1):
    assert len(list(cloud.compute.images())) == len(images)
with fault(url, operation="glance.images.show", status=503):
    with raises(exceptions.HttpException, status_code=503):
        cloud.image.get_image(one.id)
cloud.session.invalidate()
with fault(url, operation="keystone.tokens.create", status=500):
    with raises(ksa.InternalServerError):
        cloud.session.get_token()
with fault(url, operation="nova.images.delete", status=500, apply=True, count=1):
    mine = next(i for i in cloud.image.images() if i.owner_id and i.visibility == "private")
    with raises(exceptions.HttpException, status_code=500):
        cloud.compute.delete_image(mine.id)
assert cloud.compute.find_image(mine.id) is None
print("met errors, resets, cuts, noise, half a body, a wrong type, delays, and a change that was made")
