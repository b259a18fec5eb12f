"""The real Glance, asked past the proxy: what clients did through it is looked for there."""

import json
import os
import urllib.error
import urllib.request

KEYSTONE = os.environ["UPSTREAM_KEYSTONE"]
GLANCE = os.environ["UPSTREAM_GLANCE"]
USER, PASSWORD, PROJECT = "demo", "oracle", "demo"


def ask(method, url, body=None, headers=None):
    request = urllib.request.Request(url, body, headers or {}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers, answer.read()


def sign_in(name=USER, project=PROJECT):
    domain = {"id": "default"}
    user = {"name": name, "domain": domain, "password": PASSWORD}
    auth = {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"name": project, "domain": domain}},
    }
    body = json.dumps({"auth": auth}).encode()
    headers, _ = ask("POST", KEYSTONE + "/v3/auth/tokens", body, {"Content-Type": "application/json"})
    return headers["X-Subject-Token"]


def register(kind, url):
    """Puts a service into the catalogue of the real Keystone, as docs/deploying.md does it."""
    headers = {"X-Auth-Token": sign_in("admin", "admin"), "Content-Type": "application/json"}

    def make(path, what, **keys):
        _, answer = ask("POST", f"{KEYSTONE}/v3/{path}", json.dumps({what: keys}).encode(), headers)
        return json.loads(answer)[what]

    service = make("services", "service", type=kind, name="nova-images")
    make("endpoints", "endpoint", service_id=service["id"], interface="public", region_id="RegionOne", url=url)


class Glance:
    def __init__(self):
        self.token = sign_in()

    def call(self, method, path, body=None, kind="application/json"):
        headers = {"X-Auth-Token": self.token, "Content-Type": kind}
        return ask(method, GLANCE + path, body, headers)[1]

    def upload(self, name, data, **properties):
        """An active image with data; its id."""
        image = {"name": name, "disk_format": "raw", "container_format": "bare", "min_ram": 64, **properties}
        made = json.loads(self.call("POST", "/v2/images", json.dumps(image).encode()))
        self.call("PUT", f"/v2/images/{made['id']}/file", data, "application/octet-stream")
        return made["id"]

    def show(self, image):
        """What the real Glance says of an image, or None."""
        try:
            return json.loads(self.call("GET", f"/v2/images/{image}"))
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def images(self):
        """The ids of all images that it shows this user."""
        page, seen = "/v2/images?limit=20", []
        while page:
            answer = json.loads(self.call("GET", page))
            seen += [image["id"] for image in answer["images"]]
            page = answer.get("next")
        return seen


def work(nova, not_found, glance, name):
    """Lists, shows, changes and deletes an image of the real Glance by this client of Nova."""
    image = glance.upload(name, b"disk" * 256, colour="green", kept="as it is")

    listed = nova.images.list()
    ids = [each.id for each in listed]
    assert len(set(ids)) == len(ids), ids
    # Nova, and so this server, lists what Glance lists.
    assert set(ids) == set(glance.images()), set(ids) ^ set(glance.images())
    mine = next(each for each in listed if each.id == image)
    assert (mine.name, mine.status, mine.minRam) == (name, "ACTIVE", 64), mine.__dict__
    assert set(ids) == {each.id for each in nova.images.list(detailed=False)}

    shown = nova.images.get(image)
    assert shown.metadata == {"colour": "green", "kept": "as it is"}, shown.metadata
    nova.images.set_meta(shown, {"colour": "blue", "season": "autumn"})
    real = glance.show(image)
    assert (real["colour"], real["season"], real["kept"]) == ("blue", "autumn", "as it is"), real
    nova.images.delete_meta(shown, ["season"])
    assert "season" not in glance.show(image)
    assert nova.images.get(image).metadata == {"colour": "blue", "kept": "as it is"}

    nova.images.delete(image)
    assert glance.show(image) is None
    try:
        nova.images.get(image)
        raise AssertionError("the image is still there")
    except not_found:
        pass
    return len(listed)
