"""A client for the tests: client.py PINS FOLDER SERVER CA NAME VERB [ARGUMENT].
NAME is what the machine is known by. It prints each license and how the verb went.
With the verb lease it does what the lines of its input say and prints a line for each;
its clocks stand still until a line moves them."""

import sys
import threading
import time

import licet
import licet_client


def components(name):
    return {"machine-id": name + "-id", "disk-serial": name + "-disk", "dmi-uuid": name + "-board"}


def said(work, *arguments):
    try:
        return work(*arguments) or "done"
    except licet_client.Offline:
        return "offline"
    except licet_client.Refusal as e:
        return "refused " + e.code
    except licet.Refused as e:
        return "not believed " + e.code


class Leases:
    def __init__(self, *where, **options):
        self.ticks, self.clock, self.lease, self.over, self.news = 100.0, int(time.time()), None, threading.Event(), set()
        self.c = licet_client.Client(*where, clock=lambda: self.clock, ticks=lambda: self.ticks, **options)

    def take(self, code, person=""):
        self.lease = self.c.lease(code, person=person)
        self.over.clear()

    def again(self):
        self.lease = self.c.lease(license_id=self.lease.license_id)

    def move(self, ticks, clock):
        self.ticks, self.clock = self.ticks + int(ticks), self.clock + int(clock)

    def keep(self):
        self.lease.keep(self.watch)

    def wait(self):
        self.over.wait()

    def watch(self, news, error):
        self.news.add(news)
        if news == "ended":
            self.over.set()
        raise RuntimeError("a fault of the program")

    def consume(self, key, units, nonce):
        spent = self.c.consume(key, int(units), nonce)
        return f"spent {spent['spent']} left {spent['left']}"

    def run(self, verb, *arguments):
        if verb == "look":
            x = self.lease
            print("lease", x.fence, x.state, int(x.left), x.renew_after, int(x.runs), int(x.has("draw")), "-" if x.limit("parts") is None else x.limit("parts"), flush=True)
        elif verb == "news":
            print(*sorted(self.news), flush=True)
        else:
            do = {"take": self.take, "again": self.again, "move": self.move, "consume": self.consume, "keep": self.keep, "over": self.wait}.get(verb) or {
                "renew": self.lease.renew, "end": self.lease.end}[verb]
            print(said(do, *arguments), flush=True)


def main(pins, folder, server, ca, name, verb, *argument):
    with open(pins, "rb") as f:
        pins = f.read()
    options = {"server": server, "ca": ca, "version": "1.0", "components": components(name)}
    if verb == "lease":
        leases = Leases(pins, folder, **options)
        for line in sys.stdin:
            leases.run(*line.split())
        return
    c = licet_client.Client(pins, folder, **options)
    outcome = said({"activate": c.activate, "refresh": c.refresh, "return": c.give_back, "list": lambda: None}[verb], *argument)
    for lic in c.licenses():
        if lic.code == "ok":
            print("license", lic.claims["lid"], lic.claims["gen"], lic.state, ",".join(lic.claims.get("ftr", ())))
        else:
            print("license", lic.code)
    print(outcome)


main(*sys.argv[1:])
