// Verifies Licet license files, offline. One file; needs .NET Framework 4.6, Mono or
// .NET Core, with System.Numerics.
//
//   var licenses = new Licet.Verifier(pins).Check(file, new Licet.Here { Product = "cad" });
//   if (licenses.Has("export.step")) …
//
// pins is the JSON that the publisher's `licet key pins` exports, embedded in the
// program; file is the bytes of the license file. Nothing here reads a clock, a file or
// the network, but for the time where the caller gives none. What is accepted and why
// something is refused is docs/reference/verifier.md, to the letter; the vectors in
// wire/testdata/files.txt hold this file to it.
//
// The libraries of .NET Framework and Mono have no Ed25519, so it stands here, by RFC
// 8032. Verifying handles nothing secret. Signing (for containers' messages) does not
// take the same time for every key: use it on the machine whose key it is, and never as
// a service that others can time.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Licet {
  /// <summary>Why something is not believed; Code is one of the specification's.</summary>
  public sealed class Refused : Exception {
    public readonly string Code;

    public Refused(string code) : base("licet: " + code) { Code = code; }
  }

  /// <summary>Base64url, hashes and the bytes that are signed.</summary>
  public static class Bytes {
    public static string B64(byte[] raw) { return Convert.ToBase64String(raw).TrimEnd('=').Replace('+', '-').Replace('/', '_'); }

    /// <summary>The bytes of exactly the one base64url text that stands for them.</summary>
    public static byte[] Unb64(string text) {
      try {
        string padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - text.Length % 4) % 4);
        byte[] raw = Convert.FromBase64String(padded);
        if (B64(raw) == text) return raw;
      } catch (FormatException) {
      }
      throw new Refused("malformed");
    }

    public static byte[] Sha256(params byte[][] parts) {
      using (var h = SHA256.Create()) return h.ComputeHash(Join(parts));
    }

    public static byte[] Join(params byte[][] parts) { return parts.SelectMany(p => p).ToArray(); }

    public static byte[] Part(byte[] b, int from, int n) {
      var o = new byte[n];
      Array.Copy(b, from, o, 0, n);
      return o;
    }

    public static string KeyId(byte[] pub) { return B64(Part(Sha256(pub), 0, 8)); }

    public static byte[] Ascii(string s) { return Latin1.GetBytes(s); }

    public static readonly Encoding Latin1 = Encoding.GetEncoding(28591), Utf8 = new UTF8Encoding(false, true);

    /// <summary>PASETO's pre-authentication encoding.</summary>
    public static byte[] Pae(params byte[][] pieces) {
      var o = new List<byte>(Number(pieces.Length));
      foreach (var p in pieces) {
        o.AddRange(Number(p.Length));
        o.AddRange(p);
      }
      return o.ToArray();
    }

    static byte[] Number(long n) { return Enumerable.Range(0, 8).Select(i => (byte)(n >> 8 * i)).ToArray(); }
  }

  // ---------------------------------------------------------------- Ed25519

  /// <summary>RFC 8032: signatures over the curve −x² + y² = 1 + d·x²·y² modulo p = 2²⁵⁵ − 19.</summary>
  public static class Ed25519 {
    // A field element is 16 limbs of 16 bits, lowest first; a limb may be out of that range
    // by little between operations.
    static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    static readonly BigInteger DNumber = Mod(-121665 * Inverse(121666));
    static readonly long[] D = Limbs(DNumber), D2 = Limbs(Mod(2 * DNumber)), Root = Limbs(BigInteger.ModPow(2, (P - 1) / 4, P)), One = Limbs(1);
    static readonly Point Base = BasePoint();

    sealed class Point {
      public long[] X, Y, Z, T;
    }

    static BigInteger Mod(BigInteger v) { return (v % P + P) % P; }
    static BigInteger Inverse(BigInteger v) { return BigInteger.ModPow(v, P - 2, P); }
    static BigInteger Little(byte[] b) { return new BigInteger(b.Concat(new byte[] { 0 }).ToArray()); }

    static byte[] Little32(BigInteger v) {
      var o = new byte[32];
      var b = v.ToByteArray();
      Array.Copy(b, o, Math.Min(32, b.Length));
      return o;
    }

    static long[] Limbs(BigInteger v) { return Unpack(Little32(v)); }

    static long[] Unpack(byte[] b) {
      var o = new long[16];
      for (int i = 0; i < 16; i++) o[i] = b[2 * i] | (long)b[2 * i + 1] << 8;
      o[15] &= 0x7fff;
      return o;
    }

    static void Carry(long[] o) {
      for (int i = 0; i < 16; i++) {
        long c = o[i] >> 16;
        o[i] -= c << 16;
        if (i < 15) o[i + 1] += c;
        else o[0] += 38 * c; // 2²⁵⁶ is 38 modulo p
      }
    }

    static long[] Add(long[] a, long[] b) {
      var o = new long[16];
      for (int i = 0; i < 16; i++) o[i] = a[i] + b[i];
      return o;
    }

    static long[] Sub(long[] a, long[] b) {
      var o = new long[16];
      for (int i = 0; i < 16; i++) o[i] = a[i] - b[i];
      return o;
    }

    static long[] Mul(long[] a, long[] b) {
      var t = new long[31];
      for (int i = 0; i < 16; i++) {
        long v = a[i];
        for (int j = 0; j < 16; j++) t[i + j] += v * b[j];
      }
      var o = new long[16];
      for (int i = 0; i < 15; i++) o[i] = t[i] + 38 * t[i + 16];
      o[15] = t[15];
      Carry(o);
      Carry(o);
      return o;
    }

    static long[] Power(long[] a, BigInteger e) {
      var o = One;
      foreach (bool bit in Bits(e)) {
        o = Mul(o, o);
        if (bit) o = Mul(o, a);
      }
      return o;
    }

    static IEnumerable<bool> Bits(BigInteger e) {
      var b = Little32(e);
      for (int i = 255; i >= 0; i--) yield return (b[i >> 3] >> (i & 7) & 1) == 1;
    }

    /// <summary>The one form of a field element below p.</summary>
    static byte[] Pack(long[] a) {
      var t = (long[])a.Clone();
      for (int i = 0; i < 3; i++) Carry(t);
      var o = new byte[32];
      for (int i = 0; i < 16; i++) {
        o[2 * i] = (byte)t[i];
        o[2 * i + 1] = (byte)(t[i] >> 8);
      }
      return Little32(Little(o) % P);
    }

    static bool Same(long[] a, long[] b) { return Pack(a).SequenceEqual(Pack(b)); }

    static Point Affine(long[] x, long[] y) { return new Point { X = x, Y = y, Z = One, T = Mul(x, y) }; }

    static Point BasePoint() {
      var encoded = Little32(Mod(4 * Inverse(5)));
      return Decode(encoded);
    }

    /// <summary>The point of an encoding, null for none.</summary>
    static Point Decode(byte[] b) {
      long[] y = Unpack(b), y2 = Mul(y, y), u = Sub(y2, One), v = Add(Mul(D, y2), One);
      long[] v3 = Mul(Mul(v, v), v), v7 = Mul(Mul(v3, v3), v);
      long[] x = Mul(Mul(u, v3), Power(Mul(u, v7), (P - 5) / 8)), check = Mul(v, Mul(x, x));
      if (!Same(check, u)) {
        x = Mul(x, Root);
        if (!Same(Mul(v, Mul(x, x)), u)) return null;
      }
      if ((Pack(x)[0] & 1) != b[31] >> 7) x = Sub(new long[16], x);
      return Affine(x, y);
    }

    static byte[] Encode(Point p) {
      long[] z = Power(p.Z, P - 2), x = Mul(p.X, z);
      var o = Pack(Mul(p.Y, z));
      o[31] |= (byte)((Pack(x)[0] & 1) << 7);
      return o;
    }

    static Point Add(Point p, Point q) {
      long[] a = Mul(Sub(p.Y, p.X), Sub(q.Y, q.X)), b = Mul(Add(p.Y, p.X), Add(q.Y, q.X));
      long[] c = Mul(Mul(p.T, D2), q.T), zz = Mul(p.Z, q.Z), d = Add(zz, zz);
      long[] e = Sub(b, a), f = Sub(d, c), g = Add(d, c), h = Add(b, a);
      return new Point { X = Mul(e, f), Y = Mul(g, h), Z = Mul(f, g), T = Mul(e, h) };
    }

    static Point Negative(Point p) {
      var zero = new long[16];
      return new Point { X = Sub(zero, p.X), Y = p.Y, Z = p.Z, T = Sub(zero, p.T) };
    }

    /// <summary>s·B + k·q; q may be null.</summary>
    static Point Combine(BigInteger s, BigInteger k, Point q) {
      Point both = q == null ? null : Add(Base, q), o = Affine(new long[16], One);
      using (var a = Bits(s).GetEnumerator())
      using (var b = Bits(k).GetEnumerator()) {
        while (a.MoveNext() && b.MoveNext()) {
          o = Add(o, o);
          if (a.Current && b.Current) o = Add(o, both);
          else if (a.Current) o = Add(o, Base);
          else if (b.Current) o = Add(o, q);
        }
      }
      return o;
    }

    static BigInteger Hash(params byte[][] parts) {
      using (var h = SHA512.Create()) return Little(h.ComputeHash(Bytes.Join(parts))) % L;
    }

    /// <summary>Whether a 64-byte signature over a message is that of a 32-byte public key.</summary>
    public static bool Verify(byte[] pub, byte[] message, byte[] signature) {
      if (pub.Length != 32 || signature.Length != 64) return false;
      byte[] r = Bytes.Part(signature, 0, 32);
      BigInteger s = Little(Bytes.Part(signature, 32, 32));
      Point a = Decode(pub);
      if (s >= L || a == null) return false; // a greater s would be a second signature
      return Encode(Combine(s, Hash(r, pub, message), Negative(a))).SequenceEqual(r);
    }

    static void Expand(byte[] seed, out BigInteger a, out byte[] prefix) {
      using (var h = SHA512.Create()) {
        var b = h.ComputeHash(seed);
        prefix = Bytes.Part(b, 32, 32);
        b = Bytes.Part(b, 0, 32);
        b[0] &= 248;
        b[31] = (byte)(b[31] & 127 | 64);
        a = Little(b);
      }
    }

    /// <summary>The public key of a 32-byte seed.</summary>
    public static byte[] Public(byte[] seed) {
      BigInteger a;
      byte[] prefix;
      Expand(seed, out a, out prefix);
      return Encode(Combine(a, 0, null));
    }

    /// <summary>The signature of a seed over a message.</summary>
    public static byte[] Sign(byte[] seed, byte[] message) {
      BigInteger a;
      byte[] prefix, pub = Public(seed);
      Expand(seed, out a, out prefix);
      BigInteger r = Hash(prefix, message);
      byte[] big = Encode(Combine(r, 0, null));
      return Bytes.Join(big, Little32((r + Hash(big, pub, message) * a) % L));
    }
  }

  // ---------------------------------------------------------------- strict JSON

  /// <summary>What a value must be: 's' a text, 'i' an integer, 'l' a list, 'm' an object of any names, 'o' exactly these.</summary>
  sealed class Schema {
    public readonly char Kind;
    public readonly Schema Inner;
    public readonly Dictionary<string, Schema> Fields = new Dictionary<string, Schema>(StringComparer.Ordinal);

    Schema(char kind, Schema inner) {
      Kind = kind;
      Inner = inner;
    }

    Schema With(Schema of, string names) {
      foreach (string n in names.Split(' ')) Fields[n] = of;
      return this;
    }

    static Schema Object() { return new Schema('o', null); }

    static readonly Schema S = new Schema('s', null), I = new Schema('i', null), Texts = new Schema('l', S);

    public static readonly Dictionary<string, Schema> Of = new Dictionary<string, Schema> {
      { "lic", Object().With(S, "typ iss lid art prd mdl unt enf hld ser non sec").With(I, "gen qty iat nbf exp grc mnt seq epo cmd nxt").With(Texts, "ftr")
        .With(new Schema('m', I), "lim").With(Object().With(S, "t k").With(Texts, "f").With(I, "n"), "cnt").With(Object().With(S, "id").With(I, "fen bea"), "lse") },
      { "ikc", Object().With(S, "typ iss kid pub").With(Texts, "use").With(I, "nbf exp iat") },
      { "rvk", Object().With(S, "typ iss obj kid why kno").With(I, "iat par pts") },
      { "rot", Object().With(S, "typ iss kid pub").With(I, "iat") },
      { "upd", Object().With(S, "typ iss cnt non").With(I, "seq iat").With(new Schema('l', Object().With(S, "c lid why").With(I, "gen")), "cmd") },
      { "blk", Object().With(S, "typ iss").With(I, "seq iat par pts").With(Texts, "cnt").With(new Schema('l', Object().With(S, "lid").With(I, "gen spt")), "lic") },
    };
    public static readonly Schema Pins = Object().With(S, "iss salt depot server").With(new Schema('l', Object().With(S, "kid pub")), "roots");
  }

  /// <summary>The claims of an object; missing ones are 0, false or empty.</summary>
  public sealed class Claims {
    public readonly Dictionary<string, object> All = new Dictionary<string, object>(StringComparer.Ordinal);
    static readonly List<object> none = new List<object>();

    T Get<T>(string name, T other) {
      object o;
      return All.TryGetValue(name, out o) && o is T ? (T)o : other;
    }

    public string Text(string name) { return Get(name, ""); }
    public long Number(string name) { return Get(name, 0L); }
    public List<object> List(string name) { return Get(name, none); }
    public Claims Object(string name) { return Get<Claims>(name, null) ?? new Claims(); }
  }

  /// <summary>Reads the text once and stops at the first fault.</summary>
  sealed class Scanner {
    readonly byte[] b;
    int i;

    Scanner(byte[] raw) { b = raw; }

    int At { get { return i < b.Length ? b[i] : 0; } }

    static Refused Bad() { return new Refused("malformed"); }

    void Skip() {
      while (i < b.Length && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n')) i++;
    }

    /// <summary>One JSON object in the strict form, with the kinds of the schema.</summary>
    public static Claims Parse(byte[] raw, Schema schema) {
      var s = new Scanner(raw);
      s.Skip();
      if (s.At != '{') throw Bad();
      var o = s.Object(schema, 1);
      s.Skip();
      if (s.i != raw.Length) throw Bad();
      return o;
    }

    object Value(Schema schema, int depth) {
      int c = At;
      bool number = c == '-' || c >= '0' && c <= '9', escaped;
      if (schema != null && !(schema.Kind == 's' ? c == '"' : schema.Kind == 'i' ? number : schema.Kind == 'l' ? c == '[' : c == '{')) throw Bad();
      if (c == '"') return Text(out escaped);
      if (c == '{') return Object(schema, depth + 1);
      if (c == '[') return List(schema, depth + 1);
      if (number) return Integer();
      if (Word("true")) return true;
      if (Word("false")) return false;
      throw Bad();
    }

    bool Word(string w) {
      if (b.Length - i < w.Length || Bytes.Latin1.GetString(b, i, w.Length) != w) return false;
      i += w.Length;
      return true;
    }

    Claims Object(Schema schema, int depth) {
      if (depth > 16) throw Bad();
      var o = new Claims();
      i++;
      Skip();
      if (At == '}') {
        i++;
        return o;
      }
      do {
        Skip();
        if (At != '"') throw Bad();
        bool escaped;
        string name = Text(out escaped);
        if (escaped) throw Bad();
        if (o.All.ContainsKey(name)) throw new Refused("duplicate_key");
        if (o.All.Count >= 128) throw Bad();
        Skip();
        if (At != ':') throw Bad();
        i++;
        Skip();
        o.All[name] = Value(Inner(schema, name), depth);
      } while (!Ended('}'));
      return o;
    }

    static Schema Inner(Schema schema, string name) {
      if (schema == null || schema.Kind == 'm') return schema == null ? null : schema.Inner;
      Schema of;
      if (!schema.Fields.TryGetValue(name, out of) && schema.Fields.ContainsKey(Fold(name))) throw new Refused("duplicate_key"); // in another case
      return of;
    }

    /// <summary>Names as a decoder sees them that ignores case; two signs fold to letters.</summary>
    static string Fold(string name) {
      return new string(name.Select(c => c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '\u017f' ? 's' : c == '\u212a' ? 'k' : c).ToArray());
    }

    List<object> List(Schema schema, int depth) {
      if (depth > 16) throw Bad();
      var o = new List<object>();
      i++;
      Skip();
      if (At == ']') {
        i++;
        return o;
      }
      do {
        Skip();
        o.Add(Value(schema == null ? null : schema.Inner, depth));
      } while (!Ended(']'));
      return o;
    }

    bool Ended(char with) {
      Skip();
      int c = At;
      if (c != with && c != ',') throw Bad();
      i++;
      return c == with;
    }

    string Text(out bool escaped) {
      var o = new StringBuilder();
      int start = ++i;
      escaped = false;
      for (;; i++) {
        int c = At;
        if (i >= b.Length || c < ' ') throw Bad();
        if (c != '"' && c != '\\') continue;
        try {
          o.Append(Bytes.Utf8.GetString(b, start, i - start));
        } catch (ArgumentException) {
          throw Bad();
        }
        i++;
        if (c == '"') return o.ToString();
        escaped = true;
        Escape(o);
        start = i--;
      }
    }

    void Escape(StringBuilder o) {
      int c = At;
      i++;
      int simple = c == 0 ? -1 : "\"\\/bfnrt".IndexOf((char)c);
      if (simple >= 0) {
        o.Append("\"\\/\b\f\n\r\t"[simple]);
        return;
      }
      if (c != 'u') throw Bad();
      char high = Hex4();
      if (char.IsLowSurrogate(high)) throw Bad();
      o.Append(high);
      if (!char.IsHighSurrogate(high)) return;
      if (!Word("\\u")) throw Bad();
      char low = Hex4();
      if (!char.IsLowSurrogate(low)) throw Bad();
      o.Append(low);
    }

    char Hex4() {
      int v = 0;
      for (int k = 0; k < 4; k++, i++) {
        int c = At, lower = c | 0x20;
        if (c >= '0' && c <= '9') v = v << 4 | c - '0';
        else if (lower >= 'a' && lower <= 'f') v = v << 4 | lower - 'a' + 10;
        else throw Bad();
      }
      return (char)v;
    }

    long Integer() {
      int start = i;
      if (At == '-') i++;
      int first = i;
      while (At >= '0' && At <= '9') i++;
      string all = Bytes.Latin1.GetString(b, start, i - start);
      long v;
      if (i == first || i - first > 19 || i - first > 1 && b[first] == '0' || all == "-0") throw Bad();
      if (!long.TryParse(all, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out v)) throw Bad();
      return v;
    }
  }

  // ---------------------------------------------------------------- claims

  static class Bounds {
    const long MaxCount = 1L << 53, MaxTime = 253402300799, MaxGrace = 316224000, MaxLease = 86400;

    static readonly int[,] unprintable = {
      { 0x00, 0x1f }, { 0x7f, 0xa0 }, { 0xad, 0xad }, { 0x600, 0x605 }, { 0x61c, 0x61c }, { 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x890, 0x891 },
      { 0x8e2, 0x8e2 }, { 0x1680, 0x1680 }, { 0x180e, 0x180e }, { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },
      { 0xd800, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
      { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe007f }, { 0xf0000, 0x10ffff } };

    public static void Need(bool good) {
      if (!good) throw new Refused("claim");
    }

    public static void Id(string s, bool must = true) {
      Need((!must || s != "") && s.Length <= 64 && s.All(c => c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '|'));
    }

    static void Text(object o, bool must) {
      var s = (string)o;
      Need((!must || s != "") && Bytes.Utf8.GetByteCount(s) <= 64);
      for (int i = 0; i < s.Length; i += char.IsHighSurrogate(s[i]) ? 2 : 1) {
        int r = char.ConvertToUtf32(s, i);
        for (int k = 0; k < unprintable.GetLength(0); k++) Need(r < unprintable[k, 0] || r > unprintable[k, 1]);
      }
    }

    /// <summary>The bytes of a claim; a text that is not base64url is a bad claim.</summary>
    public static byte[] Raw(string s) {
      try {
        return Bytes.Unb64(s);
      } catch (Refused) {
        throw new Refused("claim");
      }
    }

    static byte[] Bin(object s, int n, bool must = true) {
      if (!must && (string)s == "") return null;
      var raw = Raw((string)s);
      Need(raw.Length == n);
      return raw;
    }

    static void Num(long v, long low, long high) { Need(v >= low && v <= high); }
    static void Time(long v, bool must) { Num(v, must ? 1 : 0, MaxTime); }

    public static byte[] Key(Claims c) {
      Bin(c.Text("kid"), 8);
      var pub = Bin(c.Text("pub"), 32);
      Need(Bytes.KeyId(pub) == c.Text("kid"));
      return pub;
    }

    public static void Check(string type, Claims c) {
      Id(c.Text("iss"));
      if (type == "lic") License(c);
      else if (type == "ikc") Certificate(c);
      else if (type == "rvk") Revocation(c);
      else if (type == "blk") BlockList(c);
      else if (type == "upd") Update(c);
      else {
        Key(c);
        Time(c.Number("iat"), true);
      }
    }

    static void Certificate(Claims c) {
      var use = c.List("use");
      Key(c);
      Need(use.Count >= 1 && use.Count <= 4 && use.Distinct().Count() == use.Count);
      Need(use.All(u => new[] { "lic", "upd", "val", "blk" }.Contains((string)u)));
      foreach (var name in new[] { "nbf", "exp", "iat" }) Time(c.Number(name), true);
      Need(c.Number("exp") > c.Number("nbf"));
    }

    static void Revocation(Claims c) {
      Need(c.Text("obj") == "ikc" || c.Text("obj") == "root");
      Bin(c.Text("kid"), 8);
      Time(c.Number("iat"), true);
      Text(c.Text("why"), false);
      Need(Serials(c).Count == 0 && c.Number("pts") == 0 || c.Text("obj") == "ikc");
      Part(c);
    }

    static void BlockList(Claims c) {
      Num(c.Number("seq"), 1, MaxCount);
      Time(c.Number("iat"), true);
      Need(c.List("lic").Count <= 512 && c.List("cnt").Count <= 512);
      foreach (Claims h in c.List("lic")) {
        Id(h.Text("lid"));
        Num(h.Number("gen"), 1, MaxCount);
        Num(h.Number("spt"), 0, MaxCount);
      }
      foreach (var k in c.List("cnt")) Bin(k, 32);
      Part(c);
    }

    static void Update(Claims c) {
      Bin(c.Text("cnt"), 32);
      Bin(c.Text("non"), 16);
      Num(c.Number("seq"), 1, MaxCount);
      Time(c.Number("iat"), true);
      Need(c.List("cmd").Count <= 256);
      foreach (Claims m in c.List("cmd")) {
        string verb = m.Text("c");
        bool bound = verb == "recall" || verb == "replace" || verb == "block";
        if (bound || verb == "ack" || verb == "time") {
          Id(m.Text("lid"), bound);
          Num(m.Number("gen"), bound ? 1 : 0, MaxCount);
        } else {
          Id(verb);
        }
        Id(m.Text("why"), false);
      }
    }

    static void License(Claims c) {
      Id(c.Text("lid"));
      Num(c.Number("gen"), 1, MaxCount);
      Text(c.Text("art"), false);
      Text(c.Text("prd"), true);
      Text(c.Text("mdl"), false);
      Need(c.List("ftr").Count <= 128 && c.Object("lim").All.Count <= 64);
      foreach (var f in c.List("ftr")) Text(f, true);
      foreach (var l in c.Object("lim").All) {
        Id(l.Key);
        Num((long)l.Value, -MaxCount, MaxCount);
      }
      Id(c.Text("unt"), false);
      foreach (var name in new[] { "qty", "seq", "epo" }) Num(c.Number(name), 0, MaxCount);
      Time(c.Number("iat"), true);
      foreach (var name in new[] { "nbf", "exp", "mnt", "nxt" }) Time(c.Number(name), false);
      Need(c.Number("exp") == 0 || c.Number("exp") > c.Number("nbf"));
      Num(c.Number("grc"), 0, MaxGrace);
      Need(new[] { "enforce", "warn", "log" }.Contains(c.Text("enf")));
      Id(c.Text("hld"), false);
      Bin(c.Text("ser"), 8);
      Bin(c.Text("non"), 16, false);
      Num(c.Number("cmd"), 0, 256);
      Need(c.Text("sec").Length <= 8192);
      Raw(c.Text("sec"));
      Binding(c.Object("cnt"));
      Claims lease = c.Object("lse");
      if (lease.Text("id") == "" && lease.Number("fen") == 0 && lease.Number("bea") == 0) return;
      Id(lease.Text("id"));
      Num(lease.Number("fen"), 1, MaxCount);
      Num(lease.Number("bea"), 1, MaxLease);
      Need(c.Number("exp") != 0 && c.Object("cnt").Text("k") != "");
    }

    static void Binding(Claims c) {
      var prints = c.List("f");
      if (c.Text("k") == "") {
        Need(c.Text("t") == "" && prints.Count == 0 && c.Number("n") == 0);
        return;
      }
      Need(new[] { "soft", "hardware", "cloud" }.Contains(c.Text("t")));
      Bin(c.Text("k"), 32);
      Need(prints.Count <= 32);
      foreach (var f in prints) Bin(f, 8);
      Num(c.Number("n"), 0, prints.Count);
    }

    /// <summary>The serials that a revocation leaves valid; they must be rising.</summary>
    public static HashSet<string> Serials(Claims c) {
      var raw = Raw(c.Text("kno"));
      var o = new HashSet<string>();
      string before = "";
      Need(raw.Length % 8 == 0);
      for (int i = 0; i < raw.Length; i += 8) {
        string hex = BitConverter.ToString(raw, i, 8);
        Need(string.CompareOrdinal(before, hex) < 0);
        o.Add(Bytes.B64(Bytes.Part(raw, i, 8)));
        before = hex;
      }
      return o;
    }

    static void Part(Claims c) {
      long part = c.Number("par"), parts = c.Number("pts");
      Need(parts >= 0 && parts <= 1000 && part >= 0 && part <= parts && (parts == 0 || part > 0));
    }
  }

  // ---------------------------------------------------------------- tokens

  /// <summary>A line taken apart; nothing in it is trusted.</summary>
  public sealed class Token {
    const int MaxToken = 16384, MaxFile = 1 << 20, MaxLines = 1000;
    const string headerEd25519 = "v4.public.", headerP256 = "lct.p256.";
    public readonly string Line, Kid, Type;
    readonly string header;
    readonly byte[] payload, signature, footer;

    static bool Begins(string s, string with) { return s.StartsWith(with, StringComparison.Ordinal); }

    Token(string line) {
      if (line.Length > MaxToken) throw new Refused("too_long");
      Line = line;
      header = Begins(line, headerEd25519) ? headerEd25519 : headerP256;
      string rest = line.Substring(header.Length);
      int dot = rest.IndexOf('.');
      if (dot < 0 || rest.Length - dot - 1 != 28) throw new Refused("malformed");
      byte[] body = Bytes.Unb64(rest.Substring(0, dot));
      footer = Bytes.Unb64(rest.Substring(dot + 1));
      string foot = Bytes.Latin1.GetString(footer);
      if (body.Length <= 64 || !Begins(foot, "{\"kid\":\"") || foot.Substring(19) != "\"}") throw new Refused("malformed");
      Kid = foot.Substring(8, 11);
      Bytes.Unb64(Kid);
      payload = Bytes.Part(body, 0, body.Length - 64);
      signature = Bytes.Part(body, body.Length - 64, 64);
      string head = Bytes.Latin1.GetString(body, 0, Math.Min(body.Length, 12));
      Type = head.Length == 12 && Begins(head, "{\"typ\":\"") && head[11] == '"' ? head.Substring(8, 3) : "";
    }

    /// <summary>The claims, if the token verifies as the type with the keys.</summary>
    internal Claims Open(string type, Dictionary<string, byte[]> keys) {
      byte[] pub;
      if (!keys.TryGetValue(Kid, out pub)) throw new Refused("unknown_key");
      if (header != headerEd25519) throw new Refused("suite");
      if (!Ed25519.Verify(pub, Bytes.Pae(Bytes.Ascii(header), payload, footer, Bytes.Ascii(type + "/1")), signature)) throw new Refused("signature");
      if (payload.Length < 12 || Type != type) throw new Refused("type");
      var c = Scanner.Parse(payload, Schema.Of[type]);
      Bounds.Check(type, c);
      return c;
    }

    /// <summary>The tokens of a license file, in order. Lines that are none mean nothing.</summary>
    public static List<Token> Read(byte[] file) {
      if (file.Length > MaxFile) throw new Refused("too_long");
      string all = Bytes.Latin1.GetString(file); // a character for each byte
      if (Begins(all, "\u00ef\u00bb\u00bf")) all = all.Substring(3);
      var lines = all.Replace("\r\n", "\n").Replace('\r', '\n').Split('\n');
      var o = new List<Token>();
      int count = lines[lines.Length - 1] == "" ? lines.Length - 1 : lines.Length;
      for (int n = 0; n < count; n++) {
        if (n >= MaxLines) throw new Refused("too_long");
        string line = lines[n].Trim(' ', '\t');
        if (Begins(line, headerEd25519) || Begins(line, headerP256)) o.Add(new Token(line));
      }
      return o;
    }
  }

  // ---------------------------------------------------------------- trust

  /// <summary>What licenses are held against.</summary>
  public sealed class Here {
    /// <summary>The trusted time in Unix seconds; else the machine's.</summary>
    public long Now = (long)(DateTime.UtcNow - new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalSeconds;
    /// <summary>The program's product code; else any.</summary>
    public string Product = "";
    /// <summary>The program's release time in Unix seconds; else maintenance is not looked at.</summary>
    public long Released;
    /// <summary>The key hash of this machine's container; else there is none.</summary>
    public string Container = "";
    /// <summary>The 16 bytes of each of the machine's components.</summary>
    public List<byte[]> Components = new List<byte[]>();
  }

  /// <summary>What is believed of one publisher: its pinned roots, and what files of root-signed
  /// lines have taught since. Give it every line you ever got.</summary>
  public sealed class Verifier {
    sealed class Cert {
      public string Root;
      public Claims Claims;
    }

    sealed class Survivors {
      public long At;
      public HashSet<string> Serials = new HashSet<string>();
    }

    public readonly string Issuer, Server;
    readonly byte[] salt;
    readonly Dictionary<string, int> rank = new Dictionary<string, int>();
    readonly Dictionary<string, byte[]> roots = new Dictionary<string, byte[]>(), issuers = new Dictionary<string, byte[]>();
    readonly Dictionary<string, HashSet<string>> sponsors = new Dictionary<string, HashSet<string>>(); // a rotated root → those that announced it
    readonly HashSet<string> fallen = new HashSet<string>(), seen = new HashSet<string>();
    readonly Dictionary<string, List<Cert>> certs = new Dictionary<string, List<Cert>>();
    readonly Dictionary<string, Dictionary<string, Survivors>> revoked = new Dictionary<string, Dictionary<string, Survivors>>();
    readonly Dictionary<string, Token> lists = new Dictionary<string, Token>();

    public Verifier(byte[] pins) {
      if (pins.Length > 64 << 10) throw new Refused("too_long");
      Claims p = Scanner.Parse(pins, Schema.Pins);
      Issuer = p.Text("iss");
      Bounds.Id(Issuer);
      Bounds.Need(p.List("roots").Count >= 1 && p.List("roots").Count <= 8);
      foreach (Claims r in p.List("roots")) {
        byte[] pub = Bounds.Key(r);
        Bounds.Need(!rank.ContainsKey(r.Text("kid")));
        rank[r.Text("kid")] = rank.Count + 1;
        roots[r.Text("kid")] = pub;
      }
      salt = Bounds.Raw(p.Text("salt"));
      Bounds.Need(salt.Length >= 16 && salt.Length <= 64);
      Server = p.Text("server");
      Bounds.Need(Bytes.Utf8.GetByteCount(Server) <= 1024);
    }

    /// <summary>The 16 bytes that stand for a component of a machine.</summary>
    public byte[] Component(string name, string value) {
      using (var mac = new HMACSHA256(salt)) return Bytes.Part(mac.ComputeHash(Bytes.Utf8.GetBytes(name + ":" + value)), 0, 16);
    }

    static bool Quietly(Action act) {
      try {
        act();
        return true;
      } catch (Refused) {
        return false;
      }
    }

    /// <summary>Takes over what the roots say in a file, and its block lists. Lines that are not
    /// believed teach nothing. Throws Refused for a damaged file.</summary>
    public List<Token> Learn(byte[] file) {
      var lines = Token.Read(file);
      foreach (string type in new[] { "rot", "rvk", "ikc" }) {
        foreach (Token t in lines.Where(l => l.Type == type && !seen.Contains(l.Line))) {
          Quietly(() => {
            Claims c = t.Open(type, roots);
            if (c.Text("iss") == Issuer && Add(type, t.Kid, c)) seen.Add(t.Line);
          });
        }
      }
      foreach (Token t in lines.Where(l => l.Type == "blk" && !lists.ContainsKey(l.Line))) {
        if (Quietly(() => Open(t, "blk"))) lists[t.Line] = t;
      }
      return lines;
    }

    static V Slot<V>(Dictionary<string, V> map, string name) where V : new() {
      V v;
      if (!map.TryGetValue(name, out v)) map[name] = v = new V();
      return v;
    }

    int Rank(string kid) {
      int r;
      return rank.TryGetValue(kid, out r) ? r : 0;
    }

    bool Add(string type, string by, Claims c) {
      string kid = c.Text("kid");
      if (type == "rot") {
        if (Rank(by) == 0) return false;
        if (Rank(kid) > 0) return true;
        if (issuers.ContainsKey(kid)) return false;
        roots[kid] = Bytes.Unb64(c.Text("pub"));
        Slot(sponsors, kid).Add(by);
        return true;
      }
      if (type == "ikc") {
        if (roots.ContainsKey(kid)) return false;
        Slot(certs, kid).Add(new Cert { Root = by, Claims = c });
        issuers[kid] = Bytes.Unb64(c.Text("pub"));
        return true;
      }
      if (c.Text("obj") == "root") {
        if (by != kid && Rank(by) <= Rank(kid)) return false;
        fallen.Add(kid);
        return true;
      }
      Survivors s = Slot(Slot(revoked, kid), by);
      if (c.Number("iat") > s.At) {
        s.At = c.Number("iat");
        s.Serials = new HashSet<string>();
      }
      if (c.Number("iat") == s.At) s.Serials.UnionWith(Bounds.Serials(c));
      return true;
    }

    bool Live(string root) {
      if (fallen.Contains(root)) return false;
      return Rank(root) > 0 || Slot(sponsors, root).Any(s => !fallen.Contains(s));
    }

    /// <summary>The claims of a token of an issuing key that was allowed to sign it.</summary>
    internal Claims Open(Token t, string type) {
      Claims c = t.Open(type, issuers);
      if (c.Text("iss") != Issuer) throw new Refused("issuer");
      string why = "unknown_key";
      long iat = c.Number("iat");
      foreach (Cert cert in Slot(certs, t.Kid)) {
        if (!cert.Claims.List("use").Contains(type)) why = "use";
        else if (iat < cert.Claims.Number("nbf") || iat > cert.Claims.Number("exp")) why = "window";
        else if (!Live(cert.Root)) why = "revoked";
        else {
          string serial = type == "lic" ? c.Text("ser") : "";
          if (Slot(revoked, t.Kid).Values.Any(s => !s.Serials.Contains(serial))) throw new Refused("revoked");
          return c;
        }
      }
      throw new Refused(why);
    }

    List<Claims> NewestLists() {
      var all = new List<Claims>();
      foreach (Token t in lists.Values) Quietly(() => all.Add(Open(t, "blk"))); // its key may be revoked meanwhile
      foreach (var parts in all.GroupBy(c => c.Number("seq")).OrderByDescending(g => g.Key).Select(g => g.ToList())) {
        long count = parts[0].Number("pts");
        if (parts.All(c => c.Number("pts") == count) && parts.Select(c => c.Number("par")).Distinct().Count() == parts.Count &&
            parts.Count == Math.Max(count, 1)) return parts;
      }
      return new List<Claims>();
    }

    static bool Blocked(List<Claims> parts, Claims lic, string container) {
      return parts.Any(c => container != "" && lic.Number("iat") <= c.Number("iat") && c.List("cnt").Contains(container) ||
        c.List("lic").Cast<Claims>().Any(h => h.Text("lid") == lic.Text("lid") && lic.Number("gen") <= h.Number("gen")));
    }

    /// <summary>Learns from a file and judges its licenses, in their order. Throws Refused for a damaged file.</summary>
    public Licenses Check(byte[] file, Here here) {
      var o = new Licenses();
      var lines = Learn(file);
      var blocks = NewestLists();
      foreach (Token t in lines.Where(l => l.Type == "lic")) {
        try {
          o.Add(Judge(t, here, blocks));
        } catch (Refused e) {
          o.Add(new License(e.Code, new Claims(), 0, 0));
        }
      }
      return o;
    }

    /// <summary>Throws Refused if a license is bound to another container or machine.</summary>
    internal static void Fits(Claims lic, string container, List<byte[]> components) {
      Claims bound = lic.Object("cnt");
      if (bound.Text("k") == "") return;
      if (bound.Text("k") != container) throw new Refused("container");
      var prints = new HashSet<string>(components.Select(p => Bytes.B64(Bytes.Part(p, 0, 8))));
      if (bound.List("f").Cast<string>().Distinct().Count(prints.Contains) < bound.Number("n")) throw new Refused("fingerprint");
    }

    /// <summary>The lines that have taught something.</summary>
    internal IEnumerable<string> Lines { get { return seen.Concat(lists.Keys); } }

    License Judge(Token t, Here here, List<Claims> blocks) {
      Bounds.Need(here.Now > 0);
      Claims c = Open(t, "lic");
      if (here.Product != "" && here.Product != c.Text("prd")) throw new Refused("product");
      Fits(c, here.Container, here.Components);
      if (Blocked(blocks, c, here.Container)) throw new Refused("blocked");
      return new License("ok", c, here.Now, here.Released);
    }
  }

  /// <summary>The licenses of a file, each with its verdict.</summary>
  public sealed class Licenses : List<License> {
    public bool Has(string feature) { return this.Any(l => l.Has(feature)); }

    /// <summary>The greatest of the limits that licenses which run set; null: none does.</summary>
    public long? Limit(string name) { return this.Select(l => l.Limit(name)).Max(); }
  }

  /// <summary>One license. Code is "ok", or why it is none for this program here; State is valid,
  /// grace, not_yet, expired or unmaintained; Until the second at which that changes or has changed
  /// (0: never); Runs whether the program should go on.</summary>
  public sealed class License {
    public readonly string Code, State = "", Enforce;
    public readonly long Until;
    public readonly bool Runs;
    public readonly Claims Claims;

    internal License(string code, Claims claims, long now, long released) {
      Code = code;
      Claims = claims;
      Enforce = claims.Text("enf");
      if (code != "ok") return;
      long start = claims.Number("nbf"), exp = claims.Number("exp"), end = exp + claims.Number("grc"), mnt = claims.Number("mnt");
      State = start > now ? "not_yet" : exp != 0 && now >= end ? "expired" : mnt != 0 && released >= mnt ? "unmaintained"
        : exp != 0 && now >= exp ? "grace" : "valid";
      Until = State == "not_yet" ? start : State == "unmaintained" ? mnt : State == "valid" ? exp : end;
      Runs = State == "valid" || State == "grace" || Enforce == "warn" || Enforce == "log";
    }

    /// <summary>Whether the program may use a feature; "*" stands for all of them.</summary>
    public bool Has(string feature) { return Runs && (Claims.List("ftr").Contains(feature) || Claims.List("ftr").Contains("*")); }

    /// <summary>A limit by name; null where the license sets none.</summary>
    public long? Limit(string name) {
      object v;
      return Runs && Claims.Object("lim").All.TryGetValue(name, out v) ? (long?)v : null;
    }
  }
}
