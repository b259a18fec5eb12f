"""Three replicas as their unit says, in front of a cloud, behind HAProxy as deploy/haproxy has it. Clients read images
without a pause; meanwhile one replica after the other is killed, started again and taken back, and then stopped and
started as an upgrade does it. No request may fail. A write whose replica dies is not sent again.

Argument: the binary. The cloud is this binary, too: its Keystone and its Glance.
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
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


def main(processes):
    cloud, entrance, *ports = free_ports(5)
    base = f"http://127.0.0.1:{cloud}"
    processes.start(
        "cloud",
        [BINARY, "serve", "--listen", f"127.0.0.1:{cloud}", "--fixture", "devcloud", "--auth", "strict"],
        unit.process_environment(),
    )
    until("the cloud", lambda: is_ready(cloud))

    own = {
        "NOVA_IMAGES_UPSTREAM_URL": f"{base}/image",
        "NOVA_IMAGES_KEYSTONE_URL": f"{base}/identity/v3",
        "NOVA_IMAGES_UPSTREAM_COMPUTE_URL": f"{base}/compute",
        "NOVA_IMAGES_PUBLIC_URL": f"http://127.0.0.1:{entrance}",
    }
    written = unit.env_file(unit.FOLDER / "cloud.env")
    assert set(own) <= set(written), written.keys()
    [started_by] = unit.settings(TEMPLATE, "ExecStart")
    command = unit.command(started_by, {}, {"/usr/bin/nova-images": BINARY})
    running = {}

    def start(name):
        port = ports[NAMES.index(name)]
        environment = unit.process_environment(written, own, unit.variables(TEMPLATE, i=str(port)))
        running[name] = processes.start(name, command, environment)
        until(f"replica {name}", lambda: is_ready(port))

    for name in NAMES:
        start(name)
    addresses = {f"REPLICA_{at}": f"127.0.0.1:{port}" for at, port in enumerate(ports, 1)}
    processes.start(
        "haproxy",
        ["haproxy", "-db", "-f", "deploy/haproxy/haproxy.cfg"],
        unit.process_environment({"HAPROXY_BIND": f"127.0.0.1:{entrance}"}, addresses),
    )

    def is_listening():
        with contextlib.suppress(OSError):
            return ask(entrance, "GET", "/")[0] in (200, 300)

    until("HAProxy", is_listening)

    # Clients sign in by the same way, and what they are told leads there again.
    password = {"username": "demo", "password": "secret"}
    body = json.dumps({"auth": {"tenantName": "demo", "passwordCredentials": password}})
    status, answer = ask(entrance, "POST", "/v2.0/tokens", body, JSON)
    assert status == 200, (status, answer)
    access = json.loads(answer)["access"]
    compute = next(each for each in access["serviceCatalog"] if each["type"] == "compute")["endpoints"][0]["publicURL"]
    assert compute.startswith(own["NOVA_IMAGES_PUBLIC_URL"] + "/"), compute
    images = compute.removeprefix(own["NOVA_IMAGES_PUBLIC_URL"]) + "/images"

    # The control API is not for those who come this way, however they spell it.
    for path in "/_control/health/ready", "//_control/requests", "/%5Fcontrol/requests", "/_space/x/_control/reset":
        assert ask(entrance, "GET", path)[0] == 404, path

    token = {"X-Auth-Token": access["token"]["id"]}
    xml = {**token, "Accept": "application/xml"}
    questions = []
    for method, path, headers in [
        ("GET", images + "/detail", token),
        ("GET", images + "/detail", xml),
        ("GET", images, token),
        ("GET", "/v2.1/images?limit=2", token),
    ]:
        expected = ask(entrance, method, path, headers=headers)
        assert expected[0] == 200, (path, expected)
        questions.append((method, path, headers, expected))

    log = processes.home / "haproxy.log"

    def answers_since(place):
        return ANSWERED.findall(log.read_bytes()[place:].decode())

    def is_taken_back(name):
        place = log.stat().st_size
        until(f"HAProxy takes {name} back", lambda: any(by == name for by, _, _ in answers_since(place)))

    with Load(entrance, questions) as load:
        for name in NAMES:
            is_taken_back(name)
            load.more(200)
            running[name].send_signal(signal.SIGKILL)
            running[name].wait()
            load.more(400)
            start(name)
            is_taken_back(name)
        for name in NAMES:
            running[name].terminate()
            assert running[name].wait(PATIENCE) == 0, f"{name} ends with {running[name].returncode}"
            load.more(200)
            start(name)
            is_taken_back(name)
    assert not load.failures, f"{len(load.failures)} of {sum(load.done)} requests failed: {load.failures[:5]}"
    done = sum(load.done)
    again = sum(int(count) > 0 for _, _, count in answers_since(0))

    # A write that was on its way through a replica that dies is not sent by another one: nobody knows whether it has
    # happened. Here it stays with the cloud, for as long as that takes.
    holder, *others = NAMES
    for name in others:
        running[name].terminate()
        running[name].wait(PATIENCE)
    slow = json.dumps({"operation": "glance.images.update", "delay": f"{PATIENCE}s"})
    status, answer = ask(cloud, "POST", "/_control/faults", slow, JSON)
    assert status in (200, 201), (status, answer)
    fault = f"/_control/faults/{json.loads(answer)['id']}"

    def writes():
        return json.loads(ask(cloud, "GET", fault)[1])["hits"]

    metadata = f"/v2.1/images/{IMAGE}/metadata"
    key = next(iter(json.loads(ask(entrance, "GET", metadata, headers=ADMIN)[1])["metadata"]))
    told = []

    def write():
        # Without a body: HAProxy would not send one again anyway that it has not got whole at once.
        try:
            told.append(ask(entrance, "DELETE", f"{metadata}/{key}", headers=ADMIN)[0])
        except (OSError, http.client.HTTPException) as error:
            told.append(repr(error))

    writer = threading.Thread(target=write)
    writer.start()
    until("the write reaches the cloud", lambda: writes() == 1)
    with Load(entrance, questions) as load:
        for name in others:
            start(name)
            is_taken_back(name)
    assert not load.failures, load.failures[:5]
    running[holder].kill()
    writer.join()
    assert told[0] not in (200, 204) and writes() == 1, (told, writes())
    print(
        f"{done} requests of {len(load.threads)} clients; three replicas killed and three stopped amid them,"
        f" each taken back; {again} requests asked of another replica, none failed; a write was not ({told[0]})"
    )


with tempfile.TemporaryDirectory() as folder, Processes(pathlib.Path(folder)) as all_processes:
    try:
        main(all_processes)
    except BaseException:
        for each in sorted(pathlib.Path(folder).glob("*.log")):
            print(f"-- {each.name}", *each.read_text().splitlines()[-10:], sep="\n", file=sys.stderr)
        raise
