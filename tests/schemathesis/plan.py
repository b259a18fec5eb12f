"""Says how schemathesis is to ask: plan.py URL LEAST prints its options."""

import json
import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1]) as answer:
    document = json.load(answer)

varied = 0
for path, methods in document["paths"].items():
    for method, operation in methods.items():
        if operation.get("x-may-wait"):
            print("--exclude-operation-id", operation["operationId"])
        elif operation["parameters"] or "requestBody" in operation:
            varied += 1

# Of an operation that takes nothing there is one case, and of some others not as many as are asked for.
print("--max-examples", int(sys.argv[2]) * 3 // max(2 * varied, 1) + 100)
