"""A store that Litestream copies, as the unit's drop-in starts it: written to, lost, restored, with all that was
written.

Arguments: the binary, Litestream.
"""

import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import unit

BINARY, LITESTREAM = sys.argv[1:]
UNIT = "nova-images.service"
DROP_IN = "nova-images.service.d/litestream.conf"
PATIENCE = 20
IMAGE = "b7d11e18-3ed6-4e75-99d3-0f657610af10"


def until(what, is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"waited {PATIENCE} s in vain: {what}"
        time.sleep(0.05)


class Store:
    """The service as its unit and the drop-in say, in a folder."""

    def __init__(self, home):
        self.home, self.port_file = home, home / "port"
        self.state = home / "state"
        self.state.mkdir()
        self.copy = home / "copy"
        own = {
            "NOVA_IMAGES_LISTEN": "127.0.0.1:0",
            "NOVA_IMAGES_PORT_FILE": str(self.port_file),
            "NOVA_IMAGES_FIXTURE": "devcloud",
            "LITESTREAM_REPLICA_URL": f"file://{self.copy}",
        }
        said = unit.variables(UNIT, S=str(home))
        self.database = self.state / "cloud.db"
        said["NOVA_IMAGES_DATABASE"] = str(self.database)
        files = [unit.env_file(unit.FOLDER / "store.env"), unit.env_file("deploy/litestream/litestream.env")]
        self.environment = unit.process_environment(*files, said, own)
        paths = {
            "/usr/bin/nova-images": BINARY,
            "/usr/bin/litestream": LITESTREAM,
            "/etc/nova-images/litestream.yml": "deploy/litestream/litestream.yml",
        }
        commands = {}
        for key in "ExecStartPre", "ExecStart":
            [line] = unit.settings(DROP_IN, key)
            commands[key] = unit.command(line, self.environment, paths)
        self.before, self.command = commands["ExecStartPre"], commands["ExecStart"]
        self.log = home / "log"
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            subprocess.run(self.before, env=self.environment, stdout=log, stderr=log, check=True)
            self.port_file.unlink(missing_ok=True)
            # A group of its own, as a unit is one: what kills it kills both.
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        until("the server", lambda: self.port_file.exists() and self.port_file.read_text().strip())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0, self.process.returncode
        self.process = None

    def end(self):
        """Kills what is left of it."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                subprocess.run(["kill", "-9", "--", f"-{self.process.pid}"], check=True)
            self.process.wait()
            self.process = None

    def lose(self):
        """The machine's disk is gone."""
        for path in self.state.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def metadata(self, method, key, value=None):
        url = f"http://127.0.0.1:{self.port_file.read_text().strip()}/v2.1/images/{IMAGE}/metadata/{key}"
        headers = {"X-Auth-Token": "admin-token", "Content-Type": "application/json"}
        body = None if value is None else json.dumps({"meta": {key: value}}).encode()
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["meta"][key]


def main(store):
    store.start()
    # Litestream looks at a new database for the first time a second after its start.
    until("the first copy", lambda: any(store.copy.rglob("*.ltx")))
    for number in range(20):
        store.metadata("PUT", "seen", f"{number} times")
    store.stop()
    store.lose()
    # The stop has copied all of it.
    store.start()
    assert store.metadata("GET", "seen") == "19 times"

    # Without one, what is older than the interval is there.
    store.metadata("PUT", "seen", "before the end")

    def is_copied():
        target = store.home / "looked-at.db"
        target.unlink(missing_ok=True)
        command = [LITESTREAM, "restore", "-config", "deploy/litestream/litestream.yml", "-o", target, store.database]
        said = subprocess.run(command, env=store.environment, capture_output=True, check=False)
        return said.returncode == 0 and b"before the end" in target.read_bytes()

    until("the copy", is_copied)
    store.end()
    store.lose()
    store.start()
    assert store.metadata("GET", "seen") == "before the end"
    store.stop()
    print("a store was written to, lost after a stop and after a crash, and restored with what was written")


with tempfile.TemporaryDirectory() as folder:
    the_store = Store(pathlib.Path(folder))
    try:
        main(the_store)
    except BaseException:
        print(*the_store.log.read_text().splitlines()[-20:], sep="\n", file=sys.stderr)
        raise
    finally:
        the_store.end()
