"""What both adapters have in common: one JSON object a line in, one out, and the clock of the request."""

import argparse
import datetime
import json
import sys

PROTOCOL = 1


class Refused(Exception):
    """The rules say no, for the reason that it carries."""


def seconds(text):
    """Since 1970, of "2026-01-01T00:00:00Z"."""
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp())


def text_of(moment):
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def arguments(description, faults):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--fault", choices=sorted(faults), help="break one rule on purpose")
    parser.add_argument("--faults", action="store_true", help="list what can be broken, and the rule that is")
    parser.add_argument("--keys", help="a file with the pool of signing keys; made if it is not there")
    parser.add_argument("--make-keys", action="store_true", help="make that file, and nothing else")
    parsed = parser.parse_args()
    if parsed.faults:
        for name, rule in faults.items():
            print(f"{name} {rule}")
        sys.exit(0)
    return parsed


def serve(role, hello, answer):
    """Answers `hello`, and every other request by `answer(op, request)`, until there are no more."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "hello":
                if request["protocol"] != PROTOCOL or request["role"] != role:
                    raise ValueError(f"this is a {role}, which speaks protocol {PROTOCOL}")
                result = hello
            else:
                result = answer(request["op"], request)
        except Refused as refused:
            result = {"refused": str(refused)}
        except Exception as error:  # whatever it is: it could not do it, and the log says why
            print(f"{request.get('op')}: {error!r}", file=sys.stderr)
            result = {"error": repr(error)}
        sys.stdout.write(json.dumps({"id": request["id"], **result}) + "\n")
        sys.stdout.flush()
