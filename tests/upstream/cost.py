"""What one answer costs the servers that give it: processor time and memory of their processes.

    cost.py --token TOKEN [--path PATH] [--requests N] [--rounds N] NAME=URL=PID ...

Each server is asked for the same PATH over kept connections, one request at a time, in rounds that take turns (A B A B);
before that as often as one round has requests, so that everything is warm. Processor time is utime + stime of PID and all
its descendants (/proc), so a server with workers is PID of their master. Memory is read behind the last round: RSS, and
PSS, which counts what processes share once. Written for this server beside a Nova over the same Glance; nothing
in it knows either.
"""

import argparse
import http.client
import os
import pathlib
import statistics
import time
import urllib.parse

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid):
    """A process and its descendants."""
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for file in children for child in file.read_text().split()]
    return [pid, *(each for child in found for each in family(child))]


def processor_time(pid):
    """Of them all, in seconds."""
    total = 0
    for each in family(pid):
        # The name in parentheses may hold anything.
        fields = pathlib.Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory(pid, key):
    """Of them all, in MB."""
    lines = [line for each in family(pid) for line in pathlib.Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith(key + ":")) * 1024 / 1e6


class Server:
    def __init__(self, text):
        self.name, self.url, pid = text.split("=")
        self.pid = int(pid)
        self.parts = urllib.parse.urlsplit(self.url)
        self.connection = None
        self.costs, self.times = [], []

    def ask(self, path, headers):
        """Over the connection that there is, else over a new one."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=120)
        begin = time.perf_counter()
        self.connection.request("GET", self.parts.path + path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        taken = time.perf_counter() - begin
        if answer.will_close:
            self.connection.close()
            self.connection = None
        assert answer.status == 200, f"{self.name}: {answer.status} {body[:200]}"
        return taken, body

    def round(self, path, headers, count):
        begin = processor_time(self.pid)
        self.times += [self.ask(path, headers)[0] for _ in range(count)]
        self.costs.append((processor_time(self.pid) - begin) / count)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--token", required=True)
    parser.add_argument("--path", default="/images/detail")
    parser.add_argument("--requests", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("servers", nargs="+", type=Server)
    told = parser.parse_args()
    headers = {"X-Auth-Token": told.token}
    for server in told.servers:
        for _ in range(told.requests):
            _, body = server.ask(told.path, headers)
        print(f"{server.name}: {len(body)} bytes, {body.count(b'minDisk')} images")
    for _ in range(told.rounds):
        for server in told.servers:
            server.round(told.path, headers, told.requests)
    print("| | processor time a request, ms | lowest | highest | answered in, ms, p50 | processes | RSS, MB | PSS, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for server in told.servers:
        cost = [1000 * each for each in (statistics.median(server.costs), min(server.costs), max(server.costs))]
        cells = [f"{each:.2f}" for each in (*cost, 1000 * statistics.median(server.times))]
        cells += [str(len(family(server.pid)))] + [f"{memory(server.pid, key):.1f}" for key in ("Rss", "Pss")]
        print("|", " | ".join([server.name, *cells]), "|")


main()
