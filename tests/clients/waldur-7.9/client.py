"""waldur-api-client: lists, retrieves, counts and pages through everything."""

import sys
from urllib.parse import parse_qs, urlsplit

from waldur_api_client import AuthenticatedClient
from waldur_api_client.api.openstack_images import (
    openstack_images_count,
    openstack_images_list,
    openstack_images_retrieve,
    openstack_images_usage_stats_count,
)

url = sys.argv[1]
waldur = AuthenticatedClient(base_url=url, token="admin-token")

total = openstack_images_count.sync(client=waldur)
assert total > 10, total

seen = []
page = 1
while True:
    answer = openstack_images_list.sync_detailed(client=waldur, page=page, page_size=7)
    seen.extend(answer.parsed)
    links = [link.strip() for link in answer.headers["Link"].split(",")]
    following = [link for link in links if link.endswith('rel="next"')]
    if not following:
        break
    target = following[0][1:].split(">")[0]
    page = int(parse_qs(urlsplit(target).query)["page"][0])
assert len(seen) == total == len({image.uuid for image in seen})
assert [image.name for image in seen] == sorted(image.name for image in seen)

first = openstack_images_retrieve.sync(uuid=seen[0].uuid, client=waldur)
assert first.name == seen[0].name and first.backend_id == seen[0].backend_id
assert first.min_disk % 1024 == 0

named = openstack_images_list.sync(client=waldur, name_exact=first.name)
assert all(image.name == first.name for image in named)

names = openstack_images_usage_stats_count.sync(client=waldur)
usage = waldur.get_httpx_client().get("/api/openstack-images/usage_stats/")
assert usage.status_code == 200 and int(usage.headers["X-Result-Count"]) == names
print("listed", total, "images in pages of 7, retrieved one, counted", names, "names")
