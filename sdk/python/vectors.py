"""Reads the vectors of files.txt from standard input and prints "id verdict"."""

import sys
from urllib.parse import unquote_to_bytes

import licet


def verdict(lic, c):
    if lic.code != "ok":
        return lic.code
    has = "".join("1" if lic.has(f) else "0" for f in c["has"])
    limits = ",".join("-" if lic.limit(n) is None else str(lic.limit(n)) for n in c["lim"])
    return f"ok:{lic.state}:{lic.enforce}:{lic.until}:{int(lic.runs)}:{has}:{limits}"


def judge(v, pieces, checks):
    c = checks[v["check"][0]]
    file = b"".join(pieces[name] + b"\n" for name in v["file"][0].split(","))
    for edit in v.get("edit", ()):
        place, _, by = edit.partition("+")
        at, _, n = place.partition("-")
        file = file[: int(at)] + bytes.fromhex(by) + file[int(at) + int(n) :]
    try:
        verifier = licet.Verifier(pieces[v["pins"][0]])
        found = verifier.check(file, c["now"], c["product"], c["released"], c["container"], c["components"])
    except licet.Refused as e:
        return e.code
    return "|".join(verdict(lic, c) for lic in found) or "none"


def main():
    pieces, checks = {}, {}
    for line in sys.stdin.buffer:
        if line.startswith(b"#"):
            continue
        v = {}
        for pair in line.decode().rstrip("\n").split(" "):
            name, _, value = pair.partition("=")
            v.setdefault(name, []).append(value)
        if "set" in v:
            pieces[v["set"][0]] = unquote_to_bytes(v["text"][0])
        elif "id" in v:
            print(v["id"][0], judge(v, pieces, checks))
        elif "check" in v:
            parts = lambda name: v[name][0].split(",") if v[name][0] else []
            checks[v["check"][0]] = {
                "now": int(v["now"][0]), "released": int(v["released"][0]), "product": unquote_to_bytes(v["product"][0]).decode(),
                "container": unquote_to_bytes(v["container"][0]).decode(), "components": [licet.unb64(c) for c in parts("components")],
                "has": parts("has"), "lim": parts("lim"),
            }


main()
