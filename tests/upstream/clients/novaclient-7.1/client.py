"""python-novaclient 7.1.0 (2017), the last with images, over a real Glance: signs in at API v2.0, made of the real
Keystone's v3, and at v3; works at /v2 and, by microversion 2.35, at /v2.1. Then it signs in at the real Keystone itself, whose
catalogue has this server as a service of its own."""

import sys
import warnings

from keystoneauth1 import session
from keystoneauth1.exceptions import http
from keystoneauth1.identity import v2, v3
from novaclient import client, exceptions
from real_glance import KEYSTONE, PASSWORD, PROJECT, USER, Glance, register, work

# It says that its images are deprecated.
warnings.simplefilter("ignore")
url = sys.argv[1]
glance = Glance()
domain = {"user_domain_id": "default", "project_domain_id": "default"}
ways = {
    "v2.0": v2.Password(url + "/v2.0", USER, PASSWORD, tenant_name=PROJECT),
    "v3": v3.Password(url + "/v3", username=USER, password=PASSWORD, project_name=PROJECT, **domain),
}
for name, auth in ways.items():
    signed_in = session.Session(auth=auth)
    for version in "2", "2.35":
        nova = client.Client(version, session=signed_in)
        count = work(nova, exceptions.NotFound, glance, f"by-novaclient-7.1-{name}-{version}")
        assert nova.client.get_endpoint().startswith(url + "/"), nova.client.get_endpoint()
    print(f"signed in by {name}, listed {count} images, showed, changed and deleted two of the real Glance")

register("compute_legacy", url + "/v2/%(tenant_id)s")
auth = v3.Password(KEYSTONE + "/v3", username=USER, password=PASSWORD, project_name=PROJECT, **domain)
nova = client.Client("2", session=session.Session(auth=auth), service_type="compute_legacy")
count = work(nova, exceptions.NotFound, glance, "by-the-catalogue")
assert nova.client.get_endpoint().startswith(url + "/v2/"), nova.client.get_endpoint()
print(f"signed in at the real Keystone, listed {count} images, showed, changed and deleted one of the real Glance")

try:
    wrong = v2.Password(url + "/v2.0", USER, "wrong", tenant_name=PROJECT)
    client.Client("2", session=session.Session(auth=wrong)).images.list()
    raise AssertionError("a wrong password signs in")
except http.Unauthorized:
    pass
