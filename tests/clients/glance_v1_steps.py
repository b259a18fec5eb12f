"""What clients of Glance's API v1 do, by their own library, with a fixed token; for Python 2, too."""

from __future__ import print_function

import io
import sys

from glanceclient import exc
from glanceclient.v1 import client

url = sys.argv[1]
glance = client.Client(url + "/image", token="demo-token")
admin = client.Client(url + "/image", token="admin-token")

data = bytes(bytearray(range(256))) * 1000
image = glance.images.create(
    name="written-by-v1",
    disk_format="raw",
    container_format="bare",
    properties={"colour": "red"},
    data=io.BytesIO(data),
)
assert (image.status, image.size, image.is_public) == ("active", len(data), False)

listed = {one.id: one for one in glance.images.list(page_size=7)}
assert len(listed) > 25 and listed[image.id].properties == {"colour": "red"}
named = list(glance.images.list(filters={"name": "written-by-v1"}))
assert [one.id for one in named] == [image.id]

queued = glance.images.create(name="later", disk_format="qcow2", container_format="bare")
assert queued.status == "queued"
queued = glance.images.update(queued, data=io.BytesIO(data))
assert (glance.images.get(queued.id).status, queued.checksum) == ("active", image.checksum)

other = "100e8945eaed3b1ab64cce9e3eb89ac4"
glance.image_members.create(image.id, other, can_share=True)
(member,) = glance.image_members.list(image=image.id)
assert (member.member_id, member.can_share) == (other, True)
(shared,) = [one for one in admin.image_members.list(member=other) if one.image_id == image.id]
glance.image_members.delete(image.id, other)
assert list(glance.image_members.list(image=image.id)) == []

glance.images.update(image, name="renamed", properties={"size_of_shoe": "43"}, purge_props=True)
shown = glance.images.get(image.id)
assert (shown.name, shown.properties) == ("renamed", {"size_of_shoe": "43"})
assert b"".join(glance.images.data(image.id)) == data

admin.images.update(image, is_public=True)
assert glance.images.get(image.id).is_public
glance.images.update(image, protected=True, purge_props=False)
try:
    glance.images.delete(image)
    raise AssertionError("a protected image was deleted")
except exc.HTTPForbidden:
    pass
admin.images.update(image, protected=False, purge_props=False)
for one in (image, queued):
    glance.images.delete(one)
    try:
        glance.images.get(one.id)
        raise AssertionError("the image is still there")
    except exc.HTTPNotFound:
        pass
print("created, uploaded, listed", len(listed), "shared, changed, downloaded, deleted by v1")
