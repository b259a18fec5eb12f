"""waldur-api-client of 2026: as its predecessor, with the fields that came since."""

from waldur_api_client.api.openstack_images import openstack_images_list
from waldur_steps import check, waldur

seen = openstack_images_list.sync_all(client=waldur)
first, names = check(seen)
assert first.is_rescue_image is False
print("listed", len(seen), "images, retrieved one, counted", names, "names")
