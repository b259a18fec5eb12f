"""This server with an account of its own, before a real cloud: an application credential, by its id and by its
name, that is replaced while the server runs.

    service.py BINARY HOME OTHER     HOME is that of cloud.py; OTHER is the URL of a server whose clients sign in
"""
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

import cloud

LIST = "/v2/dddddddd00000000000000000000de01/images/detail?limit=1000"


def ask(url, method="GET", token=None):
    """The status and the body of an answer."""
    request = urllib.request.Request(url, headers={"X-Auth-Token": token} if token else {}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def ids(url, token=None):
    status, body = ask(url + LIST, token=token)
    assert status == 200, (status, body)
    return [image["id"] for image in json.loads(body)["images"]]


class Account:
    """The user demo, and its application credential."""

    def __init__(self, home):
        self.home = home
        self.token = cloud.sign_in(home, "demo", "demo")
        headers = {"X-Auth-Token": self.token, "X-Subject-Token": self.token}
        shown = urllib.request.Request(cloud.keystone_url(home) + "/auth/tokens", headers=headers)
        with urllib.request.urlopen(shown) as answer:
            user = json.loads(answer.read())["token"]["user"]["id"]
        self.path = f"/users/{user}/application_credentials"

    def make(self, name):
        body = {"application_credential": {"name": name, "roles": [{"name": "reader"}]}}
        made = cloud.call(self.home, "POST", self.path, body, self.token)[1]["application_credential"]
        url, secret = cloud.keystone_url(self.home), made["secret"]
        usual = {"auth_url": url, "application_credential_secret": secret}
        by_id = usual | {"application_credential_id": made["id"]}
        by_name = usual | {"application_credential_name": name, "username": "demo", "user_domain_name": "Default"}
        clouds = {kind: {"auth_type": "v3applicationcredential", "region_name": "RegionOne", "auth": auth}
                  for kind, auth in (("id", by_id), ("name", by_name))}
        (self.home / "clouds.yaml").write_text(json.dumps({"clouds": clouds}))
        return made["id"]

    def remove(self, credential):
        cloud.call(self.home, "DELETE", f"{self.path}/{credential}", token=self.token)


def start(binary, home, kind):
    """The process, and its URL."""
    port = home / f"port-{kind}"
    port.unlink(missing_ok=True)
    command = [binary, "serve", "--listen", "127.0.0.1:0", "--port-file", port, "--upstream-auth", "service",
               "--os-cloud", kind]
    variables = os.environ | {"OS_CLIENT_CONFIG_FILE": str(home / "clouds.yaml")}
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL)
    for _ in range(200):
        if port.exists() and port.read_text():
            return process, f"http://127.0.0.1:{port.read_text().strip()}"
        time.sleep(0.05)
    process.kill()
    sys.exit("the server does not start")


def main():
    binary, home, other = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
    account = Account(home)
    expected = ids(other, account.token)
    assert len(expected) > 10, expected
    for kind in ("id", "name"):
        first = account.make(f"{kind}-first")
        process, url = start(binary, home, kind)
        try:
            assert ids(url) == expected
            status, body = ask(f"{url}/v2/any/images/{expected[0]}", "DELETE")
            assert (status, "forbidden" in body.decode()) == (403, True), (status, body)
            second = account.make(f"{kind}-second")
            account.remove(first)
            # Its tokens have ended with it.
            assert ids(url) == expected
        finally:
            process.terminate()
            process.wait()
        account.remove(second)
    print("an application credential: by id and by name, and replaced")


if __name__ == "__main__":
    main()
