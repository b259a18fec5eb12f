"""python-glanceclient of today: Glance's API v2, found in the catalogue."""

import io
import sys

from glanceclient import Client, exc
from keystoneauth1 import identity, session

url = sys.argv[1]


def sign_in(name):
    auth = identity.Password(
        auth_url=url + "/v3",
        username=name,
        password="secret",
        project_name=name,
        user_domain_name="Default",
        project_domain_name="Default",
    )
    return Client("2", session=session.Session(auth=auth), region_name="RegionOne")


demo, admin = sign_in("demo"), sign_in("admin")
data = bytes(range(256)) * 5000

image = demo.images.create(
    name="written by v2", disk_format="raw", container_format="bare", colour="red", tags=["a"]
)
assert (image.status, image.visibility) == ("queued", "shared")
demo.images.upload(image.id, io.BytesIO(data))
image = demo.images.get(image.id)
assert (image.status, image.size, image.os_hash_algo) == ("active", len(data), "sha512")

listed = {one.id for one in demo.images.list(page_size=7)}
assert image.id in listed and len(listed) > 25
tagged = list(demo.images.list(filters={"tag": ["a"], "name": "written by v2"}))
assert [one.id for one in tagged] == [image.id]

admins = "58e7a142e721a917befef09452d2f3a4"
member = demo.image_members.create(image.id, admins)
assert member.status == "pending"
admin.image_members.update(image.id, admins, "accepted")
(member,) = demo.image_members.list(image.id)
assert (member.member_id, member.status) == (admins, "accepted")
demo.image_members.delete(image.id, admins)

changed = demo.images.update(image.id, remove_props=["colour"], name="renamed", os_distro="debian")
assert (changed.name, changed.os_distro) == ("renamed", "debian") and "colour" not in changed
demo.image_tags.update(image.id, "b")
demo.image_tags.delete(image.id, "a")
assert demo.images.get(image.id).tags == ["b"]
assert b"".join(demo.images.data(image.id)) == data

demo.images.deactivate(image.id)
assert demo.images.get(image.id).status == "deactivated"
try:
    demo.images.data(image.id)
    raise AssertionError("a deactivated image was downloaded")
except exc.HTTPForbidden:
    pass
demo.images.reactivate(image.id)

staged = demo.images.create(name="imported", disk_format="raw", container_format="bare")
demo.images.stage(staged.id, io.BytesIO(data))
demo.images.image_import(staged.id, method="glance-direct")
assert demo.images.get(staged.id).status == "active"

assert demo.schemas.get("image").name == "image"
assert demo.images.get_import_info()["import-methods"]["value"]
for one in (image, staged):
    demo.images.delete(one.id)
    try:
        demo.images.get(one.id)
        raise AssertionError("the image is still there")
    except exc.HTTPNotFound:
        pass
print("created, uploaded, listed", len(listed), "shared, changed, downloaded, imported, deleted")
