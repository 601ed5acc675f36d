"""Sends one event in binary and in structured mode, and in a batch, with the CloudEvents SDK for Python.

EVENT holds its attributes and data as JSON; prints the status and body of each answer, a line each.
"""

import json
import os
import urllib.request
from datetime import datetime

from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

attributes = json.loads(os.environ["EVENT"])
data = attributes.pop("data")
attributes["time"] = datetime.fromisoformat(attributes["time"])
event = CloudEvent(attributes, data)


def send(headers, body):
    request = urllib.request.Request(
        os.environ["PORTAL"] + "/api/v1/events",
        data=body,
        headers={**headers, "Authorization": "Bearer " + os.environ["TOKEN"]},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        print(answer.status, answer.read().decode())


binary, structured = to_binary_event(event), to_structured_event(event)
send(binary.headers, binary.body)
send(structured.headers, structured.body)
# This SDK makes no batches: one is a list of what it makes.
send({"content-type": "application/cloudevents-batch+json"}, b"[" + structured.body + b"," + structured.body + b"]")
