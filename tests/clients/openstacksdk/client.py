"""openstacksdk: signs in at Keystone v3, works at /v2.1."""

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
