"""Keeps the licenses of a machine: activates, refreshes and returns them over
HTTPS. Needs licet.py beside it.

    c = licet_client.Client(pins, "/var/lib/acme", product="cad")
    c.activate("7H2KM-…")
    if c.licenses().has("export.step"): ...

The folder holds one file with the container's private key, its licenses and the
messages that wait for an answer. It is written before anything is sent and after
anything is learned, so that a crash or a lost answer repeats the same bytes: the
server then takes no second seat. A license that is given back is gone from the
disk before the message that says so is signed. Calls raise Offline when the server
is not reached, and nothing is lost then: the next call of any kind sends what
waits first. They raise Refusal when it says no, and licet.Refused for an answer
that is not to be believed.

One process at a time works on a folder; others wait. What a small client leaves
out, the Go client has: requests as files, sealed parts, restore, pairing codes, a
clock that is put right.
"""

import json
import os
import platform
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import licet

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

FILE, LOCK = "licet-container.json", "licet-container.lock"


class Offline(Exception):
    """The server was not reached, or something else answered."""


class Refusal(Exception):
    """The server's no, or not now: code is stable ("license.no_seat")."""

    def __init__(self, status, code, text, retry_after):
        super().__init__(f"{code}: {text}")
        self.status, self.code, self.text, self.retry_after = status, code, text, retry_after

    @property
    def final(self):
        """Whether the same message would be refused again."""
        return 400 <= self.status < 500 and self.status not in (408, 425, 429)


class Client:
    """A publisher's licenses on this machine. components are what the machine is
    known by, name to value; ca is a file of certificates to trust for the server,
    for one that has its own; clock returns Unix seconds."""

    def __init__(self, pins, folder, product="", version="", released=0, server="", components=None, ca=None, clock=time.time):
        self._pins, self._dir, self._product, self._version, self._released = pins, folder, product, version, released
        self._clock, self._first = clock, licet.Verifier(pins)
        self._names = machine() if components is None else components
        self._server = server or self._first.server
        at = urllib.parse.urlsplit(self._server)
        if not at.hostname or at.scheme != "https" and (at.scheme != "http" or at.hostname not in ("localhost", "127.0.0.1", "::1")):
            raise ValueError("the server's address must begin with https://")
        self._tls = ssl.create_default_context(cafile=ca)

    # ------------------------------------------------------------ what it does

    def activate(self, code, quantity=0):
        """Collects what a ticket or license key holds."""
        self._ask({"act": "act", "code": "".join(code.split()), "qty": quantity})

    def refresh(self):
        """Asks for what waits at the server: renewed licenses, recalls, blocks."""
        self._ask({"act": "ref"})

    def give_back(self, license_id):
        """Returns a license: it is gone from here at once, and the server is told."""
        with self._locked() as st:
            held = [lic for lic in st["licenses"] if lic["lid"] == license_id]
            if held:
                self._ours(st, held[0]["token"])
                st["licenses"].remove(held[0])
                st["outbox"].append({"typ": "ret", "lid": license_id, "gen": held[0]["gen"], "ctr": 0})
                self._save(st)  # durable before it is signed
            elif not any(m.get("lid") == license_id for m in st["outbox"]):
                raise KeyError(license_id)
            self._flush(st)

    def licenses(self):
        """Every license here with its verdict, without asking anybody."""
        with self._locked() as st:
            now = max(int(self._clock()), st["signed"], self._released)
            verifier = self._trust(st)
            out = licet.Licenses()
            for held in st["licenses"]:
                found = verifier.check(held["token"].encode(), now, self._product, self._released, _hash(st), self._salted())
                out.extend(licet.License(code="blocked") if held["blocked"] and lic.code == "ok" else lic for lic in found)
            return out

    def _ours(self, st, token):
        """A copied folder must not give the original's seat away."""
        verifier = self._trust(st)
        try:
            claims = [verifier.open(t, "lic") for t in licet.tokens(token.encode())]
        except licet.Refused:
            return  # its key was revoked: it may go
        licet.fits(claims[0], _hash(st), self._salted())

    # ------------------------------------------------------------ messages

    def _ask(self, more):
        with self._locked() as st:
            self._flush(st)
            now = max(int(self._clock()), st["signed"])
            req = {"typ": "req", "iss": self._first.issuer, "act": more.pop("act"), "non": licet.b64(os.urandom(16)), "ctr": st["counter"] + 1,
                   "iat": now, "cnt": {"t": "soft", "s": licet.b64(_public(st))},
                   "fp": [{"n": n, "h": licet.b64(h)} for n, h in zip(self._names, self._salted())],
                   **more, "held": _held(st), "prd": self._product, "app": {"v": self._version, "os": platform.system().lower()}}
            self._send(st, req)
            self._flush(st, req["ctr"])

    def _send(self, st, claims):
        """Signs a message and puts it behind those that wait."""
        st["counter"] = claims["ctr"]
        message = {"typ": claims["typ"], "non": claims["non"], "ctr": claims["ctr"], "token": _sign(st, claims)}
        if claims["typ"] == "ret":
            message.update(lid=claims["lid"], gen=claims["gen"])
        st["outbox"].append(message)

    def _sign_returns(self, st):
        for m in [m for m in st["outbox"] if m["ctr"] == 0]:
            st["outbox"].remove(m)
            self._send(st, {"typ": "ret", "iss": self._first.issuer, "cnt": _hash(st), "non": licet.b64(os.urandom(16)),
                            "ctr": st["counter"] + 1, "iat": int(self._clock()), "lid": m["lid"], "gen": m["gen"]})

    def _flush(self, st, meant=0):
        """Sends what waits, in order. Another message that the server refuses for
        good is given up; the outcome of the one that is meant is the caller's."""
        self._sign_returns(st)
        self._save(st)
        while st["outbox"]:
            m = st["outbox"][0]
            try:
                answer = self._post(m["token"])
                if m["typ"] == "rcp":
                    st["outbox"].remove(m)
                else:
                    self._install(st, m, answer)
            except Refusal as no:
                if not no.final:
                    raise
                st["outbox"].remove(m)
                self._save(st)
                if m["ctr"] == meant or m["typ"] == "ret":
                    raise
            except licet.Refused as no:
                if no.code in ("container", "fingerprint", "old"):  # it would be the same the next time
                    st["outbox"].remove(m)
                    self._save(st)
                raise
            self._save(st)

    def _install(self, st, m, answer):
        """Takes over the answer to a message, as a whole or not at all."""
        verifier, lics, upd = self._trust(st), [], None
        for t in verifier.learn(answer):
            if t.type == "upd" and upd is None:
                upd = verifier.open(t, "upd")
            elif t.type == "lic":
                lics.append((verifier.open(t, "lic"), t.line.decode()))
            elif t.type == "upd":
                raise licet.Refused("update")
        answers = [c for c, _ in lics] + ([upd] if upd else [])
        if not answers:
            raise Offline("this is no answer of a license server")
        if upd and upd["cnt"] != _hash(st):
            raise licet.Refused("container")
        commands = upd.get("cmd", []) if upd else []
        seq, epoch, at = answers[-1].get("seq", 0), lics[0][0].get("epo", 0) if lics else st["epoch"], max(c["iat"] for c in answers)
        for c in answers:
            if c.get("non") != m["non"]:
                raise licet.Refused("not_asked")
            if c.get("seq", 0) != seq:
                raise licet.Refused("update")
        for c, _ in lics:
            licet.fits(c, _hash(st), self._salted())
            if c.get("cmd", 0) != len(commands) or c.get("epo", 0) != epoch:
                raise licet.Refused("update")
        newer = epoch > st["epoch"] if lics and epoch != st["epoch"] else seq > st["seq"] or not lics and at > st["signed"]
        if not newer:
            raise licet.Refused("old")
        here = {lic["lid"]: lic for lic in st["licenses"]}
        for cmd in commands:
            if cmd["c"] in ("recall", "replace") and cmd["lid"] in here and here[cmd["lid"]]["gen"] <= cmd["gen"]:
                del here[cmd["lid"]]
        for c, token in lics:
            if c["lid"] in here and here[c["lid"]]["gen"] > c["gen"]:
                raise licet.Refused("old")
            here[c["lid"]] = {"lid": c["lid"], "gen": c["gen"], "token": token, "blocked": False}
        for cmd in commands:
            if cmd["c"] == "block" and cmd["lid"] in here and here[cmd["lid"]]["gen"] <= cmd["gen"]:
                here[cmd["lid"]]["blocked"] = True
        st.update(licenses=list(here.values()), seq=seq, epoch=max(epoch, st["epoch"]), signed=max(at, st["signed"]))
        st["trust"] = sorted(t.decode() for t in list(verifier.seen) + list(verifier.lists))
        st["outbox"] = [o for o in st["outbox"] if o["ctr"] == 0 or o["ctr"] > m["ctr"]]
        if m["typ"] == "req":
            self._send(st, {"typ": "rcp", "iss": self._first.issuer, "cnt": _hash(st), "non": m["non"], "ctr": st["counter"] + 1,
                            "iat": int(self._clock()), "held": _held(st)})

    def _post(self, token):
        request = urllib.request.Request(self._server.rstrip("/") + "/api/v1/exchange", token.encode(), {
            "Content-Type": "text/plain; charset=utf-8", "Accept": "text/plain, application/problem+json", "User-Agent": "licet-python/1"})
        try:
            opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self._tls), _NoRedirect)
            with opener.open(request, timeout=30) as r:
                return r.read(licet.MAX_FILE + 1)
        except urllib.error.HTTPError as e:
            with e:
                kind, body = e.headers.get_content_type(), e.read(65536)
            try:
                problem = json.loads(body) if kind == "application/problem+json" else {}
            except ValueError:
                problem = {}
            if problem.get("code"):
                raise Refusal(e.code, problem["code"], problem.get("detail", ""), int(e.headers.get("Retry-After") or 0)) from None
            raise Offline(f"not an answer of a license server ({e.code})") from None
        except OSError as e:
            raise Offline(str(e)) from e

    # ------------------------------------------------------------ the file

    def _trust(self, st):
        verifier = licet.Verifier(self._pins)
        verifier.learn("\n".join(st["trust"]).encode())
        return verifier

    def _salted(self):
        return [self._first.component(name, value) for name, value in self._names.items()]

    @contextmanager
    def _locked(self):
        os.makedirs(self._dir, 0o700, exist_ok=True)
        with open(os.path.join(self._dir, LOCK), "a") as f:
            if fcntl:
                fcntl.flock(f, fcntl.LOCK_EX)
            else:
                msvcrt.locking(f.fileno(), msvcrt.LK_LOCK, 1)
            yield self._load()

    def _load(self):
        try:
            with open(os.path.join(self._dir, FILE), encoding="utf-8") as f:
                st = json.load(f)  # a damaged file is never overwritten: it raises
        except FileNotFoundError:
            st = {"format": 1, "issuer": self._first.issuer, "seed": licet.b64(os.urandom(32)), "counter": 0, "epoch": 0, "seq": 0,
                  "signed": 0, "trust": [], "licenses": [], "outbox": []}
        if st["format"] != 1 or st["issuer"] != self._first.issuer:
            raise ValueError("this folder holds another container")
        return st

    def _save(self, st):
        """Replaces the file as a whole and returns when it is on the disk."""
        path = os.path.join(self._dir, FILE)
        fd = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "w", encoding="utf-8") as f:
            json.dump(st, f)
            f.flush()
            os.fsync(f.fileno())
        os.replace(path + ".new", path)
        if fcntl:  # on Windows a folder cannot be opened, and need not be
            d = os.open(self._dir, os.O_RDONLY)
            os.fsync(d)
            os.close(d)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the code to somebody else."""

    def redirect_request(self, *args):
        return None


def machine():
    """What this machine is known by, as far as a few lines can tell."""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            with open(path, encoding="ascii") as f:
                return {"machine-id": f.read().strip()}
        except OSError:
            pass
    return {"host": platform.node()}


def _key(st):
    return Ed25519PrivateKey.from_private_bytes(licet.unb64(st["seed"]))


def _public(st):
    return _key(st).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _hash(st):
    return licet.b64(licet.hashlib.sha256(b"\x01" + _public(st)).digest())


def _held(st):
    return [{"lid": lic["lid"], "gen": lic["gen"]} for lic in st["licenses"]]


def _sign(st, claims):
    """The token of a message; what is empty is left out."""
    payload = json.dumps({k: v for k, v in claims.items() if v not in (0, "", [])}, separators=(",", ":"), ensure_ascii=False).encode()
    footer = f'{{"kid":"{licet.key_id(_public(st))}"}}'.encode()
    signature = _key(st).sign(licet.pae(licet.ED25519, payload, footer, claims["typ"].encode() + b"/1"))
    return licet.ED25519.decode() + licet.b64(payload + signature) + "." + licet.b64(footer)
