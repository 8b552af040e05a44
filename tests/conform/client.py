#!/usr/bin/python3
"""A client agent as a user would write one, and an adapter around it.

    tokenlife conform --role client --adapter 'tests/conform/client.py'

It keeps the rules, unless it is told to break one of them: --fault NAME; --faults lists them.
"""

from adapter import arguments, seconds, serve, text_of

# What can be broken, and the rule that has to be named.
FAULTS = {
    "renews-late": "R56",  # a second after the token is due
    "renews-anywhere": "A2",  # at any contact, where only the agent's start counts
    "keeps-bulk": "R25",  # a bulk token that was refused is shown again
    "bulk-for-ever": "R28",  # and so is one that has done its work
    "ignores-setting": "R11",  # talks to the CMG, which it may not
    "never-waits": "R1",  # asks again at once after no
    "asks-twice": "R1",  # while a request is in flight
    "silent-when-expired": "A10",  # on the internet
    "old-token": "R27",  # after a renewal goes on with the token before
    "expires-late": "A5",  # takes its token for good in the second of its expiry
    "reinstall-keeps": "A7",  # its token
    "deaf": "A15",  # to new policies
    "forgets-nothing": "D10",  # a reset does not reset it
}
ENDS_TOKEN = {"client-blocked", "unknown-signer", "expired", "malformed", "bad-signature", "wrong-issuer",
              "wrong-audience", "wrong-type", "certificate-mismatch"}

options = arguments(__doc__, FAULTS)


def fault(name):
    return options.fault == name


class Client:
    def __init__(self, request):
        self.policy = request["policy"]
        self.credential = request["credential"]
        self.install(request)
        self.network = None

    def install(self, request):
        self.bulk = request.get("bulk-token")
        self.token = None  # {token, nbf, exp}
        self.registered = False  # since the installation
        self.asked = None  # what is in flight: {asks, via, shows, at}
        self.silent_until = 0

    def by_itself(self):
        return self.credential in ("pki", "entra")

    def expired(self, now):
        end = now - 1 if fault("expires-late") else now
        return self.token is not None and end >= self.token["exp"]

    def registration(self, via):
        asks_for_bulk = via == "cmg" or self.policy["mp"] == "https"
        first = not self.registered or fault("bulk-for-ever")
        if first and asks_for_bulk and self.bulk and not self.by_itself():
            return {"asks": "register", "via": via, "shows": {"bulk-token": self.bulk}}
        if via == "cmg" and not self.by_itself():
            return None
        return {"asks": "register", "via": via, "shows": {"credential": self.credential}}

    def due(self, now, agent_start):
        when = self.token["nbf"] + self.policy["renew-after"] + (1 if fault("renews-late") else 0)
        by_start = self.policy["renew-on"] == "agent-start" and not fault("renews-anywhere")
        return now >= when and (agent_start or not by_start)

    def what_to_ask(self, now, via, agent_start):
        if self.token is None or self.expired(now):
            if not self.registered or via == "mp" or self.by_itself():
                return self.registration(via)
            if self.token is None or fault("silent-when-expired"):
                return None
        asks = "exchange"
        if not self.expired(now) and self.due(now, agent_start):
            asks = "renew"
        return {"asks": asks, "via": via, "shows": {"token": self.token["token"]}}

    def contact(self, request, now):
        if self.network != request["network"] or request["agent-start"]:
            self.silent_until = 0
        self.network = request["network"]
        if self.asked and not fault("asks-twice"):
            return {"asks": "nothing"}
        if now < self.silent_until and not fault("never-waits"):
            return {"asks": "nothing"}
        via = "mp" if self.network == "intranet" else "cmg"
        if via == "cmg" and not request["settings"]["cmg-allowed"] and not fault("ignores-setting"):
            return {"asks": "nothing"}
        ask = self.what_to_ask(now, via, request["agent-start"])
        if ask is None:
            return {"asks": "nothing"}
        self.asked = {**ask, "at": now}
        return ask

    def answer(self, request):
        asked, self.asked = self.asked, None
        if "granted" in request:
            if asked["asks"] != "exchange":
                self.hold(request["granted"], asked)
            return {}
        waits = asked["asks"] != "exchange"
        if "failed" in request:
            if waits:
                self.silent_until = asked["at"] + self.policy["retry-after-failure"]
            return {}
        if waits:
            self.silent_until = asked["at"] + self.policy["retry-after-refusal"]
        if asked["asks"] == "register":
            if "bulk-token" in asked["shows"] and not fault("keeps-bulk"):
                self.bulk = None
        elif request["refused"] in ENDS_TOKEN:
            self.token = None
        return {}

    def hold(self, granted, asked):
        token = granted["token"]
        if fault("old-token") and asked["asks"] == "renew" and self.token:
            token = self.token["token"]
        self.token = {"token": token, "nbf": seconds(granted["not-before"]), "exp": seconds(granted["expires"])}
        self.registered = True
        if not fault("bulk-for-ever"):
            self.bulk = None

    def state(self, now):
        until = text_of(self.token["exp"]) if self.token else None
        if self.expired(now):
            state = "expired"
        elif self.token:
            renews = self.asked and self.asked["asks"] == "renew"
            state = "renewing" if renews else "registered" if self.network == "intranet" else "roaming"
        else:
            state = "re-registration-required" if self.registered else "installed"
        return {"state": state, "serves-until": until}


class Adapter:
    def __init__(self):
        self.client = None

    def answer(self, op, request):
        now = seconds(request["now"])
        if op == "reset":
            if self.client is None or not fault("forgets-nothing"):
                self.client = Client(request)
            return {}
        if op == "contact":
            return self.client.contact(request, now)
        if op == "answer":
            return self.client.answer(request)
        if op == "policy":
            if not fault("deaf"):
                self.client.policy = request["policy"]
        elif op == "reinstall":
            kept = self.client.token if fault("reinstall-keeps") else None
            self.client.install(request)
            self.client.token = kept
        elif op == "state":
            return self.client.state(now)
        else:
            raise ValueError(f"unknown operation {op}")
        return {}


HELLO = {
    "name": "client.py", "version": "1",
    "can": ["bulk", "pki", "entra", "exchange", "reinstall", "state", "version"],
    "fixed": {}, "reasons": True, "tokens": "opaque",
}

if __name__ == "__main__":
    serve("client", HELLO, Adapter().answer)
