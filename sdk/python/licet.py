"""Verifies Licet license files, offline. One file; needs Python 3.9 and the
package `cryptography`.

    licenses = licet.Verifier(pins).check(file, product="cad")
    if licenses.has("export.step"): ...

pins is the JSON that the publisher's `licet key pins` exports, embedded in the
program; file is the bytes of the license file. Nothing here reads a clock, a file
or the network, but for `now` where the caller gives none. What is accepted and
why something is refused is docs/reference/verifier.md, to the letter; the vectors
in wire/testdata/files.txt hold this file to it.
"""

import base64
import hashlib
import hmac
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_TOKEN, MAX_FILE, MAX_LINES, MAX_PINS = 16384, 1 << 20, 1000, 64 << 10
MAX_COUNT, MAX_TIME, MAX_GRACE, MAX_LEASE = 1 << 53, 253402300799, 316224000, 86400
ED25519, P256 = b"v4.public.", b"lct.p256."


class Refused(Exception):
    """Why something is not believed; code is one of the specification's."""

    def __init__(self, code):
        super().__init__("licet: " + code)
        self.code = code


# ---------------------------------------------------------------- encodings


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    """The bytes of exactly the one base64url text that stands for them."""
    if isinstance(text, str):
        text = text.encode()
    try:
        raw = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except ValueError:
        raise Refused("malformed") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != text:
        raise Refused("malformed")
    return raw


def key_id(public):
    return b64(hashlib.sha256(public).digest()[:8])


def pae(*pieces):
    """PASETO's pre-authentication encoding."""
    out = len(pieces).to_bytes(8, "little")
    for p in pieces:
        out += len(p).to_bytes(8, "little") + p
    return out


# ---------------------------------------------------------------- strict JSON

# A schema says what a value must be: "s" a text, "i" an integer, [x] a list of x,
# {"*": x} an object of any names, other objects exactly these names; unknown
# names may hold anything.
_HELD = {"lid": "s", "gen": "i", "spt": "i"}
_LIMITS = {"*": "i"}
LIC = {
    "typ": "s", "iss": "s", "lid": "s", "gen": "i", "art": "s", "prd": "s", "mdl": "s", "ftr": ["s"], "lim": _LIMITS, "unt": "s", "qty": "i",
    "iat": "i", "nbf": "i", "exp": "i", "grc": "i", "mnt": "i", "enf": "s", "seq": "i", "epo": "i", "hld": "s", "ser": "s", "non": "s",
    "cmd": "i", "nxt": "i", "sec": "s", "cnt": {"t": "s", "k": "s", "f": ["s"], "n": "i"}, "lse": {"id": "s", "fen": "i", "bea": "i"},
}
IKC = {"typ": "s", "iss": "s", "kid": "s", "pub": "s", "use": ["s"], "nbf": "i", "exp": "i", "iat": "i"}
RVK = {"typ": "s", "iss": "s", "obj": "s", "kid": "s", "iat": "i", "why": "s", "kno": "s", "par": "i", "pts": "i"}
ROT = {"typ": "s", "iss": "s", "kid": "s", "pub": "s", "iat": "i"}
BLK = {"typ": "s", "iss": "s", "seq": "i", "iat": "i", "lic": [_HELD], "cnt": ["s"], "par": "i", "pts": "i"}
UPD = {"typ": "s", "iss": "s", "cnt": "s", "non": "s", "seq": "i", "iat": "i", "cmd": [{"c": "s", "lid": "s", "gen": "i", "why": "s"}]}
PINS = {"iss": "s", "roots": [{"kid": "s", "pub": "s"}], "salt": "s", "depot": "s", "server": "s"}

_BEGINS = {"s": b'"', "i": b"-0123456789", "b": b"tf", "o": b"{", "l": b"["}
_ESCAPES = {0x22: '"', 0x5C: "\\", 0x2F: "/", 0x62: "\b", 0x66: "\f", 0x6E: "\n", 0x72: "\r", 0x74: "\t"}


def _kind(schema):
    return schema if isinstance(schema, str) else "l" if isinstance(schema, list) else "o"


class _Scanner:
    """Reads the text once and stops at the first fault."""

    def __init__(self, raw):
        self.b, self.i = raw + b"\0", 0  # a NUL ends it, and is valid nowhere

    def skip(self):
        while self.b[self.i] in b" \t\r\n":
            self.i += 1

    def fail(self):
        raise Refused("malformed")

    def value(self, schema, depth):
        c = self.b[self.i]
        if schema is not None and c not in _BEGINS[_kind(schema)]:
            self.fail()
        if c == 0x22:
            return self.text()[0]
        if c == 0x7B:
            return self.object(schema, depth + 1)
        if c == 0x5B:
            return self.list(schema, depth + 1)
        if c == 0x2D or 0x30 <= c <= 0x39:
            return self.integer()
        for word, value in ((b"true", True), (b"false", False)):
            if self.b.startswith(word, self.i):
                self.i += len(word)
                return value
        self.fail()

    def object(self, schema, depth):
        if depth > 16:
            self.fail()
        out = {}
        self.i += 1
        self.skip()
        if self.b[self.i] == 0x7D:
            self.i += 1
            return out
        while True:
            self.skip()
            if self.b[self.i] != 0x22:
                self.fail()
            name, escaped = self.text()
            if escaped:
                self.fail()
            if name in out:
                raise Refused("duplicate_key")
            if len(out) >= 128:
                self.fail()
            out[name] = None
            self.skip()
            if self.b[self.i] != 0x3A:
                self.fail()
            self.i += 1
            self.skip()
            out[name] = self.value(self.inner(schema, name), depth)
            if self.next(0x7D):
                return out

    @staticmethod
    def inner(schema, name):
        if schema is None or "*" in schema:
            return schema and schema["*"]
        if name not in schema and _fold(name) in schema:
            raise Refused("duplicate_key")  # a claim's name in another case
        return schema.get(name)

    def list(self, schema, depth):
        if depth > 16:
            self.fail()
        out = []
        self.i += 1
        self.skip()
        if self.b[self.i] == 0x5D:
            self.i += 1
            return out
        while True:
            self.skip()
            out.append(self.value(schema and schema[0], depth))
            if self.next(0x5D):
                return out

    def next(self, end):
        self.skip()
        c = self.b[self.i]
        if c != end and c != 0x2C:
            self.fail()
        self.i += 1
        return c == end

    def text(self):
        self.i += 1
        out, start, escaped = [], self.i, False
        while True:
            c = self.b[self.i]
            if c == 0x22 or c == 0x5C:
                try:
                    out.append(self.b[start : self.i].decode("utf-8"))
                except UnicodeDecodeError:
                    self.fail()
                self.i += 1
                if c == 0x22:
                    return "".join(out), escaped
                out.append(self.escape())
                start, escaped = self.i, True
            elif c < 0x20:
                self.fail()
            else:
                self.i += 1

    def escape(self):
        c = self.b[self.i]
        self.i += 1
        if c in _ESCAPES:
            return _ESCAPES[c]
        if c != 0x75:
            self.fail()
        high = self.hex4()
        if 0xDC00 <= high < 0xE000:
            self.fail()
        if high < 0xD800 or high >= 0xE000:
            return chr(high)
        if self.b[self.i : self.i + 2] != b"\\u":
            self.fail()
        self.i += 2
        low = self.hex4()
        if not 0xDC00 <= low < 0xE000:
            self.fail()
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)

    def hex4(self):
        digits = self.b[self.i : self.i + 4]
        if len(digits) != 4 or any(d not in b"0123456789abcdefABCDEF" for d in digits):
            self.fail()
        self.i += 4
        return int(digits, 16)

    def integer(self):
        start = self.i
        if self.b[self.i] == 0x2D:
            self.i += 1
        first = self.i
        while 0x30 <= self.b[self.i] <= 0x39:
            self.i += 1
        digits = self.b[first : self.i]
        value = int(self.b[start : self.i]) if digits and len(digits) <= 19 else 1 << 64
        if len(digits) > 1 and digits[0] == 0x30 or first > start and value == 0 or not -(1 << 63) <= value < 1 << 63:
            self.fail()
        return value


def _fold(name):
    """Names as a decoder sees them that ignores case; two signs fold to letters."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name).replace("\u017f", "s").replace("\u212a", "k")


def parse(raw, schema):
    """One JSON object in the strict form, with the kinds of the schema."""
    s = _Scanner(raw)
    s.skip()
    if s.b[s.i] != 0x7B:
        s.fail()
    out = s.object(schema, 1)
    s.skip()
    if s.i != len(raw):
        s.fail()
    return out


# ---------------------------------------------------------------- claims

_UNPRINTABLE = (
    (0x00, 0x1F), (0x7F, 0xA0), (0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891),
    (0x8E2, 0x8E2), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x206F), (0x3000, 0x3000),
    (0xD800, 0xF8FF), (0xFEFF, 0xFEFF), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0x110BD, 0x110BD), (0x110CD, 0x110CD),
    (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE007F), (0xF0000, 0x10FFFF),
)


def _need(good):
    if not good:
        raise Refused("claim")


def _id(s, must=True):
    _need((s or not must) and len(s) <= 64 and all("!" <= c <= "~" and c not in '"\\|' for c in s))


def _text(s, must=False):
    _need((s or not must) and len(s.encode()) <= 64 and not any(lo <= ord(c) <= hi for c in s for lo, hi in _UNPRINTABLE))


def _bin(s, n, must=True):
    if s or must:
        try:
            _need(len(unb64(s)) == n)
        except (Refused, UnicodeEncodeError):
            raise Refused("claim") from None


def _num(v, low, high):
    _need(low <= v <= high)


def _time(v, must=False):
    _num(v, 1 if must else 0, MAX_TIME)


def _key(kid, pub):
    _bin(kid, 8)
    _bin(pub, 32)
    _need(key_id(unb64(pub)) == kid)


def _check_lic(c):
    g = c.get
    _id(g("lid", ""))
    _num(g("gen", 0), 1, MAX_COUNT)
    _text(g("art", ""))
    _text(g("prd", ""), True)
    _text(g("mdl", ""))
    _need(len(g("ftr", ())) <= 128)
    for f in g("ftr", ()):
        _text(f, True)
    _need(len(g("lim", ())) <= 64)
    for name, v in g("lim", {}).items():
        _id(name)
        _num(v, -MAX_COUNT, MAX_COUNT)
    _id(g("unt", ""), False)
    for name in ("qty", "seq", "epo"):
        _num(g(name, 0), 0, MAX_COUNT)
    _time(g("iat", 0), True)
    for name in ("nbf", "exp", "mnt", "nxt"):
        _time(g(name, 0))
    _need(g("exp", 0) == 0 or g("exp") > g("nbf", 0))
    _num(g("grc", 0), 0, MAX_GRACE)
    _need(g("enf") in ("enforce", "warn", "log"))
    _id(g("hld", ""), False)
    _bin(g("ser", ""), 8)
    _bin(g("non", ""), 16, False)
    _num(g("cmd", 0), 0, 256)
    sealed = g("sec", "")
    if sealed:
        _need(len(sealed) <= 8192)
        try:
            unb64(sealed)
        except (Refused, UnicodeEncodeError):
            raise Refused("claim") from None
    _check_binding(g("cnt", {}))
    _check_lease(g("lse", {}), c)


def _check_binding(c):
    prints, least = c.get("f", ()), c.get("n", 0)
    if not c.get("k"):
        _need(not c.get("t") and not prints and least == 0)
        return
    _need(c.get("t") in ("soft", "hardware", "cloud"))
    _bin(c["k"], 32)
    _need(len(prints) <= 32)
    for f in prints:
        _bin(f, 8)
    _num(least, 0, len(prints))


def _check_lease(c, lic):
    if not c.get("id") and not c.get("fen") and not c.get("bea"):
        return
    _id(c.get("id", ""))
    _num(c.get("fen", 0), 1, MAX_COUNT)
    _num(c.get("bea", 0), 1, MAX_LEASE)
    _need(lic.get("exp", 0) != 0 and lic.get("cnt", {}).get("k"))


def _check_ikc(c):
    use = c.get("use", ())
    _key(c.get("kid", ""), c.get("pub", ""))
    _need(1 <= len(use) <= 4 and len(set(use)) == len(use) and set(use) <= {"lic", "upd", "val", "blk"})
    for name in ("nbf", "exp", "iat"):
        _time(c.get(name, 0), True)
    _need(c["exp"] > c["nbf"])


def _check_part(c):
    part, parts = c.get("par", 0), c.get("pts", 0)
    _need(0 <= parts <= 1000 and 0 <= part <= parts and (parts == 0 or part > 0))


def _check_rvk(c):
    _need(c.get("obj") in ("ikc", "root"))
    _bin(c.get("kid", ""), 8)
    _time(c.get("iat", 0), True)
    _text(c.get("why", ""))
    try:
        known = unb64(c.get("kno", ""))
    except (Refused, UnicodeEncodeError):
        raise Refused("claim") from None
    serials = [known[i : i + 8] for i in range(0, len(known), 8)]
    _need(len(known) % 8 == 0 and all(a < b for a, b in zip(serials, serials[1:])))
    _need(c["obj"] == "ikc" or not known and c.get("pts", 0) == 0)
    _check_part(c)
    c["serials"] = set(serials)


def _check_rot(c):
    _key(c.get("kid", ""), c.get("pub", ""))
    _time(c.get("iat", 0), True)


def _check_blk(c):
    _num(c.get("seq", 0), 1, MAX_COUNT)
    _time(c.get("iat", 0), True)
    _need(len(c.get("lic", ())) <= 512 and len(c.get("cnt", ())) <= 512)
    for h in c.get("lic", ()):
        _id(h.get("lid", ""))
        _num(h.get("gen", 0), 1, MAX_COUNT)
        _num(h.get("spt", 0), 0, MAX_COUNT)
    for k in c.get("cnt", ()):
        _bin(k, 32)
    _check_part(c)


def _check_upd(c):
    _bin(c.get("cnt", ""), 32)
    _bin(c.get("non", ""), 16)
    _num(c.get("seq", 0), 1, MAX_COUNT)
    _time(c.get("iat", 0), True)
    _need(len(c.get("cmd", ())) <= 256)
    for cmd in c.get("cmd", ()):
        do, bound = cmd.get("c", ""), cmd.get("c") in ("recall", "replace", "block")
        if bound or do in ("ack", "time"):
            _id(cmd.get("lid", ""), bound)
            _num(cmd.get("gen", 0), 1 if bound else 0, MAX_COUNT)
        else:
            _id(do)
        _id(cmd.get("why", ""), False)


_TYPES = {"upd": (UPD, _check_upd), "lic": (LIC, _check_lic), "ikc": (IKC, _check_ikc), "rvk": (RVK, _check_rvk), "rot": (ROT, _check_rot), "blk": (BLK, _check_blk)}


# ---------------------------------------------------------------- tokens


class _Token:
    """A line taken apart; nothing in it is trusted."""

    def __init__(self, line):
        if len(line) > MAX_TOKEN:
            raise Refused("too_long")
        self.line = line
        self.header = ED25519 if line.startswith(ED25519) else P256
        body, dot, footer = line[len(self.header) :].partition(b".")
        if not dot or len(footer) != 28:
            raise Refused("malformed")
        body, self.footer = unb64(body), unb64(footer)
        if len(body) <= 64 or self.footer[:8] != b'{"kid":"' or self.footer[19:] != b'"}':
            raise Refused("malformed")
        unb64(self.footer[8:19])
        self.kid = self.footer[8:19].decode()
        self.payload, self.signature = body[:-64], body[-64:]
        head = body[:12]
        self.type = head[8:11].decode("latin-1") if len(body) >= 12 and head[:8] == b'{"typ":"' and head[11:] == b'"' else ""

    def open(self, typ, keys):
        """The claims, if the token verifies as the type with the keys."""
        public = keys.get(self.kid)
        if public is None:
            raise Refused("unknown_key")
        if self.header != ED25519:
            raise Refused("suite")
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(
                self.signature, pae(self.header, self.payload, self.footer, typ.encode() + b"/1"))
        except (InvalidSignature, ValueError):
            raise Refused("signature") from None
        if len(self.payload) < 12 or self.type != typ:
            raise Refused("type")
        schema, check = _TYPES[typ]
        claims = parse(self.payload, schema)
        _id(claims.get("iss", ""))
        check(claims)
        return claims


def tokens(file):
    """The tokens of a license file, in order. Lines that are none mean nothing."""
    if len(file) > MAX_FILE:
        raise Refused("too_long")
    if file.startswith(b"\xef\xbb\xbf"):
        file = file[3:]
    lines = file.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if not lines[-1]:
        lines.pop()
    out = []
    for number, line in enumerate(lines, 1):
        if number > MAX_LINES:
            raise Refused("too_long")
        line = line.strip(b" \t")
        if line.startswith((ED25519, P256)):
            out.append(_Token(line))
    return out


# ---------------------------------------------------------------- trust


class Verifier:
    """What is believed of one publisher: its pinned roots, and what files of
    root-signed lines have taught since. Give it every line you ever got."""

    def __init__(self, pins):
        if len(pins) > MAX_PINS:
            raise Refused("too_long")
        p = parse(pins, PINS)
        self.issuer = p.get("iss", "")
        _id(self.issuer)
        roots = p.get("roots", [])
        _need(1 <= len(roots) <= 8)
        for r in roots:
            _key(r.get("kid", ""), r.get("pub", ""))
        _need(len({r["kid"] for r in roots}) == len(roots))
        try:
            self.salt = unb64(p.get("salt", ""))
        except (Refused, UnicodeEncodeError):
            raise Refused("claim") from None
        _need(16 <= len(self.salt) <= 64)
        _need(len(p.get("server", "").encode()) <= 1024)
        self.server = p.get("server", "")
        self.rank = {r["kid"]: n for n, r in enumerate(roots, 1)}
        self.roots = {r["kid"]: unb64(r["pub"]) for r in roots}
        self.sponsors, self.fallen = {}, set()
        self.certs, self.issuers, self.revoked = {}, {}, {}
        self.seen, self.lists = set(), {}

    def component(self, name, value):
        """The 16 bytes that stand for a component of a machine."""
        return hmac.new(self.salt, (name + ":" + value).encode(), hashlib.sha256).digest()[:16]

    def learn(self, file):
        """Takes over what the roots say in a file, and its block lists. Lines that
        are not believed teach nothing. Raises Refused for a damaged file."""
        lines = tokens(file)
        for typ, add in (("rot", self._add_root), ("rvk", self._add_revocation), ("ikc", self._add_cert)):
            for t in lines:
                if t.type == typ and t.line not in self.seen:
                    try:
                        claims = t.open(typ, self.roots)
                        if claims["iss"] != self.issuer:
                            raise Refused("issuer")
                        add(t.kid, claims)
                        self.seen.add(t.line)
                    except Refused:
                        pass
        for t in lines:
            if t.type == "blk" and t.line not in self.lists:
                try:
                    self.open(t, "blk")
                    self.lists[t.line] = t
                except Refused:
                    pass
        return lines

    def _add_root(self, root, c):
        if root not in self.rank:
            raise Refused("rank")
        if c["kid"] in self.rank:
            return
        if c["kid"] in self.issuers:
            raise Refused("rank")
        self.roots[c["kid"]] = unb64(c["pub"])
        self.sponsors.setdefault(c["kid"], set()).add(root)

    def _add_revocation(self, root, c):
        kid = c["kid"]
        if c["obj"] == "root":
            if root != kid and self.rank.get(root, 0) <= self.rank.get(kid, 0):
                raise Refused("rank")
            self.fallen.add(kid)
            return
        newest = self.revoked.setdefault(kid, {}).setdefault(root, [c["iat"], set()])
        if c["iat"] > newest[0]:
            newest[:] = [c["iat"], set()]
        if c["iat"] == newest[0]:
            newest[1] |= c["serials"]

    def _add_cert(self, root, c):
        if c["kid"] in self.roots:
            raise Refused("rank")
        self.certs.setdefault(c["kid"], []).append((root, c))
        self.issuers[c["kid"]] = unb64(c["pub"])

    def _live(self, root):
        if root in self.fallen:
            return False
        return root in self.rank or any(s not in self.fallen for s in self.sponsors.get(root, ()))

    def open(self, token, typ):
        """The claims of a token of an issuing key that was allowed to sign it."""
        c = token.open(typ, self.issuers)
        if c["iss"] != self.issuer:
            raise Refused("issuer")
        why = "unknown_key"
        for root, cert in self.certs.get(token.kid, ()):
            if typ not in cert["use"]:
                why = "use"
            elif not cert["nbf"] <= c["iat"] <= cert["exp"]:
                why = "window"
            elif not self._live(root):
                why = "revoked"
            else:
                serial = unb64(c.get("ser", "")) if typ == "lic" else b""
                if any(serial not in known for _, known in self.revoked.get(token.kid, {}).values()):
                    raise Refused("revoked")
                return c
        raise Refused(why)

    def _blocked(self, lic, container):
        by_seq = {}
        for t in self.lists.values():
            try:
                c = self.open(t, "blk")
                by_seq.setdefault(c["seq"], []).append(c)
            except Refused:
                pass  # its key was revoked meanwhile
        for seq in sorted(by_seq, reverse=True):
            parts = by_seq[seq]
            count = parts[0].get("pts", 0)
            numbers = {c.get("par", 0) for c in parts}
            if len(numbers) != len(parts) or len(parts) != max(count, 1) or any(c.get("pts", 0) != count for c in parts):
                continue  # not whole
            for c in parts:
                if container and lic["iat"] <= c["iat"] and container in c.get("cnt", ()):
                    return True
                if any(h["lid"] == lic["lid"] and lic["gen"] <= h["gen"] for h in c.get("lic", ())):
                    return True
            return False
        return False

    def check(self, file, now=None, product="", released=0, container="", components=()):
        """Judges every license in a file and returns Licenses. now is the trusted
        time in Unix seconds, released the program's release time (0: do not look at
        maintenance), container the key hash of this machine's container, components
        the 16 bytes of each of its components. Raises Refused for a damaged file."""
        now = int(time.time()) if now is None else now
        out = Licenses()
        for t in self.learn(file):
            if t.type == "lic":
                out.append(self._judge(t, now, product, released, container, components))
        return out

    def _judge(self, token, now, product, released, container, components):
        try:
            if now <= 0:
                raise Refused("claim")
            c = self.open(token, "lic")
            if product and product != c["prd"]:
                raise Refused("product")
            fits(c, container, components)
            if self._blocked(c, container):
                raise Refused("blocked")
            return License(c, now, released)
        except Refused as e:
            return License(code=e.code)


def fits(lic, container, components):
    """Raises Refused if a license is bound to another container or machine."""
    bound = lic.get("cnt", {})
    if bound.get("k"):
        if bound["k"] != container:
            raise Refused("container")
        here = {b64(x[:8]) for x in components}
        if len(here & set(bound.get("f", ()))) < bound.get("n", 0):
            raise Refused("fingerprint")


class Licenses(list):
    """The licenses of a file, each with its verdict."""

    def has(self, feature):
        return any(lic.has(feature) for lic in self)

    def limit(self, name):
        """The greatest of the limits that licenses which run set; None: none does."""
        found = [v for v in (lic.limit(name) for lic in self) if v is not None]
        return max(found) if found else None


class License:
    """One license. code is "ok", or why it is none for this program here; state is
    valid, grace, not_yet, expired or unmaintained; until the second at which that
    changes or has changed (0: never); runs whether the program should go on."""

    def __init__(self, claims=None, now=0, released=0, code="ok"):
        self.code, self.claims = code, claims or {}
        self.state, self.until, self.runs, self.enforce = "", 0, False, self.claims.get("enf", "")
        if code != "ok":
            return
        g = self.claims.get
        start, exp, end, mnt = g("nbf", 0), g("exp", 0), g("exp", 0) + g("grc", 0), g("mnt", 0)
        self.state, self.until = "valid", exp
        if start > now:
            self.state, self.until = "not_yet", start
        elif exp and now >= end:
            self.state, self.until = "expired", end
        elif mnt and released >= mnt:
            self.state, self.until = "unmaintained", mnt
        elif exp and now >= exp:
            self.state, self.until = "grace", end
        self.runs = self.state in ("valid", "grace") or self.enforce in ("warn", "log")

    def has(self, feature):
        """Whether the program may use a feature; "*" stands for all of them."""
        features = self.claims.get("ftr", ())
        return self.runs and (feature in features or "*" in features)

    def limit(self, name):
        """A limit by name; None where the license sets none."""
        return self.claims.get("lim", {}).get(name) if self.runs else None
