// Reads the vectors of files.txt from standard input and prints "id verdict". With the
// argument "ed25519" it reads lines "seed message public signature" in hexadecimal and
// prints for each whether it makes the same public key, makes the same signature, and
// accepts the one given: "111" …

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Licet;

static class Vectors {
  sealed class Asked {
    public Here Here;
    public string[] Has, Limits;
  }

  static readonly Dictionary<string, byte[]> pieces = new Dictionary<string, byte[]>();
  static readonly Dictionary<string, Asked> checks = new Dictionary<string, Asked>();

  static byte Hex(string s, int at) { return byte.Parse(s.Substring(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture); }
  static byte[] Hex(string s) { return Enumerable.Range(0, s.Length / 2).Select(i => Hex(s, 2 * i)).ToArray(); }
  static string[] List(string s) { return s == "" ? new string[0] : s.Split(','); }
  static string Utf8(string s) { return Encoding.UTF8.GetString(Plain(s)); }

  static byte[] Plain(string s) {
    var o = new List<byte>();
    for (int i = 0; i < s.Length; i++) {
      if (s[i] == '%') {
        o.Add(Hex(s, i + 1));
        i += 2;
      } else {
        o.Add((byte)s[i]);
      }
    }
    return o.ToArray();
  }

  static string Verdict(License l, Asked c) {
    if (l.Code != "ok") return l.Code;
    string has = string.Concat(c.Has.Select(f => l.Has(f) ? "1" : "0"));
    string limits = string.Join(",", c.Limits.Select(n => l.Limit(n) == null ? "-" : l.Limit(n).Value.ToString(CultureInfo.InvariantCulture)));
    return "ok:" + l.State + ":" + l.Enforce + ":" + l.Until.ToString(CultureInfo.InvariantCulture) + ":" + (l.Runs ? 1 : 0) + ":" + has + ":" + limits;
  }

  static byte[] File(Dictionary<string, List<string>> v) {
    byte[] file = v["file"][0].Split(',').SelectMany(name => pieces[name].Concat(new[] { (byte)'\n' })).ToArray();
    if (!v.ContainsKey("edit")) return file;
    foreach (string edit in v["edit"]) {
      string[] p = edit.Split('-', '+');
      int at = int.Parse(p[0], CultureInfo.InvariantCulture), gone = int.Parse(p[1], CultureInfo.InvariantCulture);
      file = file.Take(at).Concat(Hex(p[2])).Concat(file.Skip(at + gone)).ToArray();
    }
    return file;
  }

  static string Judge(Dictionary<string, List<string>> v) {
    Asked c = checks[v["check"][0]];
    try {
      var found = new Verifier(pieces[v["pins"][0]]).Check(File(v), c.Here);
      return found.Count == 0 ? "none" : string.Join("|", found.Select(l => Verdict(l, c)));
    } catch (Refused e) {
      return e.Code;
    }
  }

  static void Line(string line, TextWriter o) {
    var v = new Dictionary<string, List<string>>();
    foreach (string pair in line.Split(' ')) {
      int at = pair.IndexOf('=');
      string name = pair.Substring(0, at);
      if (!v.ContainsKey(name)) v[name] = new List<string>();
      v[name].Add(pair.Substring(at + 1));
    }
    if (v.ContainsKey("set")) {
      pieces[v["set"][0]] = Plain(v["text"][0]);
    } else if (v.ContainsKey("id")) {
      o.WriteLine(v["id"][0] + " " + Judge(v));
    } else {
      checks[v["check"][0]] = new Asked {
        Has = List(v["has"][0]), Limits = List(v["lim"][0]),
        Here = new Here {
          Now = long.Parse(v["now"][0], CultureInfo.InvariantCulture), Released = long.Parse(v["released"][0], CultureInfo.InvariantCulture),
          Product = Utf8(v["product"][0]), Container = Utf8(v["container"][0]), Components = List(v["components"][0]).Select(Bytes.Unb64).ToList(),
        },
      };
    }
  }

  static string Curve(string line) {
    byte[][] p = line.Split(' ').Select(h => Hex(h)).ToArray();
    bool pub = Ed25519.Public(p[0]).SequenceEqual(p[2]), sign = Ed25519.Sign(p[0], p[1]).SequenceEqual(p[3]);
    return (pub ? "1" : "0") + (sign ? "1" : "0") + (Ed25519.Verify(p[2], p[1], p[3]) ? "1" : "0");
  }

  static void Main(string[] args) {
    var o = new StringWriter { NewLine = "\n" };
    using (var input = new StreamReader(Console.OpenStandardInput(), Bytes.Latin1)) {
      for (string line = input.ReadLine(); line != null; line = input.ReadLine()) {
        if (args.Length > 0) o.WriteLine(Curve(line));
        else if (line != "" && line[0] != '#') Line(line, o);
      }
    }
    Console.Write(o);
  }
}
