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
