#!/usr/bin/python3
"""A token authority on PyJWT and cryptography, as a user would write one, and an adapter around it.

    tokenlife conform --role site --adapter 'tests/conform/site.py'

It keeps the rules, unless it is told to break one of them: --fault NAME; --faults lists them.
"""

import base64
import functools
import hashlib
import os
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from adapter import Refused, arguments, seconds, serve, text_of

AUDIENCE = "urn:sccm:service"
KEYS_IN_POOL = 4

# What can be broken, and the rule that has to be named.
FAULTS = {
    "expiry-inclusive": "A5",  # a client token is good in the second of its expiry
    "renewal-keeps-expiry": "D7",
    "unblock-revives": "D2",  # a bulk token that is unblocked is good, also after its expiry
    "bulk-as-client": "R24",  # a bulk token is taken as a client token
    "client-as-bulk": "R24",  # a client token is taken as a bulk token
    "thumbprint-prefix": "D6",  # of two thumbprints the first four bytes are compared
    "leeway-wrong-side": "A6",  # a token ends the leeway before its expiry
    "lifetime-clamped": "A4",
    "lifetime-true": "R44",  # in Python True is an integer
    "default-lifetime": "R45",  # seven days instead of three
    "rotation-forgets": "A9",  # the key before is no longer trusted
    "retire-ignored": "A9",
    "block-ignored": "R54",
    "block-ends-clients": "D1",  # a blocked bulk token takes its clients with it
    "block-by-certificate": "A8",  # a blocked client comes back with another certificate
    "unblock-client-ignored": "A8",
    "outdated-renews": "R5",
    "user-centric": "R8",
    "internal-off-ignored": "R16",
    "https-ignored": "R18",  # an HTTPS MP registers a self-signed client
    "cmg-takes-anybody": "R2",  # the CMG registers a self-signed client
    "bulk-once": "D5",  # good for one client
    "bulk-early": "D2",  # its not-before is not looked at
    "early": "A5",  # a client token's not-before is not looked at
    "token-twice": "D5",  # who registers again gets the token that he has
    "signature-unchecked": "R15|D2",  # of a client token, or a bulk token
    "tenant-unchecked": "R15|D2",  # a token of another tenant is taken
    "other-audience": "R4",  # tokens are issued for somebody else
    "empty-token": "R15",  # no token at all is taken for a good one
    "unknown-guid": "R53",  # a GUID of none is blocked
    "list-forgets": "R48",  # expired bulk tokens are not listed
    "list-blocked-first": "R21",  # an expired one that is blocked is said to be blocked
    "renewal-revokes": "R57",  # a renewal ends the token before it
}

options = arguments(__doc__, FAULTS)


def fault(name):
    return options.fault == name


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pool_of_keys(path):
    """RSA keys take their time: they are made once."""
    if path is None:
        return [new_key() for _ in range(KEYS_IN_POOL)]
    if not os.path.exists(path):
        texts = [new_key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()) for _ in range(KEYS_IN_POOL)]
        with open(os.open(f"{path}.{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b"\0".join(texts))
        os.rename(f"{path}.{os.getpid()}", path)
    with open(path, "rb") as file:
        return [serialization.load_pem_private_key(text, None) for text in file.read().split(b"\0")]


@functools.lru_cache(maxsize=100)
def thumbprint(pem):
    """RFC 8705."""
    digest = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256())
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Site:
    def __init__(self, pool, keys_before, request):
        self.tenant = request["tenant"]
        self.policy = request["policy"]
        self.issuer = f"urn:sccm:oauth2:{self.tenant}"
        self.pool = pool
        self.keys = {}  # by name, trusted ones; the last one signs
        self.keys_ever = keys_before  # of this process, so that no name comes twice
        self.bulk = {}  # by GUID: what is kept of a bulk token, which is not the token
        self.blocked = set()  # clients
        self.serial = 0
        self.held = {}  # faults alone need it: by certificate
        self.new_key()

    def new_key(self):
        name = f"key-{len(self.keys_ever) + 1}"
        self.keys_ever.append(name)
        if fault("rotation-forgets"):
            self.keys.clear()
        self.keys[name] = self.pool[len(self.keys_ever) % len(self.pool)]
        return {"key": name}

    def sign(self, now, lifetime, claims):
        name, key = list(self.keys.items())[-1]
        dates = {"nbf": now, "exp": now + lifetime}
        common = {"iss": self.issuer, "aud": "urn:other" if fault("other-audience") else AUDIENCE,
                  "Authority": "SCCM", "License": "SCCM", "TenantId": self.tenant.upper()}
        x5t = base64.urlsafe_b64encode(hashlib.sha1(name.encode()).digest()).rstrip(b"=").decode()
        return jwt.encode({**claims, **common, **dates}, key, "RS256", headers={"kid": name, "x5t": x5t})

    # ---- Bulk tokens

    def issue_bulk_token(self, request, now):
        minutes = request.get("lifetime-minutes", 10_080 if fault("default-lifetime") else 4_320)
        whole = isinstance(minutes, int) and (fault("lifetime-true") or not isinstance(minutes, bool))
        if fault("lifetime-clamped") and whole:
            minutes = min(max(minutes, 1), 10_080)
        if not whole or not 1 <= minutes <= 10_080:
            raise Refused("lifetime-out-of-range")
        guid = str(uuid.uuid4())
        token = self.sign(now, minutes * 60, {"SCCMTokenCategory": "SCCMPreAuthToken", "Type": "BulkRegistration",
                                              "UniqueId": guid})
        self.bulk[guid] = {"nbf": now, "exp": now + minutes * 60, "blocked": False, "revived": False, "users": set(),
                           "key": list(self.keys)[-1]}
        return {"guid": guid, "token": token, "not-before": text_of(now), "expires": text_of(now + minutes * 60)}

    def known(self, request):
        if request["guid"] not in self.bulk:
            if fault("unknown-guid"):
                return {}
            raise Refused("bulk-token-unknown")
        return self.bulk[request["guid"]]

    def list(self, now):
        rows = []
        for guid, kept in self.bulk.items():
            status = "active"
            if now < kept["nbf"]:
                status = "not-yet-valid"
            if kept["blocked"]:
                status = "blocked"
            if kept["key"] not in self.keys:
                status = "signer-retired"
            if now >= kept["exp"] and not (fault("list-blocked-first") and kept["blocked"]):
                status = "expired"
            if status == "expired" and fault("list-forgets"):
                continue
            rows.append({"guid": guid, "not-before": text_of(kept["nbf"]), "expires": text_of(kept["exp"]),
                         "status": status})
        return {"tokens": rows}

    # ---- Tokens that are shown

    def claims_of(self, token):
        """What the token says, if the site has signed it."""
        try:
            key = self.keys.get(jwt.get_unverified_header(token).get("kid"))
            if key is None and fault("tenant-unchecked"):
                key = self.pool[0]
            if key is None:
                raise Refused("unknown-signer")
            unchecked = fault("signature-unchecked") or fault("tenant-unchecked")
            return jwt.decode(token, key.public_key(), ["RS256"], audience=None if unchecked else AUDIENCE,
                              issuer=None if unchecked else self.issuer,
                              options={"verify_exp": False, "verify_nbf": False, "verify_signature": not unchecked,
                                       "verify_aud": not unchecked and not fault("other-audience")})
        except jwt.InvalidIssuerError:
            raise Refused("wrong-issuer")
        except jwt.InvalidAudienceError:
            raise Refused("wrong-audience")
        except jwt.InvalidSignatureError:
            raise Refused("bad-signature")
        except (jwt.InvalidTokenError, ValueError):
            raise Refused("malformed")

    def over(self, claims, now, leeway):
        if fault("leeway-wrong-side"):
            return now >= claims["exp"] - leeway
        return now >= claims["exp"] + leeway

    def check_bulk(self, request, now):
        claims = self.claims_of(request["bulk-token"])
        if claims["Type"] != "BulkRegistration":
            if fault("client-as-bulk"):
                return None
            raise Refused("wrong-type")
        kept = self.bulk.get(claims["UniqueId"])
        if kept is None:
            raise Refused("bulk-token-unknown")
        if now < kept["nbf"] and not fault("bulk-early"):
            raise Refused("bulk-token-not-yet-valid")
        if self.over(claims, now, self.policy["bulk-leeway"]) and not kept["revived"]:
            raise Refused("bulk-token-expired")
        if kept["blocked"] and not fault("block-ignored"):
            raise Refused("bulk-token-blocked")
        kept["users"].add(request["client"])
        if fault("bulk-once") and len(kept["users"]) > 1:
            raise Refused("bulk-token-unknown")
        return claims["UniqueId"]

    def check_client(self, request, now):
        if fault("empty-token") and not request["token"]:
            return {}
        claims = self.claims_of(request["token"])
        is_bulk = claims["Type"] != "ClientAuthentication"
        if is_bulk and not fault("bulk-as-client"):
            raise Refused("wrong-type")
        if now < claims["nbf"] and not fault("early"):
            raise Refused("not-yet-valid")
        end_is_good = fault("expiry-inclusive") and now == claims["exp"] + self.policy["leeway"]
        if self.over(claims, now, self.policy["leeway"]) and not end_is_good:
            raise Refused("expired")
        length = 5 if fault("thumbprint-prefix") else None
        mine = thumbprint(request["certificate"])
        if not is_bulk and claims["cnf"]["x5t#S256"][:length] != mine[:length]:
            raise Refused("certificate-mismatch")
        behind = self.bulk.get(claims.get("Bulk"))
        if fault("block-ends-clients") and behind and behind["blocked"]:
            raise Refused("unknown-signer")
        if fault("renewal-revokes") and self.held.get(mine, claims["Serial"]) != claims["Serial"]:
            raise Refused("expired")
        return claims

    # ---- What clients ask

    def check_rights(self, request, wants_token):
        name = request["certificate"] if fault("block-by-certificate") else request["client"]
        if name in self.blocked:
            raise Refused("client-blocked")
        outdated = request["version"] == "outdated"
        if wants_token and outdated and not (fault("outdated-renews") and request["op"] == "renew"):
            raise Refused("client-outdated")

    def grant(self, request, now, bulk=None, expires=None):
        mine = thumbprint(request["certificate"])
        if fault("token-twice") and mine in self.held and request["op"] == "register":
            token, now, expires = self.held[mine]
            return {"granted": {"token": token, "not-before": text_of(now), "expires": text_of(expires)}}
        self.serial += 1
        lifetime = (expires or now + self.policy["token-validity"]) - now
        claims = {"SCCMTokenCategory": "SCCMClientToken", "Type": "ClientAuthentication", "Serial": self.serial,
                  "cnf": {"x5t#S256": mine}}
        if bulk is not None:
            claims["Bulk"] = bulk
        token = self.sign(now, lifetime, claims)
        self.held[mine] = self.serial if fault("renewal-revokes") else (token, now, now + lifetime)
        return {"granted": {"token": token, "not-before": text_of(now), "expires": text_of(now + lifetime)}}

    def register(self, request, now):
        self.check_rights(request, wants_token=True)
        credential = request["credential"]
        if request["subject"] == "user" and credential != "entra" and not fault("user-centric"):
            raise Refused("user-centric")
        bulk = None
        if credential == "bulk":
            bulk = self.check_bulk(request, now)
        elif credential == "self-signed" and request["via"] == "mp":
            if not self.policy["internal-registration"] and not fault("internal-off-ignored"):
                raise Refused("internal-registration-off")
            if self.policy["mp"] == "https" and not fault("https-ignored"):
                raise Refused("credential-required")
        elif credential == "self-signed" and not fault("cmg-takes-anybody"):
            raise Refused("credential-required")
        return self.grant(request, now, bulk)

    def renew(self, request, now):
        self.check_rights(request, wants_token=True)
        claims = self.check_client(request, now)
        return self.grant(request, now, claims.get("Bulk"),
                          claims.get("exp") if fault("renewal-keeps-expiry") else None)

    def exchange(self, request, now):
        self.check_rights(request, wants_token=False)
        self.check_client(request, now)
        return {"granted": {}}

    def answer(self, op, request):
        now = seconds(request["now"])
        if op == "issue-bulk-token":
            return self.issue_bulk_token(request, now)
        if op == "block-bulk-token":
            self.known(request)["blocked"] = True
        elif op == "unblock-bulk-token":
            kept = self.known(request)
            kept["blocked"] = False
            kept["revived"] = fault("unblock-revives")
        elif op == "list":
            return self.list(now)
        elif op == "rotate":
            return self.new_key()
        elif op == "retire":
            if not fault("retire-ignored"):
                self.keys.pop(request["key"], None)
        elif op == "block-client":
            self.blocked.add(request["client"])
            if fault("block-by-certificate"):
                self.blocked |= {pem for pem, client in self.seen.items() if client == request["client"]}
        elif op == "unblock-client":
            if not fault("unblock-client-ignored"):
                self.blocked.discard(request["client"])
        elif op == "register":
            return self.register(request, now)
        elif op == "renew":
            return self.renew(request, now)
        elif op == "exchange":
            return self.exchange(request, now)
        else:
            raise ValueError(f"unknown operation {op}")
        return {}


class Adapter:
    """A site after the other."""

    def __init__(self):
        self.pool = pool_of_keys(options.keys)
        self.keys_ever = []
        self.site = None
        self.seen = {}

    def answer(self, op, request):
        if op == "reset":
            self.site = Site(self.pool, self.keys_ever, request)
            self.site.seen = {}
            return {"key": list(self.site.keys)[-1]}
        if "certificate" in request:
            self.site.seen[request["certificate"]] = request["client"]
        return self.site.answer(op, request)


HELLO = {
    "name": "site.py", "version": "1",
    "can": ["bulk", "block", "list", "renew", "rotate", "client-block", "mp", "cmg", "pki", "entra", "version", "user",
            "tenant"],
    "fixed": {}, "reasons": True, "tokens": "jwt",
}

if __name__ == "__main__":
    if options.make_keys:
        pool_of_keys(options.keys)
    else:
        serve("site", HELLO, Adapter().answer)
