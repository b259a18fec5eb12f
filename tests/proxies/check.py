"""Asks a proxy, and sees who answers. Argument: its URL."""

import json
import sys
import urllib.error
import urllib.request

proxy = sys.argv[1]
image = "70a599e0-31e7-49b7-b260-868f441e862b"

OURS = [
    "/v1.1/openstack/images",
    "/v2/openstack/images",
    "/v2/openstack/images?limit=1",
    "/v2/openstack/images/detail?name=fakeimage7",
    f"/v2/openstack/images/{image}",
    f"/v2/openstack/images/{image}/metadata",
    f"/v2.1/openstack//images/{image}/metadata",
    "/v2/openstack/images.xml",
    "/v2/openstack/images/detail.xml",
    "/v2.1/openstack/images/detail",
    "/v2.1/images",
    "/v2.1/images/detail?limit=1",
]
THEIRS = [
    "/",
    "/v2.1",
    "/v2.1/",
    "/v3/images",
    "/v2/openstack",
    "/v2/openstack/servers/detail?image=x",
    "/v2/openstack/servers/images",
    "/v2/openstack/imagesque",
    "/v2.1/openstack/os-images",
    "/v2.1/flavors/detail",
    "/identity/v3",
    "/_control/reset",
    "/_control/health/ready",
]


def ask(path, method="GET", headers=None, body=None):
    request = urllib.request.Request(proxy + path, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


for path in OURS:
    status, body = ask(path)
    assert status == 200 and '"cloud"' not in body and "openstack" in body + path, (path, status, body)
for path in THEIRS:
    status, body = ask(path)
    assert (status, body) == (200, json.dumps({"cloud": "nova.example.org" + path})), (path, status, body)

# The next page comes by the same way.
page, seen = proxy + "/v2/openstack/images/detail?limit=3", []
while page:
    assert page.startswith(proxy + "/"), page
    status, body = ask(page[len(proxy):])
    answer = json.loads(body)
    seen += [image["id"] for image in answer["images"]]
    pages = [link["href"] for link in answer.get("images_links", []) if link["rel"] == "next"]
    page = pages[0] if pages else None
assert len(seen) == len(set(seen)) == 7, seen

# A token of the cloud is not looked at; a write goes through.
status, body = ask("/v2/openstack/images", headers={"X-Auth-Token": "gAAAAAB-of-the-cloud"})
assert status == 200, (status, body)
key = f"/v2.1/openstack/images/{image}/metadata/seen"
headers = {"X-Auth-Token": "admin-token", "Content-Type": "application/json"}
status, body = ask(key, "PUT", headers, b'{"meta": {"seen": "yes"}}')
assert status == 200, (status, body)
print(f"{len(OURS)} paths come here, {len(THEIRS)} go to the cloud")
