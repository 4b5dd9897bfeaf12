"""A client for the tests: client.py PINS FOLDER SERVER CA NAME VERB [ARGUMENT].
NAME is what the machine is known by. It prints each license and how the verb went."""

import sys

import licet
import licet_client


def main(pins, folder, server, ca, name, verb, *argument):
    with open(pins, "rb") as f:
        c = licet_client.Client(f.read(), folder, server=server, ca=ca, version="1.0",
                                components={"machine-id": name + "-id", "disk-serial": name + "-disk", "dmi-uuid": name + "-board"})
    try:
        {"activate": c.activate, "refresh": c.refresh, "return": c.give_back, "list": lambda: None}[verb](*argument)
        said = "done"
    except licet_client.Offline:
        said = "offline"
    except licet_client.Refusal as e:
        said = "refused " + e.code
    except licet.Refused as e:
        said = "not believed " + e.code
    for lic in c.licenses():
        if lic.code == "ok":
            print("license", lic.claims["lid"], lic.claims["gen"], lic.state, ",".join(lic.claims.get("ftr", ())))
        else:
            print("license", lic.code)
    print(said)


main(*sys.argv[1:])
