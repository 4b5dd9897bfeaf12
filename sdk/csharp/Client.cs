// A client for the tests: Client.exe PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME is
// what the machine is known by. It prints each license and how the verb went.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using Licet;

static class Program {
  static X509Certificate2 Certificate(string pem) {
    string[] lines = File.ReadAllLines(pem);
    return new X509Certificate2(Convert.FromBase64String(string.Concat(lines.Where(l => !l.StartsWith("-----", StringComparison.Ordinal)))));
  }

  static void Main(string[] args) {
    var c = new Client(File.ReadAllBytes(args[0]), args[1], new Options {
      Server = args[2], Certificate = Certificate(args[3]), Version = "1.0",
      Components = new Dictionary<string, string> { { "machine-id", args[4] + "-id" }, { "disk-serial", args[4] + "-disk" }, { "dmi-uuid", args[4] + "-board" } },
    });
    string said = "done";
    try {
      if (args[5] == "activate") c.Activate(args[6]);
      if (args[5] == "refresh") c.Refresh();
      if (args[5] == "return") c.Return(args[6]);
    } catch (Offline) {
      said = "offline";
    } catch (Refusal e) {
      said = "refused " + e.Code;
    } catch (Refused e) {
      said = "not believed " + e.Code;
    }
    foreach (License l in c.Licenses()) {
      if (l.Code != "ok") Console.WriteLine("license " + l.Code);
      else Console.WriteLine("license " + l.Claims.Text("lid") + " " + l.Claims.Number("gen") + " " + l.State + " " + string.Join(",", l.Claims.List("ftr")));
    }
    Console.WriteLine(said);
  }
}
