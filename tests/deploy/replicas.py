"""Three replicas as their unit says, in front of a cloud, behind HAProxy as deploy/haproxy has it. Clients read images
without a pause; meanwhile one replica after the other is killed, started again and taken back, and then stopped and
started as an upgrade does it. No request may fail. A write whose replica dies is not sent again. Then other replicas sign
in at the cloud themselves.

Argument: the binary. The cloud is this binary, too: its Keystone and its Glance.
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

import unit

BINARY = sys.argv[1]
NAMES = ["one", "two", "three"]
TEMPLATE = "nova-images@.service"
PATIENCE = 20
JSON = {"Content-Type": "application/json"}
# Of the built-in cloud.
ADMIN = {"X-Auth-Token": "admin-token"}
IMAGE = "b7d11e18-3ed6-4e75-99d3-0f657610af10"
# A line of HAProxy's about a request that a replica answered: its name, the status, how often it was sent again.
ANSWERED = re.compile(r" replicas/(\w+) \S+ (\d+) .* \d+/\d+/\d+/\d+/\+?(\d+) ")


def free_ports(count):
    """Below the ports that systems hand out."""
    ports, candidate = [], 20000 + os.getpid() % 10000
    while len(ports) < count:
        candidate = candidate + 1 if candidate < 31999 else 20000
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", candidate))
            ports.append(candidate)
    return ports


def until(what, is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"waited {PATIENCE} s in vain: {what}"
        time.sleep(0.02)


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


def is_ready(port):
    with contextlib.suppress(OSError):
        return ask(port, "GET", "/_control/health/ready")[0] == 200
    return False


class Processes(contextlib.ExitStack):
    def __init__(self, home):
        super().__init__()
        self.home = home

    def start(self, name, command, environment):
        log = self.enter_context(open(self.home / f"{name}.log", "ab"))
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.callback(process.wait)
        self.callback(process.kill)
        return process


class Load:
    """Clients on kept connections, which note what fails."""

    def __init__(self, port, questions, clients=8):
        self.port, self.questions = port, questions
        self.done, self.failures = [0] * clients, []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(at,)) for at in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def run(self, at):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        while not self.is_over.is_set():
            method, path, headers, expected = self.questions[self.done[at] % len(self.questions)]
            try:
                connection.request(method, path, headers=headers)
                answer = connection.getresponse()
                seen = (answer.status, answer.read())
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                seen = repr(error)
            if seen != expected:
                self.failures.append((method, path, str(seen)[:200]))
            self.done[at] += 1

    def more(self, count):
        """Waits for so many requests."""
        wanted = sum(self.done) + count
        until(f"{count} requests more", lambda: sum(self.done) >= wanted)


class Replicas:
    """Replicas as their unit has it, with the variables of a file and of tests, and HAProxy in front of them."""

    def __init__(self, processes, file, own, **of_haproxy):
        self.processes = processes
        self.entrance, *self.ports = free_ports(4)
        self.url = f"http://127.0.0.1:{self.entrance}"
        written = unit.env_file(unit.FOLDER / file)
        own = {**own, "NOVA_IMAGES_PUBLIC_URL": self.url}
        # Credentials of another kind, perhaps.
        assert {name for name in own if name.startswith("NOVA_IMAGES_")} <= set(written), written.keys()
        self.variables = {name: value for name, value in {**written, **own}.items() if value is not None}
        [started_by] = unit.settings(TEMPLATE, "ExecStart")
        self.command = unit.command(started_by, {}, {"/usr/bin/nova-images": BINARY})
        self.running = {}
        for name in NAMES:
            self.start(name)
        addresses = {f"REPLICA_{at}": f"127.0.0.1:{port}" for at, port in enumerate(self.ports, 1)}
        bind = {"HAPROXY_BIND": f"127.0.0.1:{self.entrance}"}
        self.log = processes.home / f"haproxy-{self.entrance}.log"
        processes.start(
            self.log.stem,
            ["haproxy", "-db", "-f", "deploy/haproxy/haproxy.cfg"],
            unit.process_environment(bind, addresses, of_haproxy),
        )
        until("HAProxy", self.is_listening)

    def start(self, name):
        port = self.ports[NAMES.index(name)]
        environment = unit.process_environment(self.variables, unit.variables(TEMPLATE, i=str(port)))
        self.running[name] = self.processes.start(f"{name}-{port}", self.command, environment)
        until(f"replica {name}", lambda: is_ready(port))

    def kill(self, name):
        self.running[name].kill()
        self.running[name].wait()

    def stop(self, name):
        self.running[name].terminate()
        assert self.running[name].wait(PATIENCE) == 0, f"{name} ends with {self.running[name].returncode}"

    def is_listening(self):
        with contextlib.suppress(OSError):
            return self.ask("GET", "/")[0] in (200, 300)

    def ask(self, *question, **more):
        return ask(self.entrance, *question, **more)

    def answers_since(self, place):
        return ANSWERED.findall(self.log.read_bytes()[place:].decode())

    def taken_back(self, name):
        """Waits until HAProxy sends requests there."""
        place = self.log.stat().st_size
        until(f"HAProxy takes {name} back", lambda: any(by == name for by, _, _ in self.answers_since(place)))

    def sign_in(self, password):
        """The token, and the path of images, by API v2.0 and as the catalogue has it."""
        password = {"username": "demo", "password": password}
        body = json.dumps({"auth": {"tenantName": "demo", "passwordCredentials": password}})
        status, answer = self.ask("POST", "/v2.0/tokens", body, JSON)
        assert status == 200, (status, answer)
        access = json.loads(answer)["access"]
        services = {each["type"]: each["endpoints"][0]["publicURL"] for each in access["serviceCatalog"]}
        assert services["compute"].startswith(self.url + "/"), services
        return {"X-Auth-Token": access["token"]["id"]}, services["compute"].removeprefix(self.url) + "/images"


def no_write_is_sent_twice(replicas, cloud, questions):
    """A write that is on its way through a replica that dies is not sent by another one: nobody knows whether it has
    happened. Here it stays with the cloud, for as long as that takes. What its client is told."""
    holder, *others = NAMES
    for name in others:
        replicas.stop(name)
    slow = json.dumps({"operation": "glance.images.update", "delay": f"{PATIENCE}s"})
    status, answer = ask(cloud, "POST", "/_control/faults", slow, JSON)
    assert status in (200, 201), (status, answer)
    fault = f"/_control/faults/{json.loads(answer)['id']}"

    def writes():
        return json.loads(ask(cloud, "GET", fault)[1])["hits"]

    metadata = f"/v2.1/images/{IMAGE}/metadata"
    key = next(iter(json.loads(replicas.ask("GET", metadata, headers=ADMIN)[1])["metadata"]))
    told = []

    def write():
        # Without a body: HAProxy would not send one again anyway that it has not got whole at once.
        try:
            told.append(replicas.ask("DELETE", f"{metadata}/{key}", headers=ADMIN)[0])
        except (OSError, http.client.HTTPException) as error:
            told.append(repr(error))

    writer = threading.Thread(target=write)
    writer.start()
    until("the write reaches the cloud", lambda: writes() == 1)
    with Load(replicas.entrance, questions) as load:
        for name in others:
            replicas.start(name)
            replicas.taken_back(name)
    assert not load.failures, load.failures[:5]
    replicas.kill(holder)
    writer.join()
    assert told[0] not in (200, 204) and writes() == 1, (told, writes())
    return told[0]


def users_of_the_cloud(processes, cloud):
    base = f"http://127.0.0.1:{cloud}"
    own = {
        "NOVA_IMAGES_UPSTREAM_URL": f"{base}/image",
        "NOVA_IMAGES_KEYSTONE_URL": f"{base}/identity/v3",
        "NOVA_IMAGES_UPSTREAM_COMPUTE_URL": f"{base}/compute",
    }
    replicas = Replicas(processes, "cloud.env", own)

    # The control API is not for those who come this way, however they spell it.
    for path in "/_control/health/ready", "//_control/requests", "/%5Fcontrol/requests", "/_space/x/_control/reset":
        assert replicas.ask("GET", path)[0] == 404, path

    # Clients sign in by the same way, and what they are told leads there again.
    token, images = replicas.sign_in("secret")
    xml = {**token, "Accept": "application/xml"}
    questions = []
    for method, path, headers in [
        ("GET", images + "/detail", token),
        ("GET", images + "/detail", xml),
        ("GET", images, token),
        ("GET", "/v2.1/images?limit=2", token),
    ]:
        expected = replicas.ask(method, path, headers=headers)
        assert expected[0] == 200, (path, expected)
        questions.append((method, path, headers, expected))

    with Load(replicas.entrance, questions) as load:
        for name in NAMES:
            replicas.taken_back(name)
            load.more(200)
            replicas.kill(name)
            load.more(400)
            replicas.start(name)
            replicas.taken_back(name)
        for name in NAMES:
            replicas.stop(name)
            load.more(200)
            replicas.start(name)
            replicas.taken_back(name)
    assert not load.failures, f"{len(load.failures)} of {sum(load.done)} requests failed: {load.failures[:5]}"
    done = sum(load.done)
    again = sum(int(count) > 0 for _, _, count in replicas.answers_since(0))
    # A replica tells how the cloud has been to it.
    told = ask(replicas.ports[0], "GET", "/_control/metrics")[1].decode()
    for wanted in 'nova_images_upstream_up{service="image"} 1', 'nova_images_upstream_waiting{service="image"} 0':
        assert wanted in told.splitlines(), told
    told = no_write_is_sent_twice(replicas, cloud, questions)
    print(
        f"{done} requests of {len(load.threads)} clients; three replicas killed and three stopped amid them,"
        f" each taken back; {again} requests asked of another replica, none failed; a write was not ({told})"
    )


def an_account_of_their_own(processes, cloud):
    own = {
        "NOVA_IMAGES_CLIENT_SECRET": "of-clients",
        "OS_AUTH_URL": f"http://127.0.0.1:{cloud}/identity/v3",
        "OS_AUTH_TYPE": "password",
        "OS_USERNAME": "demo",
        "OS_PASSWORD": "secret",
        "OS_PROJECT_NAME": "demo",
        "OS_APPLICATION_CREDENTIAL_ID": None,
        "OS_APPLICATION_CREDENTIAL_SECRET": None,
    }
    replicas = Replicas(processes, "account.env", own, HAPROXY_BALANCE="source")
    for _ in range(5):
        token, images = replicas.sign_in("of-clients")
        for _ in range(5):
            status, answer = replicas.ask("GET", images, headers=token)
            assert (status, len(json.loads(answer)["images"]) > 25) == (200, True), (status, answer)
    # From the same machine, by the proxy on it: without the secret nobody comes in.
    assert replicas.ask("GET", images)[0] == 401
    keeping_to = {by for by, _, _ in replicas.answers_since(0)}
    assert len(keeping_to) == 1, keeping_to
    # The secret itself is good anywhere; another replica is asked when theirs is gone.
    replicas.kill(keeping_to.pop())
    status, answer = replicas.ask("GET", images, headers={"X-Auth-Token": "of-clients"})
    assert status == 200, (status, answer)
    print("where replicas have an account of their own, clients show a secret, or sign in with it and keep to one replica")


def main(processes):
    [cloud] = free_ports(1)
    processes.start(
        "cloud",
        [BINARY, "serve", "--listen", f"127.0.0.1:{cloud}", "--fixture", "devcloud", "--auth", "strict"],
        unit.process_environment(),
    )
    until("the cloud", lambda: is_ready(cloud))
    users_of_the_cloud(processes, cloud)
    an_account_of_their_own(processes, cloud)


with tempfile.TemporaryDirectory() as folder, Processes(pathlib.Path(folder)) as all_processes:
    try:
        main(all_processes)
    except BaseException:
        for each in sorted(pathlib.Path(folder).glob("*.log")):
            print(f"-- {each.name}", *each.read_text().splitlines()[-10:], sep="\n", file=sys.stderr)
        raise
