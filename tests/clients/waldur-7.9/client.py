"""waldur-api-client: lists, retrieves, counts and pages through everything."""

from urllib.parse import parse_qs, urlsplit

from waldur_api_client.api.openstack_images import openstack_images_list
from waldur_steps import check, waldur

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

_, names = check(seen)
print("listed", len(seen), "images in pages of 7, retrieved one, counted", names, "names")
