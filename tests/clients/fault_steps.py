"""Faults on demand, and what they are to the client that meets them."""

import contextlib
import json
import urllib.request


@contextlib.contextmanager
def fault(url, **keys):
    """Adds a fault to the server for as long as this lasts; then it must have fired."""
    faults = url + "/_control/faults"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(faults, json.dumps(keys).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        number = json.load(answer)["id"]
    one = f"{faults}/{number}"
    yield
    with urllib.request.urlopen(one) as answer:
        assert json.load(answer)["hits"] > 0, keys
    urllib.request.urlopen(urllib.request.Request(one, method="DELETE")).close()


@contextlib.contextmanager
def raises(kind, **facts):
    """The client says that something of this kind happened, and just this kind."""
    try:
        yield
    except kind as error:
        assert type(error) is kind, repr(error)
        for name, value in facts.items():
            assert getattr(error, name) == value, (name, getattr(error, name))
    else:
        raise AssertionError(f"no {kind.__name__}")
