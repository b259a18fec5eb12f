"""openstacksdk: signs in at Keystone v3, works at /v2.1 and at Glance's API v2."""

import sys

import openstack

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
