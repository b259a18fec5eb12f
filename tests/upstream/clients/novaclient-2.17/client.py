"""python-novaclient 2.17.0 (2014) over a real Glance: signs in at API v2.0, made of the real Keystone's v3. What it
speaks is JSON; others of its time spoke XML, which is tried with its token."""

import sys
from xml.etree import ElementTree

from novaclient import exceptions
from novaclient.v1_1 import client
from real_glance import PASSWORD, PROJECT, USER, Glance, ask, work

url = sys.argv[1]
nova = client.Client(USER, PASSWORD, PROJECT, url + "/v2.0")
glance = Glance()
count = work(nova, exceptions.NotFound, glance, "by-novaclient-2.17")
# The catalogue of the real Keystone has another Nova, at another place.
assert nova.client.management_url.startswith(url + "/v2/"), nova.client.management_url

image = glance.upload("in-xml", b"disk", colour="green & <grey>")
images = nova.client.management_url + "/images"
headers = {"X-Auth-Token": nova.client.auth_token, "Accept": "application/xml", "Content-Type": "application/xml"}
name = "{http://docs.openstack.org/compute/api/v1.1}"
listed = ElementTree.fromstring(ask("GET", images + "/detail", headers=headers)[1])
assert [each.get("id") for each in listed] == glance.images()
shown = ElementTree.fromstring(ask("GET", f"{images}/{image}", headers=headers)[1])
assert shown.find(f"{name}metadata/{name}meta[@key='colour']").text == "green & <grey>"
body = b'<meta xmlns="http://docs.openstack.org/compute/api/v1.1" key="season">autumn &amp; fog</meta>'
ask("PUT", f"{images}/{image}/metadata/season", body, headers)
assert glance.show(image)["season"] == "autumn & fog"
ask("DELETE", f"{images}/{image}", headers=headers)
assert glance.show(image) is None

try:
    client.Client(USER, "wrong", PROJECT, url + "/v2.0").images.list()
    raise AssertionError("a wrong password signs in")
except exceptions.Unauthorized:
    pass
print(f"signed in by v2.0, listed {count} images, showed, changed and deleted two of the real Glance")
