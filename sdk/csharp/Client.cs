// A client for the tests: Client.exe PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME is
// what the machine is known by. It prints each license and how the verb went. With the verb
// lease it does what the lines of its input say and prints a line for each; its clocks
// stand still until a line moves them.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Licet;

static class Program {
  static Client c;
  static Lease lease;
  static double ticks = 100, clock;
  static ManualResetEvent over = new ManualResetEvent(false);
  static readonly SortedSet<string> news = new SortedSet<string>(StringComparer.Ordinal);

  static X509Certificate2 Certificate(string pem) {
    string[] lines = File.ReadAllLines(pem);
    return new X509Certificate2(Convert.FromBase64String(string.Concat(lines.Where(l => !l.StartsWith("-----", StringComparison.Ordinal)))));
  }

  static string Said(Func<string> verb) {
    try {
      return verb() ?? "done";
    } catch (Offline) {
      return "offline";
    } catch (Refusal e) {
      return "refused " + e.Code;
    } catch (Refused e) {
      return "not believed " + e.Code;
    }
  }

  static string Once(string verb, string argument) {
    if (verb == "activate") c.Activate(argument);
    if (verb == "refresh") c.Refresh();
    if (verb == "return") c.Return(argument);
    return null;
  }

  static void Watch(LeaseNews what, Exception error) {
    lock (news) news.Add(what.ToString().ToLowerInvariant());
    if (what == LeaseNews.Ended) over.Set();
    throw new InvalidOperationException("a fault of the program");
  }

  static string Step(string[] w) {
    switch (w[0]) {
      case "take":
        lease = c.Lease(new LeaseAsk { Code = w[1], Person = w.Length > 2 ? w[2] : "" });
        over.Reset();
        return null;
      case "again":
        lease = c.Lease(new LeaseAsk { License = lease.License });
        return null;
      case "renew":
        lease.Renew();
        return null;
      case "end":
        lease.End();
        return null;
      case "keep":
        lease.Keep(Watch);
        return null;
      case "over":
        over.WaitOne();
        return null;
      case "news":
        lock (news) return string.Join(" ", news);
      case "move":
        ticks += long.Parse(w[1]);
        clock += long.Parse(w[2]);
        return null;
      case "consume":
        Consumed got = c.Consume(w[1], long.Parse(w[2]), w[3]);
        return "spent " + got.Spent + " left " + got.Left;
      default:
        long? parts = lease.Limit("parts");
        return string.Join(" ", "lease", lease.Fence, lease.State, (long)lease.Left, lease.RenewAfter, lease.Runs ? 1 : 0, lease.Has("draw") ? 1 : 0,
          parts == null ? "-" : parts.ToString());
    }
  }

  static void Main(string[] args) {
    var o = new Options {
      Server = args[2], Certificate = Certificate(args[3]), Version = "1.0",
      Components = new Dictionary<string, string> { { "machine-id", args[4] + "-id" }, { "disk-serial", args[4] + "-disk" }, { "dmi-uuid", args[4] + "-board" } },
    };
    if (args[5] == "lease") {
      clock = Math.Floor(o.Clock());
      o.Clock = () => clock;
      o.Ticks = () => ticks;
    }
    c = new Client(File.ReadAllBytes(args[0]), args[1], o);
    if (args[5] == "lease") {
      for (string line = Console.ReadLine(); line != null; line = Console.ReadLine()) Console.WriteLine(Said(() => Step(line.Split(' '))));
      return;
    }
    string said = Said(() => Once(args[5], args.Length > 6 ? args[6] : ""));
    foreach (License l in c.Licenses()) {
      if (l.Code != "ok") Console.WriteLine("license " + l.Code);
      else Console.WriteLine("license " + l.Claims.Text("lid") + " " + l.Claims.Number("gen") + " " + l.State + " " + string.Join(",", l.Claims.List("ftr")));
    }
    Console.WriteLine(said);
  }
}
