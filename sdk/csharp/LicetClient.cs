// Keeps the licenses of a machine: activates, refreshes and returns them over HTTPS, and
// takes leases of floating ones. Needs Licet.cs beside it.
//
//   var c = new Licet.Client(pins, "/var/lib/acme", new Licet.Options { Product = "cad" });
//   c.Activate("7H2KM-…");
//   if (c.Licenses().Has("export.step")) …
//
//   using (var lease = c.Lease(new Licet.LeaseAsk { Code = "F3WQN-…" }).Keep(null)) {
//     if (lease.Has("draw")) …
//   }
//
// The folder holds one file with the container's private key, its licenses and the
// messages that wait for an answer; who may read it is for whoever makes the folder. It
// is written before anything is sent and after anything is learned, so that a crash or a
// lost answer repeats the same bytes: the server then takes no second seat. A license
// that is given back is gone from the disk before the message that says so is signed.
// Calls throw Offline when the server is not reached, and nothing is lost then: the next
// activation, refresh or return sends what waits first. They throw Refusal when it says
// no, and Refused for an answer that is not to be believed.
//
// One process at a time works on a folder; another waits. What a small client leaves
// out, the Go client has: requests as files, sealed parts, restore, pairing codes, a
// clock that is put right, borrowing, waiting for a place in a queue.

using System;
using System.Collections.Generic;
using System.Diagnostics;
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
    public readonly string Code, Text;
    /// <summary>Seconds for which the server wants to be left alone.</summary>
    public readonly int RetryAfter;

    public Refusal(int status, string code, string text, int retryAfter) : base(code + ": " + text) {
      Status = status;
      Code = code;
      Text = text;
      RetryAfter = retryAfter;
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
    /// <summary>The clock in Unix seconds, and seconds that are measured and that nobody sets; else the machine's.</summary>
    public Func<double> Clock = () => (DateTime.UtcNow - new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalSeconds;
    public Func<double> Ticks = () => (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
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

  /// <summary>What a lease is asked for with: a code, or the id of a license that was leased here before.</summary>
  public sealed class LeaseAsk {
    /// <summary>A ticket or license key; or the id of a license.</summary>
    public string Code = "", License = "";
    /// <summary>Who uses it, where the license counts persons; only a hash of it leaves the machine.</summary>
    public string Person = "";
    /// <summary>For which places may be kept.</summary>
    public string Label = "";
    /// <summary>How many places; 0 is one.</summary>
    public long Quantity;
  }

  /// <summary>What was consumed: units now, spent of the license so far, left for the next.</summary>
  public sealed class Consumed {
    public string Unit;
    public long Units, Spent, Left;
  }

  /// <summary>What has become of a lease that is kept: it goes on; it was not renewed, goes on and is tried
  /// again; it is over, and nothing brings it back.</summary>
  public enum LeaseNews { Renewed, Late, Ended }

  /// <summary>A publisher's licenses on this machine.</summary>
  public sealed class Client {
    const string stateFile = "licet-container.json", lockFile = "licet-container.lock", header = "v4.public.";
    const string text = "text/plain; charset=utf-8", json = "application/json";

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
    readonly Uri gateway;

    public Client(byte[] pins, string folder, Options options) {
      this.pins = pins;
      dir = folder;
      o = options;
      first = new Verifier(pins);
      gateway = new Uri((o.Server == "" ? first.Server : o.Server).TrimEnd('/') + "/api/v1/");
      if (gateway.Scheme != "https" && !(gateway.Scheme == "http" && gateway.IsLoopback)) {
        throw new ArgumentException("the server's address must begin with https://");
      }
    }

    // -------------------------------------------------------------- what it does

    /// <summary>Collects what a ticket or license key holds.</summary>
    public void Activate(string code) { Ask("act", Bare(code)); }

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

    /// <summary>Takes a place of a floating license. An answer that is lost is asked for once more by the same
    /// message, which takes no second place.</summary>
    public Lease Lease(LeaseAsk ask) {
      string nonce = Bytes.B64(Random(16)), message = null;
      var lease = new Lease(this, o);
      Locked(st => {
        if (st.Counter == 0) Save(st); // its key may be new
        Claims holder = ask.Person == "" ? Make("t", "process") : Make("t", "person", "h", Bytes.B64(first.Component("person", ask.Person)));
        Claims req = Make("typ", "lsr", "iss", first.Issuer, "non", nonce, "iat", Math.Max(Now(), st.Signed), "code", Bare(ask.Code),
          "lid", ask.License, "hol", holder, "lbl", ask.Label, "qty", ask.Quantity);
        Present(st, req);
        message = Sign(st, req);
        lease.Believe(Trust(st), st.Hash, Salted());
      });
      double[] asked;
      lease.Begin(Object(Twice("lease", text, message, out asked)), nonce, asked);
      return lease;
    }

    /// <summary>Uses up units of a usage-counted license by its key, for which no container is needed. The same
    /// nonce (16 random bytes in base64url; "": new ones) consumes once, whenever it is sent.</summary>
    public Consumed Consume(string key, long units, string nonce) {
      Claims say = Make("key", Bare(key), "nonce", nonce == "" ? Bytes.B64(Random(16)) : nonce, "units", units);
      if (o.Product != "") say.All["product"] = o.Product;
      double[] asked;
      Claims c = Object(Twice("consume", json, Json(say), out asked));
      return new Consumed { Unit = c.Text("unit"), Units = c.Number("units"), Spent = c.Number("spent"), Left = c.Number("left") };
    }

    /// <summary>What the holder of a lease says.</summary>
    internal byte[] Say(string path, string lease, long fence, string secret) {
      return Post(path, json, Json(Make("iss", first.Issuer, "lease", lease, "fence", fence, "secret", secret)));
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

    long Now() { return (long)o.Clock(); }

    static string Bare(string typed) { return new string(typed.Where(c => !char.IsWhiteSpace(c)).ToArray()); }

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
        Claims req = Make("typ", "req", "iss", first.Issuer, "act", act, "non", Bytes.B64(Random(16)), "ctr", st.Counter + 1,
          "iat", Math.Max(Now(), st.Signed), "code", code, "held", st.Held);
        Present(st, req);
        Send(st, req);
        Flush(st, req.Number("ctr"));
      });
    }

    /// <summary>The container, the machine and the program.</summary>
    void Present(State st, Claims message) {
      message.All["cnt"] = Make("t", "soft", "s", Bytes.B64(st.Pub));
      message.All["fp"] = o.Components.Select(c => (object)Make("n", c.Key, "h", Bytes.B64(first.Component(c.Key, c.Value)))).ToList();
      message.All["prd"] = o.Product;
      message.All["app"] = Make("v", o.Version, "os", Environment.OSVersion.Platform.ToString());
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
          byte[] answer = Post("exchange", text, m.Text("token"));
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

    /// <summary>Says it again if the answer does not come: for what works only once however often it is said.
    /// asked is when it was asked for.</summary>
    byte[] Twice(string path, string type, string body, out double[] asked) {
      asked = Moment();
      try {
        return Post(path, type, body);
      } catch (Offline) {
        asked = Moment();
        return Post(path, type, body);
      }
    }

    internal double[] Moment() { return new[] { o.Ticks(), o.Clock() }; }

    /// <summary>The object of an answer that is one.</summary>
    internal static Claims Object(byte[] answer) {
      try {
        return Scanner.Parse(answer, null);
      } catch (Refused) {
        throw new Offline("this is no answer of a license server");
      }
    }

    byte[] Post(string path, string type, string said) {
      var r = (HttpWebRequest)WebRequest.Create(new Uri(gateway, path));
      r.Method = "POST";
      r.ContentType = type;
      r.Accept = "text/plain, application/json, application/problem+json";
      r.UserAgent = "licet-csharp/1";
      r.AllowAutoRedirect = r.KeepAlive = false; // a redirect would carry the code to somebody else
      r.Timeout = r.ReadWriteTimeout = 30000;
      r.ServicePoint.Expect100Continue = false;
      r.ServerCertificateValidationCallback = (sender, served, chain, errors) => Trusted(served, errors);
      try {
        byte[] body = Bytes.Utf8.GetBytes(said);
        r.ContentLength = body.Length;
        Write(r, body);
        using (var answer = (HttpWebResponse)r.GetResponse()) {
          if (answer.StatusCode == HttpStatusCode.NoContent) return new byte[0];
          if (answer.StatusCode == HttpStatusCode.OK) return Read(answer);
          throw new Offline("not an answer of a license server");
        }
      } catch (WebException e) {
        using (var answer = e.Response as HttpWebResponse) {
          if (answer != null && (answer.ContentType ?? "").StartsWith("application/problem+json", StringComparison.Ordinal)) throw Problem(answer);
        }
        throw new Offline(e.Message);
      }
    }

    /// <summary>Mono calls a request canceled whose empty answer comes before Write is back; whether there is an
    /// answer, GetResponse says.</summary>
    static void Write(HttpWebRequest r, byte[] body) {
      Stream s = r.GetRequestStream();
      try {
        using (s) s.Write(body, 0, body.Length);
      } catch (WebException e) {
        if (e.Status != WebExceptionStatus.RequestCanceled) throw;
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
      int wait;
      if (!int.TryParse(answer.Headers["Retry-After"], NumberStyles.None, CultureInfo.InvariantCulture, out wait)) wait = 0;
      try {
        Claims p = Scanner.Parse(Read(answer), null);
        if (p.Text("code") != "") return new Refusal((int)answer.StatusCode, p.Text("code"), p.Text("detail"), wait);
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

  /// <summary>A use of a floating license. It goes on until it is ended, or for RenewAfter and some more seconds
  /// without a renewal: renew it, or let Keep do so. It counts from before it was asked for, by measured time,
  /// and by the clock where that has moved on further: a machine that slept has measured nothing. Its methods
  /// may be called by several threads.</summary>
  public sealed class Lease : IDisposable {
    /// <summary>A license, and when it was asked for.</summary>
    sealed class Grant {
      public Claims Claims;
      public double[] Asked;
      public Claims Lease { get { return Claims.Object("lse"); } }
      public long Number(string name) { return Claims.Number(name); }
    }

    readonly Client client;
    readonly Options o;
    readonly object one = new object();
    readonly ManualResetEvent stop = new ManualResetEvent(false);
    Verifier verifier;
    string container, secret;
    List<byte[]> components;
    volatile Grant now;
    volatile bool gone, ended;
    int kept;

    internal Lease(Client client, Options o) {
      this.client = client;
      this.o = o;
    }

    internal void Believe(Verifier verifier, string container, List<byte[]> components) {
      this.verifier = verifier;
      this.container = container;
      this.components = components;
    }

    internal void Begin(Claims grant, string nonce, double[] asked) {
      secret = grant.Text("secret");
      if (secret == "") throw new Offline("this is no answer of a license server");
      Take(grant, nonce, asked);
    }

    public string Id { get { return now.Lease.Text("id"); } }
    /// <summary>Above that of every lease of the license before.</summary>
    public long Fence { get { return now.Lease.Number("fen"); } }
    /// <summary>Seconds after which to renew it.</summary>
    public long RenewAfter { get { return now.Lease.Number("bea"); } }
    /// <summary>The license's id.</summary>
    public string License { get { return now.Claims.Text("lid"); } }
    public long Quantity { get { return now.Number("qty"); } }

    /// <summary>Seconds until it ends without a renewal, its grace not counted; not above 0 when it is over.</summary>
    public double Left {
      get {
        Grant g = now;
        return gone || ended ? 0 : g.Number("exp") - g.Number("iat") - Elapsed(g);
      }
    }

    /// <summary>"valid", "grace" while its place still waits for a renewal, or "expired".</summary>
    public string State { get { return ended ? "expired" : Present().State; } }

    /// <summary>Whether the program should go on: it is not over, or its license only asks to warn or to log.
    /// Never after End.</summary>
    public bool Runs { get { return Present().Runs; } }

    public bool Has(string feature) { return Present().Has(feature); }

    /// <summary>A limit by name; null where the license sets none or the lease is over.</summary>
    public long? Limit(string name) { return Present().Limit(name); }

    /// <summary>Asks once. Throws Offline, Refusal and Refused, and the lease goes on to its end; after Refusal
    /// license.lease_gone it is over: take a new one.</summary>
    public void Renew() {
      lock (one) {
        double[] asked = client.Moment();
        try {
          Take(Client.Object(client.Say("lease/renew", Id, Fence, secret)), "", asked);
        } catch (Refusal no) {
          if (no.Status == 404 && no.Code == "license.lease_gone") gone = true;
          throw;
        }
      }
    }

    /// <summary>Gives the place back. Throws Offline if the server is not reached: the place frees itself then
    /// when the lease would have ended.</summary>
    public void End() {
      stop.Set();
      if (gone || ended) return;
      ended = true;
      client.Say("lease/end", Id, Fence, secret);
    }

    /// <summary>Ends it; what goes wrong is passed over.</summary>
    public void Dispose() {
      try {
        End();
      } catch (Offline) {
        // it frees itself
      } catch (Refusal) {
        // it frees itself
      }
    }

    /// <summary>Renews it from now on in a thread that keeps no program from ending; watch may be null. Its error
    /// is null when the lease was renewed. Returns the lease.</summary>
    public Lease Keep(Action<LeaseNews, Exception> watch) {
      if (Interlocked.Exchange(ref kept, 1) == 0) new Thread(() => Keeper(watch)) { IsBackground = true, Name = "licet-lease" }.Start();
      return this;
    }

    void Keeper(Action<LeaseNews, Exception> watch) {
      long wait = RenewAfter, pause = Math.Min(5, wait);
      while (!stop.WaitOne(TimeSpan.FromSeconds(wait))) {
        Exception error = null;
        try {
          Renew();
          wait = RenewAfter;
          pause = Math.Min(5, wait);
        } catch (Exception e) { // whatever it is, it must not end the program
          error = e;
          var no = e as Refusal;
          wait = Math.Max(pause, no == null ? 0 : Math.Min(60, no.RetryAfter));
          pause = Math.Min(2 * pause, 60);
        }
        if (ended) return;
        if (State == "expired") gone = true;
        Tell(watch, gone ? LeaseNews.Ended : error == null ? LeaseNews.Renewed : LeaseNews.Late, error);
        if (gone) return;
      }
    }

    static void Tell(Action<LeaseNews, Exception> watch, LeaseNews news, Exception error) {
      try {
        if (watch != null) watch(news, error);
      } catch (Exception) {
        // the program's own fault
      }
    }

    /// <summary>Takes over the lines of an answer, if they are of this lease.</summary>
    void Take(Claims answer, string nonce, double[] asked) {
      var file = Bytes.Utf8.GetBytes(string.Join("\n", answer.List("lines").OfType<string>()));
      var found = verifier.Learn(file).Where(t => t.Type == "lic").ToList();
      if (found.Count != 1) throw new Refused("update");
      Claims c = verifier.Open(found[0], "lic"), lse = c.Object("lse");
      var here = new Here { Now = Math.Max(c.Number("iat"), c.Number("nbf")), Product = o.Product, Container = container, Components = components };
      License verdict = verifier.Check(Bytes.Ascii(found[0].Line), here)[0];
      if (verdict.Code != "ok") throw new Refused(verdict.Code);
      if (lse.Text("id") == "" || c.Number("exp") <= c.Number("iat")) throw new Refused("update");
      Grant before = now;
      if (before == null && c.Text("non") != nonce) throw new Refused("not_asked");
      if (before != null) {
        if (lse.Text("id") != Id || lse.Number("fen") != Fence) throw new Refused("not_asked");
        if (c.Number("iat") < before.Number("iat") || c.Number("exp") < before.Number("exp")) throw new Refused("old");
      }
      bool same = before != null && c.Number("iat") == before.Number("iat"); // the same moment there is the same moment here
      now = new Grant { Claims = c, Asked = same ? before.Asked : asked };
    }

    double Elapsed(Grant g) {
      double[] m = client.Moment();
      return Math.Max(m[0] - g.Asked[0], m[1] - g.Asked[1]);
    }

    /// <summary>The license at this moment of its own time.</summary>
    License Present() {
      Grant g = now;
      if (ended) return new License("ended", new Claims(), 0, 0);
      long at = gone ? g.Number("exp") + g.Number("grc") : Math.Max(g.Number("iat") + (long)Math.Floor(Elapsed(g)), g.Number("nbf"));
      return new License("ok", g.Claims, at, 0);
    }
  }
}
