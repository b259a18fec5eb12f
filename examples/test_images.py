"""Tests against a server of their own: pytest examples/test_images.py"""

import json
import subprocess
import urllib.request

import pytest


@pytest.fixture
def nova():
    command = ["nova-images", "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().split()[-1]  # the URL, printed once it answers
        server.terminate()


def test_lists_images(nova):
    with urllib.request.urlopen(f"{nova}/v2.1/openstack/images?limit=1") as answer:
        assert json.load(answer)["images"][0]["name"] == "fakeimage123456"


@pytest.fixture(scope="session")
def server():
    command = ["nova-images", "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().split()[-1]
        server.terminate()


@pytest.fixture
def cloud(server, request):
    """A space for each test in one server for all: they may run side by side."""
    name = request.node.name
    yield control(server, "POST", "/spaces", {"name": name, "fixture": "devcloud"})["url"]
    control(server, "DELETE", f"/spaces/{name}")


def control(url, method, path, body=None):
    """Asks the control API of a server, or of one of its spaces."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/_control{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def images(url):
    """What is tested here: a client that asks once more when Nova is busy."""
    for again in True, False:
        try:
            with urllib.request.urlopen(f"{url}/v2.1/images/detail") as answer:
                return json.load(answer)["images"]
        except urllib.error.HTTPError as error:
            if error.code != 503 or not again:
                raise


def test_asks_once_more(cloud):
    busy = {"operation": "nova.images.detail", "status": 503, "count": 1}
    control(cloud, "POST", "/faults", busy)
    assert images(cloud)
    asked = {"exactly": 2, "matching": {"operation": "nova.images.detail"}}
    control(cloud, "POST", "/requests/verify", asked)


def test_gives_up(cloud):
    control(cloud, "POST", "/faults", {"operation": "nova.images.detail", "status": 503})
    with pytest.raises(urllib.error.HTTPError):
        images(cloud)
    asked = {"exactly": 2, "matching": {"status": 503}}
    control(cloud, "POST", "/requests/verify", asked)
