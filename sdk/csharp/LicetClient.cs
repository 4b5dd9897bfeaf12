// Keeps the licenses of a machine: activates, refreshes and returns them over HTTPS.
// Needs Licet.cs beside it.
//
//   var c = new Licet.Client(pins, "/var/lib/acme", new Licet.Options { Product = "cad" });
//   c.Activate("7H2KM-…");
//   if (c.Licenses().Has("export.step")) …
//
// The folder holds one file with the container's private key, its licenses and the
// messages that wait for an answer; who may read it is for whoever makes the folder. It
// is written before anything is sent and after anything is learned, so that a crash or a
// lost answer repeats the same bytes: the server then takes no second seat. A license
// that is given back is gone from the disk before the message that says so is signed.
// Calls throw Offline when the server is not reached, and nothing is lost then: the next
// call of any kind sends what waits first. They throw Refusal when it says no, and
// Refused for an answer that is not to be believed.
//
// One process at a time works on a folder; another waits. What a small client leaves
// out, the Go client has: requests as files, sealed parts, restore, pairing codes, a
// clock that is put right.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;

namespace Licet {
  /// <summary>The server was not reached, or something else answered.</summary>
  public sealed class Offline : IOException {
    public Offline(string why) : base(why) { }
  }

  /// <summary>The server's no, or not now: Code is stable ("license.no_seat").</summary>
  public sealed class Refusal : Exception {
    public readonly int Status;
    public readonly string Code;

    public Refusal(int status, string code, string text) : base(code + ": " + text) {
      Status = status;
      Code = code;
    }

    /// <summary>Whether the same message would be refused again.</summary>
    public bool Final { get { return Status >= 400 && Status < 500 && Status != 408 && Status != 425 && Status != 429; } }
  }

  /// <summary>What may be set; everything has a default.</summary>
  public sealed class Options {
    /// <summary>The program's product code and version; else any, none.</summary>
    public string Product = "", Version = "";
    /// <summary>The program's release time in Unix seconds; else maintenance is not looked at.</summary>
    public long Released;
    /// <summary>The server's address; else the one in the pins.</summary>
    public string Server = "";
    /// <summary>The certificate of a server that has its own; else one that the system trusts.</summary>
    public X509Certificate2 Certificate;
    /// <summary>What the machine is known by, name to value; else its machine-id or its name.</summary>
    public Dictionary<string, string> Components = Machine();

    /// <summary>What this machine is known by, as far as a few lines can tell.</summary>
    public static Dictionary<string, string> Machine() {
      foreach (string path in new[] { "/etc/machine-id", "/var/lib/dbus/machine-id" }) {
        if (File.Exists(path)) return new Dictionary<string, string> { { "machine-id", File.ReadAllText(path).Trim() } };
      }
      return new Dictionary<string, string> { { "host", Environment.MachineName } };
    }
  }

  /// <summary>A publisher's licenses on this machine.</summary>
  public sealed class Client {
    const string stateFile = "licet-container.json", lockFile = "licet-container.lock", header = "v4.public.";

    sealed class State {
      public byte[] Seed, Pub;
      public long Counter, Epoch, Seq, Signed;
      public List<object> Trust = new List<object>(), Licenses = new List<object>(), Outbox = new List<object>();

      public string Hash { get { return Bytes.B64(Bytes.Sha256(new byte[] { 1 }, Pub)); } }
      public Claims Find(string lid) { return Licenses.Cast<Claims>().FirstOrDefault(l => l.Text("lid") == lid); }
      public List<object> Held { get { return Licenses.Cast<Claims>().Select(l => (object)Make("lid", l.Text("lid"), "gen", l.Number("gen"))).ToList(); } }
    }

    readonly byte[] pins;
    readonly string dir;
    readonly Options o;
    readonly Verifier first;
    readonly Uri exchange;

    public Client(byte[] pins, string folder, Options options) {
      this.pins = pins;
      dir = folder;
      o = options;
      first = new Verifier(pins);
      exchange = new Uri((o.Server == "" ? first.Server : o.Server).TrimEnd('/') + "/api/v1/exchange");
      if (exchange.Scheme != "https" && !(exchange.Scheme == "http" && exchange.IsLoopback)) {
        throw new ArgumentException("the server's address must begin with https://");
      }
    }

    // -------------------------------------------------------------- what it does

    /// <summary>Collects what a ticket or license key holds.</summary>
    public void Activate(string code) { Ask("act", new string(code.Where(c => !char.IsWhiteSpace(c)).ToArray())); }

    /// <summary>Asks for what waits at the server: renewed licenses, recalls, blocks.</summary>
    public void Refresh() { Ask("ref", ""); }

    /// <summary>Returns a license: it is gone from here at once, and the server is told.</summary>
    public void Return(string licenseId) {
      Locked(st => {
        Claims held = st.Find(licenseId);
        if (held != null) {
          Ours(st, held.Text("token"));
          st.Licenses.Remove(held);
          st.Outbox.Add(Make("typ", "ret", "lid", licenseId, "gen", held.Number("gen"), "ctr", 0L));
          Save(st); // durable before it is signed
        } else if (!st.Outbox.Cast<Claims>().Any(m => m.Text("lid") == licenseId)) {
          throw new ArgumentException("no such license here");
        }
        Flush(st, 0);
      });
    }

    /// <summary>Every license here with its verdict, without asking anybody.</summary>
    public Licenses Licenses() {
      State st = Load();
      var all = new Licenses();
      Verifier verifier = Trust(st);
      var here = new Here {
        Now = Math.Max(Now(), Math.Max(st.Signed, o.Released)), Product = o.Product, Released = o.Released, Container = st.Hash, Components = Salted(),
      };
      foreach (Claims held in st.Licenses) {
        foreach (License l in verifier.Check(Bytes.Ascii(held.Text("token")), here)) {
          all.Add(held.Number("blocked") != 0 && l.Code == "ok" ? new License("blocked", new Claims(), 0, 0) : l);
        }
      }
      return all;
    }

    /// <summary>A copied folder must not give the original's seat away.</summary>
    void Ours(State st, string line) {
      Claims c;
      try {
        c = Trust(st).Open(Token.Read(Bytes.Ascii(line))[0], "lic");
      } catch (Refused) {
        return; // its key was revoked: it may go
      }
      Verifier.Fits(c, st.Hash, Salted());
    }

    // -------------------------------------------------------------- messages

    static long Now() { return new Here().Now; }

    static Claims Make(params object[] pairs) {
      var c = new Claims();
      for (int i = 0; i < pairs.Length; i += 2) c.All[(string)pairs[i]] = pairs[i + 1];
      return c;
    }

    static byte[] Random(int n) {
      var raw = new byte[n];
      using (var r = RandomNumberGenerator.Create()) r.GetBytes(raw);
      return raw;
    }

    List<byte[]> Salted() { return o.Components.Select(c => first.Component(c.Key, c.Value)).ToList(); }

    void Ask(string act, string code) {
      Locked(st => {
        Flush(st, 0);
        var prints = o.Components.Select(c => (object)Make("n", c.Key, "h", Bytes.B64(first.Component(c.Key, c.Value)))).ToList();
        Claims req = Make("typ", "req", "iss", first.Issuer, "act", act, "non", Bytes.B64(Random(16)), "ctr", st.Counter + 1,
          "iat", Math.Max(Now(), st.Signed), "cnt", Make("t", "soft", "s", Bytes.B64(st.Pub)), "fp", prints, "code", code, "held", st.Held,
          "prd", o.Product, "app", Make("v", o.Version, "os", Environment.OSVersion.Platform.ToString()));
        Send(st, req);
        Flush(st, req.Number("ctr"));
      });
    }

    /// <summary>Signs a message and puts it behind those that wait.</summary>
    static void Send(State st, Claims message) {
      st.Counter = message.Number("ctr");
      Claims m = Make("typ", message.Text("typ"), "non", message.Text("non"), "ctr", st.Counter, "token", Sign(st, message));
      if (message.Text("typ") == "ret") {
        m.All["lid"] = message.Text("lid");
        m.All["gen"] = message.Number("gen");
      }
      st.Outbox.Add(m);
    }

    /// <summary>The token of a message; what is empty is left out.</summary>
    static string Sign(State st, Claims message) {
      foreach (string name in message.All.Keys.ToList()) {
        object v = message.All[name];
        if (v.Equals("") || v.Equals(0L) || v is List<object> && ((List<object>)v).Count == 0) message.All.Remove(name);
      }
      byte[] payload = Bytes.Utf8.GetBytes(Json(message)), footer = Bytes.Ascii("{\"kid\":\"" + Bytes.KeyId(st.Pub) + "\"}");
      byte[] signature = Ed25519.Sign(st.Seed, Bytes.Pae(Bytes.Ascii(header), payload, footer, Bytes.Ascii(message.Text("typ") + "/1")));
      return header + Bytes.B64(Bytes.Join(payload, signature)) + "." + Bytes.B64(footer);
    }

    void SignReturns(State st) {
      foreach (Claims m in st.Outbox.Cast<Claims>().Where(m => m.Number("ctr") == 0).ToList()) {
        st.Outbox.Remove(m);
        Send(st, Make("typ", "ret", "iss", first.Issuer, "cnt", st.Hash, "non", Bytes.B64(Random(16)), "ctr", st.Counter + 1, "iat", Now(),
          "lid", m.Text("lid"), "gen", m.Number("gen")));
      }
    }

    /// <summary>Sends what waits, in order. Another message that the server refuses for good is given
    /// up; the outcome of the one that is meant is the caller's.</summary>
    void Flush(State st, long meant) {
      SignReturns(st);
      Save(st);
      while (st.Outbox.Count > 0) {
        var m = (Claims)st.Outbox[0];
        try {
          byte[] answer = Post(m.Text("token"));
          if (m.Text("typ") == "rcp") st.Outbox.Remove(m);
          else Install(st, m, answer);
        } catch (Refusal no) {
          if (!no.Final) throw;
          st.Outbox.Remove(m);
          Save(st);
          if (m.Number("ctr") == meant || m.Text("typ") == "ret") throw;
        } catch (Refused no) {
          if (no.Code == "container" || no.Code == "fingerprint" || no.Code == "old") { // it would be the same the next time
            st.Outbox.Remove(m);
            Save(st);
          }
          throw;
        }
        Save(st);
      }
    }

    /// <summary>Takes over the answer to a message, as a whole or not at all.</summary>
    void Install(State st, Claims m, byte[] answer) {
      Verifier verifier = Trust(st);
      var lics = new List<KeyValuePair<Claims, string>>();
      var upds = new List<Claims>();
      foreach (Token t in verifier.Learn(answer)) {
        if (t.Type == "upd") upds.Add(verifier.Open(t, "upd"));
        if (t.Type == "lic") lics.Add(new KeyValuePair<Claims, string>(verifier.Open(t, "lic"), t.Line));
      }
      var all = lics.Select(l => l.Key).Concat(upds).ToList();
      if (all.Count == 0) throw new Offline("this is no answer of a license server");
      var commands = upds.SelectMany(u => u.List("cmd")).Cast<Claims>().ToList();
      long seq = all[0].Number("seq"), epoch = lics.Count > 0 ? all[0].Number("epo") : st.Epoch, at = all.Max(c => c.Number("iat"));
      if (upds.Any(u => u.Text("cnt") != st.Hash)) throw new Refused("container");
      if (all.Any(c => c.Text("non") != m.Text("non"))) throw new Refused("not_asked");
      if (upds.Count > 1 || all.Any(c => c.Number("seq") != seq)) throw new Refused("update");
      foreach (Claims c in lics.Select(l => l.Key)) {
        Verifier.Fits(c, st.Hash, Salted());
        if (c.Number("cmd") != commands.Count || c.Number("epo") != epoch) throw new Refused("update");
        Claims here = st.Find(c.Text("lid"));
        if (here != null && here.Number("gen") > c.Number("gen")) throw new Refused("old");
      }
      bool newer = lics.Count > 0 && epoch != st.Epoch ? epoch > st.Epoch : seq > st.Seq || lics.Count == 0 && at > st.Signed;
      if (!newer) throw new Refused("old");
      Obey(st, commands, false);
      foreach (var l in lics) {
        st.Licenses.Remove(st.Find(l.Key.Text("lid")));
        st.Licenses.Add(Make("lid", l.Key.Text("lid"), "gen", l.Key.Number("gen"), "token", l.Value, "blocked", 0L));
      }
      Obey(st, commands, true);
      st.Seq = seq;
      st.Epoch = Math.Max(epoch, st.Epoch);
      st.Signed = Math.Max(at, st.Signed);
      st.Trust = verifier.Lines.Cast<object>().ToList();
      st.Outbox.RemoveAll(w => ((Claims)w).Number("ctr") > 0 && ((Claims)w).Number("ctr") <= m.Number("ctr"));
      if (m.Text("typ") != "req") return;
      Send(st, Make("typ", "rcp", "iss", first.Issuer, "cnt", st.Hash, "non", m.Text("non"), "ctr", st.Counter + 1, "iat", Now(), "held", st.Held));
    }

    static void Obey(State st, List<Claims> commands, bool blocks) {
      foreach (Claims cmd in commands) {
        Claims l = st.Find(cmd.Text("lid"));
        if (l == null || l.Number("gen") > cmd.Number("gen")) continue;
        string verb = cmd.Text("c");
        if (blocks && verb == "block") l.All["blocked"] = 1L;
        if (!blocks && (verb == "recall" || verb == "replace")) st.Licenses.Remove(l);
      }
    }

    bool Trusted(X509Certificate served, SslPolicyErrors errors) {
      return o.Certificate == null ? errors == SslPolicyErrors.None : served.GetRawCertData().SequenceEqual(o.Certificate.RawData);
    }

    byte[] Post(string token) {
      var r = (HttpWebRequest)WebRequest.Create(exchange);
      r.Method = "POST";
      r.ContentType = "text/plain; charset=utf-8";
      r.Accept = "text/plain, application/problem+json";
      r.UserAgent = "licet-csharp/1";
      r.AllowAutoRedirect = r.KeepAlive = false; // a redirect would carry the code to somebody else
      r.Timeout = r.ReadWriteTimeout = 30000;
      r.ServicePoint.Expect100Continue = false;
      r.ServerCertificateValidationCallback = (sender, served, chain, errors) => Trusted(served, errors);
      try {
        byte[] body = Bytes.Ascii(token);
        r.ContentLength = body.Length;
        using (var s = r.GetRequestStream()) s.Write(body, 0, body.Length);
        using (var answer = (HttpWebResponse)r.GetResponse()) {
          if (answer.StatusCode == HttpStatusCode.OK || answer.StatusCode == HttpStatusCode.NoContent) return Read(answer);
          throw new Offline("not an answer of a license server");
        }
      } catch (WebException e) {
        using (var answer = e.Response as HttpWebResponse) {
          if (answer != null && (answer.ContentType ?? "").StartsWith("application/problem+json", StringComparison.Ordinal)) throw Problem(answer);
        }
        throw new Offline(e.Message);
      }
    }

    static byte[] Read(HttpWebResponse answer) {
      using (var s = answer.GetResponseStream())
      using (var all = new MemoryStream()) {
        var part = new byte[8192];
        for (int n = s.Read(part, 0, part.Length); n > 0 && all.Length <= 1 << 20; n = s.Read(part, 0, part.Length)) all.Write(part, 0, n);
        if (answer.ContentLength >= 0 && answer.ContentLength != all.Length) throw new Offline("the answer is torn off");
        return all.ToArray();
      }
    }

    static Exception Problem(HttpWebResponse answer) {
      try {
        Claims p = Scanner.Parse(Read(answer), null);
        if (p.Text("code") != "") return new Refusal((int)answer.StatusCode, p.Text("code"), p.Text("detail"));
      } catch (Refused) {
      }
      return new Offline("not an answer of a license server");
    }

    // -------------------------------------------------------------- the file

    Verifier Trust(State st) {
      var v = new Verifier(pins);
      v.Learn(Bytes.Ascii(string.Join("\n", st.Trust.Cast<string>())));
      return v;
    }

    void Locked(Action<State> work) {
      Directory.CreateDirectory(dir);
      using (Lock()) work(Load());
    }

    FileStream Lock() {
      for (int tries = 0; ; tries++) {
        FileStream f = null;
        try {
          f = new FileStream(Path.Combine(dir, lockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
          f.Lock(0, 1); // not everywhere does FileShare hold between processes
          return f;
        } catch (IOException) {
          if (f != null) f.Dispose();
          if (tries == 600) throw;
          Thread.Sleep(50);
        }
      }
    }

    State Load() {
      var st = new State();
      string path = Path.Combine(dir, stateFile);
      if (File.Exists(path)) Read(st, File.ReadAllBytes(path));
      else st.Seed = Random(32);
      st.Pub = Ed25519.Public(st.Seed);
      return st;
    }

    void Read(State st, byte[] raw) {
      try {
        Claims c = Scanner.Parse(raw, null);
        if (c.Number("format") != 1 || c.Text("issuer") != first.Issuer) throw new InvalidDataException("this folder holds another container");
        st.Seed = Bytes.Unb64(c.Text("seed"));
        st.Counter = c.Number("counter");
        st.Epoch = c.Number("epoch");
        st.Seq = c.Number("seq");
        st.Signed = c.Number("signed");
        st.Trust = c.List("trust");
        st.Licenses = c.List("licenses");
        st.Outbox = c.List("outbox");
      } catch (Refused e) {
        throw new InvalidDataException("the container's file is damaged", e); // it is never overwritten
      }
    }

    /// <summary>Replaces the file as a whole and returns when it is on the disk. The name of the file is
    /// not forced to the disk: after a loss of power the file before may stand there, whose messages the
    /// server answers again.</summary>
    void Save(State st) {
      string path = Path.Combine(dir, stateFile), fresh = path + ".new";
      byte[] raw = Bytes.Utf8.GetBytes(Json(Make("format", 1L, "issuer", first.Issuer, "seed", Bytes.B64(st.Seed), "counter", st.Counter,
        "epoch", st.Epoch, "seq", st.Seq, "signed", st.Signed, "trust", st.Trust, "licenses", st.Licenses, "outbox", st.Outbox)));
      using (var f = new FileStream(fresh, FileMode.Create, FileAccess.Write)) {
        f.Write(raw, 0, raw.Length);
        f.Flush(true);
      }
      if (File.Exists(path)) File.Replace(fresh, path, null);
      else File.Move(fresh, path);
    }

    static string Json(object v) {
      if (v is Claims) return "{" + string.Join(",", ((Claims)v).All.Select(p => Json(p.Key) + ":" + Json(p.Value))) + "}";
      if (v is List<object>) return "[" + string.Join(",", ((List<object>)v).Select(Json)) + "]";
      if (v is long) return ((long)v).ToString(CultureInfo.InvariantCulture);
      var o = new StringBuilder("\"");
      foreach (char c in (string)v) {
        if (c < ' ') o.AppendFormat(CultureInfo.InvariantCulture, "\\u{0:x4}", (int)c);
        else o.Append(c == '"' || c == '\\' ? "\\" : "").Append(c);
      }
      return o.Append('"').ToString();
    }
  }
}
