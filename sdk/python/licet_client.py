"""Keeps the licenses of a machine: activates, refreshes and returns them over
HTTPS, and takes leases of floating ones. Needs licet.py beside it.

    c = licet_client.Client(pins, "/var/lib/acme", product="cad")
    c.activate("7H2KM-…")
    if c.licenses().has("export.step"): ...

    with c.lease("F3WQN-…").keep() as lease:  # until here, or the server's end
        if lease.has("draw"): ...

The folder holds one file with the container's private key, its licenses and the
messages that wait for an answer. It is written before anything is sent and after
anything is learned, so that a crash or a lost answer repeats the same bytes: the
server then takes no second seat. A license that is given back is gone from the
disk before the message that says so is signed. Calls raise Offline when the server
is not reached, and nothing is lost then: the next activation, refresh or return
sends what waits first. They raise Refusal when it says no, and licet.Refused for an answer
that is not to be believed.

One process at a time works on a folder; others wait. What a small client leaves
out, the Go client has: requests as files, sealed parts, restore, pairing codes, a
clock that is put right, borrowing, waiting for a place in a queue.
"""

import json
import os
import platform
import ssl
import threading
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
TEXT, JSON = "text/plain; charset=utf-8", "application/json"


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
    for one that has its own; clock returns Unix seconds, ticks seconds that are
    measured and that nobody sets."""

    def __init__(self, pins, folder, product="", version="", released=0, server="", components=None, ca=None, clock=time.time,
                 ticks=time.monotonic):
        self._pins, self._dir, self._product, self._version, self._released = pins, folder, product, version, released
        self._clock, self._ticks, self._first = clock, ticks, licet.Verifier(pins)
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

    def lease(self, code="", license_id="", person="", label="", quantity=0):
        """Takes a place of a floating license: of what a ticket or license key
        holds, or of a license that was leased here before. person is who uses it,
        where the license counts persons: only a hash of it leaves the machine; label
        names places that are kept. Returns a Lease. An answer that is lost is asked
        for once more by the same message, which takes no second place."""
        holder = {"t": "person", "h": licet.b64(self._first.component("person", person))} if person else {"t": "process"}
        nonce = licet.b64(os.urandom(16))
        with self._locked() as st:
            if not st["counter"]:
                self._save(st)  # its key may be new
            token = _sign(st, {
                "typ": "lsr", "iss": self._first.issuer, "non": nonce, "iat": max(int(self._clock()), st["signed"]), **self._here(st),
                "code": "".join(code.split()), "lid": license_id, "hol": holder, "lbl": label, "qty": quantity, **self._program()})
            lease = Lease(self, self._trust(st), _hash(st))
        lease._begin(token, nonce)
        return lease

    def consume(self, key, units=1, nonce=""):
        """Uses up units of a usage-counted license by its key, for which no container
        is needed. Returns a dict: unit, units (of the license), spent, left. The same
        nonce (licet.b64 of 16 random bytes) consumes once, whenever it is sent."""
        say = {"key": "".join(key.split()), "nonce": nonce or licet.b64(os.urandom(16)), "units": units, "product": self._product}
        return _object(self._twice("consume", json.dumps({k: v for k, v in say.items() if v != ""}), JSON)[0])

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
                   "iat": now, **self._here(st), **more, "held": _held(st), **self._program()}
            self._send(st, req)
            self._flush(st, req["ctr"])

    def _here(self, st):
        return {"cnt": {"t": "soft", "s": licet.b64(_public(st))},
                "fp": [{"n": n, "h": licet.b64(h)} for n, h in zip(self._names, self._salted())]}

    def _program(self):
        return {"prd": self._product, "app": {"v": self._version, "os": platform.system().lower()}}

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
                answer = self._post("exchange", m["token"], TEXT)
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

    def _twice(self, path, body, kind):
        """Says it again if the answer does not come: for what works only once
        however often it is said. Returns the answer, and when it was asked for."""
        asked = self._moment()
        try:
            return self._post(path, body, kind), asked
        except Offline:
            asked = self._moment()
            return self._post(path, body, kind), asked

    def _moment(self):
        return self._ticks(), self._clock()

    def _post(self, path, body, kind):
        request = urllib.request.Request(self._server.rstrip("/") + "/api/v1/" + path, body.encode(), {
            "Content-Type": kind, "Accept": "text/plain, application/json, application/problem+json", "User-Agent": "licet-python/1"})
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


class Lease:
    """A use of a floating license. It goes on until it is ended, or for renew_after
    and some more seconds without a renewal: renew it, or let keep() do so. It counts
    from before it was asked for, by measured time, and by the clock where that has
    moved on further: a machine that slept has measured nothing. Its methods may be
    called by several threads."""

    def __init__(self, client, verifier, container):
        self._client, self._verifier, self._container = client, verifier, container
        self._one, self._stop, self._kept = threading.Lock(), threading.Event(), False
        self._secret, self._now, self._over = "", None, None  # _now: claims, and when they were asked for

    def _begin(self, token, nonce):
        answer, asked = self._client._twice("lease", token, TEXT)
        answer = _object(answer)
        self._secret = answer.get("secret")
        if not isinstance(self._secret, str):
            raise Offline("this is no answer of a license server")
        self._take(answer, nonce, asked)

    @property
    def id(self):
        return self._now[0]["lse"]["id"]

    @property
    def fence(self):
        """Above that of every lease of the license before."""
        return self._now[0]["lse"]["fen"]

    @property
    def renew_after(self):
        """Seconds after which to renew it."""
        return self._now[0]["lse"]["bea"]

    @property
    def license_id(self):
        return self._now[0]["lid"]

    @property
    def quantity(self):
        return self._now[0].get("qty", 0)

    @property
    def left(self):
        """Seconds until it ends without a renewal, its grace not counted; not above 0
        when it is over."""
        claims, asked = self._now
        return 0 if self._over else claims["exp"] - claims["iat"] - self._elapsed(asked)

    @property
    def state(self):
        """"valid", "grace" while its place still waits for a renewal, or "expired"."""
        return self._license().state or "expired"

    @property
    def runs(self):
        """Whether the program should go on: it is not over, or its license only asks
        to warn or to log. Never after end()."""
        return self._license().runs

    def has(self, feature):
        return self._license().has(feature)

    def limit(self, name):
        """A limit by name; None where the license sets none or the lease is over."""
        return self._license().limit(name)

    def renew(self):
        """Asks once. Raises Offline, Refusal and licet.Refused, and the lease goes on
        to its end; after Refusal license.lease_gone it is over: take a new one."""
        with self._one:
            asked = self._client._moment()
            try:
                self._take(_object(self._say("lease/renew")), "", asked)
            except Refusal as no:
                if no.status == 404 and no.code == "license.lease_gone":
                    self._over = self._over or no
                raise

    def end(self):
        """Gives the place back. Raises Offline if the server is not reached: the
        place frees itself then when the lease would have ended."""
        self._stop.set()
        if not self._over:
            self._over = "ended"
            self._say("lease/end")

    def keep(self, watch=None):
        """Renews it from now on in a thread that keeps no program from ending.
        watch(news, error) is told "renewed", "late" (not renewed; it goes on and is
        tried again) and at last "ended". Returns the lease."""
        if not self._kept:
            self._kept = True
            threading.Thread(target=self._keep, args=(watch or (lambda news, error: None),), daemon=True).start()
        return self

    def __enter__(self):
        return self

    def __exit__(self, *why):
        try:
            self.end()
        except (Offline, Refusal):
            pass  # it frees itself

    def _keep(self, watch):
        wait, pause = self.renew_after, min(5, self.renew_after)
        while not self._stop.wait(wait):
            news, error = "renewed", None
            try:
                self.renew()
                wait, pause = self.renew_after, min(5, self.renew_after)
            except Exception as e:  # whatever it is, it must not end the program
                news, error = "late", e
                wait, pause = max(pause, min(60, getattr(e, "retry_after", 0))), min(2 * pause, 60)
            if self._stop.is_set():
                return
            if self._over or self.state == "expired":
                self._over, news = self._over or error or "expired", "ended"
            try:
                watch(news, error)
            except Exception:
                pass  # the program's own fault
            if news == "ended":
                return

    def _say(self, path):
        lse = self._now[0]["lse"]
        say = {"iss": self._client._first.issuer, "lease": lse["id"], "fence": lse["fen"], "secret": self._secret}
        return self._client._post(path, json.dumps(say), JSON)

    def _take(self, answer, nonce, asked):
        """Takes over the lines of an answer, if they are of this lease."""
        lines = answer.get("lines")
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise Offline("this is no answer of a license server")
        found = [t for t in self._verifier.learn("\n".join(lines).encode()) if t.type == "lic"]
        if len(found) != 1:
            raise licet.Refused("update")
        c = self._verifier.open(found[0], "lic")
        here = self._client
        at = max(c["iat"], c.get("nbf", 0))
        verdict = self._verifier.check(found[0].line, at, here._product, 0, self._container, here._salted())[0]
        if verdict.code != "ok":
            raise licet.Refused(verdict.code)
        if not c.get("lse", {}).get("id") or c["exp"] <= c["iat"]:
            raise licet.Refused("update")
        if self._now is None:
            if c.get("non") != nonce:
                raise licet.Refused("not_asked")
        else:
            before, then = self._now
            if c["lse"]["id"] != before["lse"]["id"] or c["lse"]["fen"] != before["lse"]["fen"]:
                raise licet.Refused("not_asked")
            if c["iat"] < before["iat"] or c["exp"] < before["exp"]:
                raise licet.Refused("old")
            if c["iat"] == before["iat"]:
                asked = then  # the same moment there is the same moment here
        self._now = c, asked

    def _elapsed(self, since):
        return max(now - then for now, then in zip(self._client._moment(), since))

    def _license(self):
        """The license at this moment of its own time."""
        claims, asked = self._now
        if self._over == "ended":
            return licet.License(code="ended")
        end = claims["exp"] + claims.get("grc", 0)
        return licet.License(claims, end if self._over else max(claims["iat"] + self._elapsed(asked), claims.get("nbf", 0)))


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


def _object(answer):
    try:
        out = json.loads(answer)
    except ValueError:
        out = None
    if not isinstance(out, dict):
        raise Offline("this is no answer of a license server")
    return out


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
