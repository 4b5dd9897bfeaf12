import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies Licet license files, offline. One file; needs Java 17 and nothing else.
 *
 * <pre>
 *   Licet.Licenses licenses = new Licet.Verifier(pins).check(file, new Licet.Here().product("cad"));
 *   if (licenses.has("export.step")) { … }
 * </pre>
 *
 * pins is the JSON that the publisher's {@code licet key pins} exports, embedded in the program; file
 * is the bytes of the license file. Nothing here reads a clock, a file or the network, but for the time
 * where the caller gives none. What is accepted and why something is refused is
 * docs/reference/verifier.md, to the letter; the vectors in wire/testdata/files.txt hold this file to it.
 */
public final class Licet {
  private Licet() {}

  private static final int MAX_TOKEN = 16384, MAX_FILE = 1 << 20, MAX_LINES = 1000, MAX_PINS = 64 << 10;
  private static final long MAX_COUNT = 1L << 53, MAX_TIME = 253402300799L, MAX_GRACE = 316224000L, MAX_LEASE = 86400L;
  private static final String ED25519 = "v4.public.", P256 = "lct.p256.";

  /** Why something is not believed; code is one of the specification's. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    public final String code;

    public Refused(String code) {
      super("licet: " + code, null, false, false);
      this.code = code;
    }
  }

  // ---------------------------------------------------------------- encodings

  public static String b64(byte[] raw) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
  }

  /** The bytes of exactly the one base64url text that stands for them. */
  public static byte[] unb64(String text) throws Refused {
    try {
      byte[] raw = Base64.getUrlDecoder().decode(text);
      if (b64(raw).equals(text)) return raw;
    } catch (IllegalArgumentException e) {
      // not base64url
    }
    throw new Refused("malformed");
  }

  static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest d = MessageDigest.getInstance("SHA-256");
      for (byte[] p : parts) d.update(p);
      return d.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  public static String keyId(byte[] pub) {
    return b64(Arrays.copyOf(sha256(pub), 8));
  }

  /** PASETO's pre-authentication encoding. */
  static byte[] pae(byte[]... pieces) {
    int n = 8;
    for (byte[] p : pieces) n += 8 + p.length;
    ByteBuffer out = ByteBuffer.allocate(n).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(pieces.length);
    for (byte[] p : pieces) out.putLong(p.length).put(p);
    return out.array();
  }

  static byte[] ascii(String s) {
    return s.getBytes(StandardCharsets.ISO_8859_1);
  }

  // ---------------------------------------------------------------- strict JSON

  /** What a value must be: 's' a text, 'i' an integer, 'l' a list, 'm' an object of any names, 'o' exactly these. */
  static final class Schema {
    final char kind;
    final Schema inner;
    final Map<String, Schema> fields = new HashMap<>();

    Schema(char kind, Schema inner) {
      this.kind = kind;
      this.inner = inner;
    }

    Schema with(Schema of, String... names) {
      for (String n : names) fields.put(n, of);
      return this;
    }
  }

  private static final Schema S = new Schema('s', null), I = new Schema('i', null), TEXTS = new Schema('l', S);

  private static Schema object() {
    return new Schema('o', null);
  }

  private static final Map<String, Schema> SCHEMAS = Map.of(
      "lic", object().with(S, "typ", "iss", "lid", "art", "prd", "mdl", "unt", "enf", "hld", "ser", "non", "sec")
          .with(I, "gen", "qty", "iat", "nbf", "exp", "grc", "mnt", "seq", "epo", "cmd", "nxt").with(TEXTS, "ftr").with(new Schema('m', I), "lim")
          .with(object().with(S, "t", "k").with(TEXTS, "f").with(I, "n"), "cnt").with(object().with(S, "id").with(I, "fen", "bea"), "lse"),
      "ikc", object().with(S, "typ", "iss", "kid", "pub").with(TEXTS, "use").with(I, "nbf", "exp", "iat"),
      "rvk", object().with(S, "typ", "iss", "obj", "kid", "why", "kno").with(I, "iat", "par", "pts"),
      "rot", object().with(S, "typ", "iss", "kid", "pub").with(I, "iat"),
      "upd", object().with(S, "typ", "iss", "cnt", "non").with(I, "seq", "iat").with(new Schema('l', object().with(S, "c", "lid", "why").with(I, "gen")), "cmd"),
      "blk", object().with(S, "typ", "iss").with(I, "seq", "iat", "par", "pts").with(TEXTS, "cnt")
          .with(new Schema('l', object().with(S, "lid").with(I, "gen", "spt")), "lic"));
  private static final Schema PINS = object().with(S, "iss", "salt", "depot", "server").with(new Schema('l', object().with(S, "kid", "pub")), "roots");

  /** The claims of an object; missing ones are 0, false or empty. */
  public static final class Claims extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1;

    public String text(String name) {
      return get(name) instanceof String s ? s : "";
    }

    public long number(String name) {
      return get(name) instanceof Long n ? n : 0;
    }

    public List<?> list(String name) {
      return get(name) instanceof List<?> l ? l : List.of();
    }

    public Claims object(String name) {
      return get(name) instanceof Claims c ? c : new Claims();
    }
  }

  /** Reads the text once and stops at the first fault. */
  private static final class Scanner {
    final byte[] b;
    int i;

    Scanner(byte[] b) {
      this.b = b;
    }

    int at() {
      return i < b.length ? b[i] & 0xff : 0;
    }

    void skip() {
      while (i < b.length && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n')) i++;
    }

    Refused bad() {
      return new Refused("malformed");
    }

    Object value(Schema as, int depth) throws Refused {
      int c = at();
      boolean number = c == '-' || c >= '0' && c <= '9';
      if (as != null && !(as.kind == 's' ? c == '"' : as.kind == 'i' ? number : as.kind == 'l' ? c == '[' : c == '{')) throw bad();
      if (c == '"') return text(new boolean[1]);
      if (c == '{') return members(as, depth + 1);
      if (c == '[') return items(as, depth + 1);
      if (number) return integer();
      if (word("true")) return Boolean.TRUE;
      if (word("false")) return Boolean.FALSE;
      throw bad();
    }

    boolean word(String w) {
      if (!new String(b, i, Math.min(w.length(), b.length - i), StandardCharsets.ISO_8859_1).equals(w)) return false;
      i += w.length();
      return true;
    }

    Claims members(Schema as, int depth) throws Refused {
      if (depth > 16) throw bad();
      Claims out = new Claims();
      i++;
      skip();
      if (at() == '}') {
        i++;
        return out;
      }
      do {
        skip();
        if (at() != '"') throw bad();
        boolean[] escaped = new boolean[1];
        String name = text(escaped);
        if (escaped[0]) throw bad();
        if (out.containsKey(name)) throw new Refused("duplicate_key");
        if (out.size() >= 128) throw bad();
        skip();
        if (at() != ':') throw bad();
        i++;
        skip();
        out.put(name, value(inner(as, name), depth));
      } while (!ended('}'));
      return out;
    }

    Schema inner(Schema as, String name) throws Refused {
      if (as == null || as.kind == 'm') return as == null ? null : as.inner;
      Schema of = as.fields.get(name);
      if (of == null && as.fields.containsKey(fold(name))) throw new Refused("duplicate_key"); // a claim's name in another case
      return of;
    }

    List<Object> items(Schema as, int depth) throws Refused {
      if (depth > 16) throw bad();
      List<Object> out = new ArrayList<>();
      i++;
      skip();
      if (at() == ']') {
        i++;
        return out;
      }
      do {
        skip();
        out.add(value(as == null ? null : as.inner, depth));
      } while (!ended(']'));
      return out;
    }

    boolean ended(char with) throws Refused {
      skip();
      int c = at();
      if (c != with && c != ',') throw bad();
      i++;
      return c == with;
    }

    String text(boolean[] escaped) throws Refused {
      StringBuilder out = new StringBuilder();
      int start = ++i;
      for (;; i++) {
        int c = at();
        if (i >= b.length || c < ' ') throw bad();
        if (c != '"' && c != '\\') continue;
        try {
          out.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(b, start, i - start)));
        } catch (CharacterCodingException e) {
          throw bad();
        }
        i++;
        if (c == '"') return out.toString();
        escaped[0] = true;
        escape(out);
        start = i--;
      }
    }

    void escape(StringBuilder out) throws Refused {
      int c = at();
      i++;
      int simple = c == 0 ? -1 : "\"\\/bfnrt".indexOf(c);
      if (simple >= 0) {
        out.append("\"\\/\b\f\n\r\t".charAt(simple));
        return;
      }
      if (c != 'u') throw bad();
      char high = hex4();
      if (Character.isLowSurrogate(high)) throw bad();
      out.append(high);
      if (!Character.isHighSurrogate(high)) return;
      if (!word("\\u")) throw bad();
      char low = hex4();
      if (!Character.isLowSurrogate(low)) throw bad();
      out.append(low);
    }

    char hex4() throws Refused {
      int v = 0;
      for (int k = 0; k < 4; k++, i++) {
        int d = i < b.length && b[i] > 0 ? Character.digit((char) b[i], 16) : -1;
        if (d < 0) throw bad();
        v = v << 4 | d;
      }
      return (char) v;
    }

    long integer() throws Refused {
      int start = i;
      if (at() == '-') i++;
      int first = i;
      while (at() >= '0' && at() <= '9') i++;
      String all = new String(b, start, i - start, StandardCharsets.ISO_8859_1);
      if (i == first || i - first > 19 || i - first > 1 && b[first] == '0' || all.equals("-0")) throw bad();
      try {
        return Long.parseLong(all);
      } catch (NumberFormatException e) {
        throw bad();
      }
    }
  }

  /** Names as a decoder sees them that ignores case; two signs fold to letters. */
  private static String fold(String name) {
    StringBuilder out = new StringBuilder();
    for (char c : name.toCharArray()) out.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == '\u017f' ? 's' : c == '\u212a' ? 'k' : c);
    return out.toString();
  }

  /** One JSON object in the strict form, with the kinds of the schema. */
  static Claims parse(byte[] raw, Schema as) throws Refused {
    Scanner s = new Scanner(raw);
    s.skip();
    if (s.at() != '{') throw s.bad();
    Claims out = s.members(as, 1);
    s.skip();
    if (s.i != raw.length) throw s.bad();
    return out;
  }

  // ---------------------------------------------------------------- claims

  private static final int[][] UNPRINTABLE = {
    {0x00, 0x1f}, {0x7f, 0xa0}, {0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x890, 0x891},
    {0x8e2, 0x8e2}, {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},
    {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f}, {0xf0000, 0x10ffff}};

  private static void need(boolean good) throws Refused {
    if (!good) throw new Refused("claim");
  }

  private static void id(String s, boolean must) throws Refused {
    need((!must || !s.isEmpty()) && s.length() <= 64);
    for (char c : s.toCharArray()) need(c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '|');
  }

  private static void text(Object o, boolean must) throws Refused {
    String s = (String) o;
    need((!must || !s.isEmpty()) && s.getBytes(StandardCharsets.UTF_8).length <= 64);
    for (int r : s.codePoints().toArray()) {
      for (int[] span : UNPRINTABLE) need(r < span[0] || r > span[1]);
    }
  }

  /** The bytes of a claim; a text that is not base64url is a bad claim. */
  private static byte[] bytes(String s) throws Refused {
    try {
      return unb64(s);
    } catch (Refused e) {
      throw new Refused("claim");
    }
  }

  private static byte[] bin(Object s, int n, boolean must) throws Refused {
    if (!must && s.equals("")) return null;
    byte[] raw = bytes((String) s);
    need(raw.length == n);
    return raw;
  }

  private static void num(long v, long low, long high) throws Refused {
    need(v >= low && v <= high);
  }

  private static void time(long v, boolean must) throws Refused {
    num(v, must ? 1 : 0, MAX_TIME);
  }

  private static byte[] key(Claims c) throws Refused {
    bin(c.text("kid"), 8, true);
    byte[] pub = bin(c.text("pub"), 32, true);
    need(keyId(pub).equals(c.text("kid")));
    return pub;
  }

  private static void check(String type, Claims c) throws Refused {
    id(c.text("iss"), true);
    switch (type) {
      case "lic" -> checkLicense(c);
      case "ikc" -> {
        key(c);
        List<?> use = c.list("use");
        need(use.size() >= 1 && use.size() <= 4 && new HashSet<>(use).size() == use.size() && Set.of("lic", "upd", "val", "blk").containsAll(use));
        for (String name : List.of("nbf", "exp", "iat")) time(c.number(name), true);
        need(c.number("exp") > c.number("nbf"));
      }
      case "rvk" -> {
        need(c.text("obj").equals("ikc") || c.text("obj").equals("root"));
        bin(c.text("kid"), 8, true);
        time(c.number("iat"), true);
        text(c.text("why"), false);
        need(serials(c).isEmpty() && c.number("pts") == 0 || c.text("obj").equals("ikc"));
        part(c);
      }
      case "rot" -> {
        key(c);
        time(c.number("iat"), true);
      }
      case "upd" -> {
        bin(c.text("cnt"), 32, true);
        bin(c.text("non"), 16, true);
        num(c.number("seq"), 1, MAX_COUNT);
        time(c.number("iat"), true);
        need(c.list("cmd").size() <= 256);
        for (Object m : c.list("cmd")) checkCommand((Claims) m);
      }
      default -> {
        num(c.number("seq"), 1, MAX_COUNT);
        time(c.number("iat"), true);
        need(c.list("lic").size() <= 512 && c.list("cnt").size() <= 512);
        for (Object h : c.list("lic")) {
          id(((Claims) h).text("lid"), true);
          num(((Claims) h).number("gen"), 1, MAX_COUNT);
          num(((Claims) h).number("spt"), 0, MAX_COUNT);
        }
        for (Object k : c.list("cnt")) bin(k, 32, true);
        part(c);
      }
    }
  }

  private static void checkCommand(Claims c) throws Refused {
    String verb = c.text("c");
    boolean bound = List.of("recall", "replace", "block").contains(verb);
    if (bound || verb.equals("ack") || verb.equals("time")) {
      id(c.text("lid"), bound);
      num(c.number("gen"), bound ? 1 : 0, MAX_COUNT);
    } else {
      id(verb, true);
    }
    id(c.text("why"), false);
  }

  private static void checkLicense(Claims c) throws Refused {
    id(c.text("lid"), true);
    num(c.number("gen"), 1, MAX_COUNT);
    text(c.text("art"), false);
    text(c.text("prd"), true);
    text(c.text("mdl"), false);
    need(c.list("ftr").size() <= 128 && c.object("lim").size() <= 64);
    for (Object f : c.list("ftr")) text(f, true);
    for (Map.Entry<String, Object> l : c.object("lim").entrySet()) {
      id(l.getKey(), true);
      num((Long) l.getValue(), -MAX_COUNT, MAX_COUNT);
    }
    id(c.text("unt"), false);
    for (String name : List.of("qty", "seq", "epo")) num(c.number(name), 0, MAX_COUNT);
    time(c.number("iat"), true);
    for (String name : List.of("nbf", "exp", "mnt", "nxt")) time(c.number(name), false);
    need(c.number("exp") == 0 || c.number("exp") > c.number("nbf"));
    num(c.number("grc"), 0, MAX_GRACE);
    need(List.of("enforce", "warn", "log").contains(c.text("enf")));
    id(c.text("hld"), false);
    bin(c.text("ser"), 8, true);
    bin(c.text("non"), 16, false);
    num(c.number("cmd"), 0, 256);
    need(c.text("sec").length() <= 8192);
    bytes(c.text("sec"));
    Claims bound = c.object("cnt"), lease = c.object("lse");
    checkBinding(bound);
    if (lease.text("id").isEmpty() && lease.number("fen") == 0 && lease.number("bea") == 0) return;
    id(lease.text("id"), true);
    num(lease.number("fen"), 1, MAX_COUNT);
    num(lease.number("bea"), 1, MAX_LEASE);
    need(c.number("exp") != 0 && !bound.text("k").isEmpty());
  }

  private static void checkBinding(Claims c) throws Refused {
    List<?> prints = c.list("f");
    if (c.text("k").isEmpty()) {
      need(c.text("t").isEmpty() && prints.isEmpty() && c.number("n") == 0);
      return;
    }
    need(List.of("soft", "hardware", "cloud").contains(c.text("t")));
    bin(c.text("k"), 32, true);
    need(prints.size() <= 32);
    for (Object f : prints) bin(f, 8, true);
    num(c.number("n"), 0, prints.size());
  }

  /** The serials that a revocation leaves valid; they must be rising. */
  private static Set<String> serials(Claims c) throws Refused {
    byte[] raw = bytes(c.text("kno"));
    need(raw.length % 8 == 0);
    Set<String> out = new HashSet<>();
    for (int i = 0; i < raw.length; i += 8) {
      need(i == 0 || Arrays.compareUnsigned(raw, i - 8, i, raw, i, i + 8) < 0);
      out.add(b64(Arrays.copyOfRange(raw, i, i + 8)));
    }
    return out;
  }

  private static void part(Claims c) throws Refused {
    long part = c.number("par"), parts = c.number("pts");
    need(parts >= 0 && parts <= 1000 && part >= 0 && part <= parts && (parts == 0 || part > 0));
  }

  // ---------------------------------------------------------------- tokens

  /** A line taken apart; nothing in it is trusted. */
  public static final class Token {
    final String line, header, kid, type;
    private final byte[] payload, signature, footer;

    Token(String line) throws Refused {
      if (line.length() > MAX_TOKEN) throw new Refused("too_long");
      this.line = line;
      header = line.startsWith(ED25519) ? ED25519 : P256;
      String rest = line.substring(header.length());
      int dot = rest.indexOf('.');
      if (dot < 0 || rest.length() - dot - 1 != 28) throw new Refused("malformed");
      byte[] body = unb64(rest.substring(0, dot));
      footer = unb64(rest.substring(dot + 1));
      String foot = new String(footer, StandardCharsets.ISO_8859_1);
      if (body.length <= 64 || !foot.startsWith("{\"kid\":\"") || !foot.endsWith("\"}")) throw new Refused("malformed");
      kid = foot.substring(8, 19);
      unb64(kid);
      payload = Arrays.copyOf(body, body.length - 64);
      signature = Arrays.copyOfRange(body, body.length - 64, body.length);
      String head = new String(body, 0, Math.min(body.length, 12), StandardCharsets.ISO_8859_1);
      type = head.length() == 12 && head.startsWith("{\"typ\":\"") && head.endsWith("\"") ? head.substring(8, 11) : "";
    }

    /** The claims, if the token verifies as the type with the keys. */
    Claims open(String as, Map<String, byte[]> keys) throws Refused {
      byte[] pub = keys.get(kid);
      if (pub == null) throw new Refused("unknown_key");
      if (!header.equals(ED25519)) throw new Refused("suite");
      if (!signed(pub, pae(ascii(header), payload, footer, ascii(as + "/1")), signature)) throw new Refused("signature");
      if (payload.length < 12 || !type.equals(as)) throw new Refused("type");
      Claims c = parse(payload, SCHEMAS.get(as));
      check(as, c);
      return c;
    }
  }

  private static final byte[] SPKI = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

  private static boolean signed(byte[] pub, byte[] message, byte[] signature) {
    try {
      byte[] spki = Arrays.copyOf(SPKI, SPKI.length + pub.length);
      System.arraycopy(pub, 0, spki, SPKI.length, pub.length);
      PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
      Signature s = Signature.getInstance("Ed25519");
      s.initVerify(key);
      s.update(message);
      return s.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // the provider says so of signatures that are none
    }
  }

  /** The tokens of a license file, in order. Lines that are none mean nothing. */
  static List<Token> tokens(byte[] file) throws Refused {
    if (file.length > MAX_FILE) throw new Refused("too_long");
    String all = new String(file, StandardCharsets.ISO_8859_1); // a character for each byte
    if (all.startsWith("\u00ef\u00bb\u00bf")) all = all.substring(3);
    all = all.replace("\r\n", "\n").replace('\r', '\n');
    List<Token> out = new ArrayList<>();
    for (int from = 0, lines = 0; from < all.length();) {
      int end = all.indexOf('\n', from);
      if (end < 0) end = all.length();
      if (++lines > MAX_LINES) throw new Refused("too_long");
      int a = from, z = end;
      while (a < z && (all.charAt(a) == ' ' || all.charAt(a) == '\t')) a++;
      while (a < z && (all.charAt(z - 1) == ' ' || all.charAt(z - 1) == '\t')) z--;
      String line = all.substring(a, z);
      if (line.startsWith(ED25519) || line.startsWith(P256)) out.add(new Token(line));
      from = end + 1;
    }
    return out;
  }

  // ---------------------------------------------------------------- trust

  /** What licenses are held against. */
  public static final class Here {
    private long now = System.currentTimeMillis() / 1000, released;
    private String product = "", container = "";
    private List<byte[]> components = List.of();

    /** The trusted time in Unix seconds; else the machine's. */
    public Here now(long seconds) {
      now = seconds;
      return this;
    }

    /** The program's product code; else any. */
    public Here product(String code) {
      product = code;
      return this;
    }

    /** The program's release time in Unix seconds; else maintenance is not looked at. */
    public Here released(long seconds) {
      released = seconds;
      return this;
    }

    /** The key hash of this machine's container, and the 16 bytes of each of the machine's components. */
    public Here container(String hash, List<byte[]> parts) {
      container = hash;
      components = parts;
      return this;
    }
  }

  private record Cert(String root, Claims claims) {}

  private static final class Survivors {
    long at;
    Set<String> serials = new HashSet<>();
  }

  /**
   * What is believed of one publisher: its pinned roots, and what files of root-signed lines have taught
   * since. Give it every line you ever got.
   */
  public static final class Verifier {
    final String issuer, server;
    final byte[] salt;
    private final Map<String, Integer> rank = new HashMap<>();
    private final Map<String, byte[]> roots = new HashMap<>(), issuers = new HashMap<>();
    private final Map<String, Set<String>> sponsors = new HashMap<>(); // a rotated root → the pinned ones that announced it
    private final Set<String> fallen = new HashSet<>();
    final Set<String> seen = new HashSet<>();
    private final Map<String, List<Cert>> certs = new HashMap<>();
    private final Map<String, Map<String, Survivors>> revoked = new HashMap<>();
    final Map<String, Token> lists = new LinkedHashMap<>();

    public Verifier(byte[] pins) throws Refused {
      if (pins.length > MAX_PINS) throw new Refused("too_long");
      Claims p = parse(pins, PINS);
      issuer = p.text("iss");
      id(issuer, true);
      need(p.list("roots").size() >= 1 && p.list("roots").size() <= 8);
      for (Object r : p.list("roots")) {
        byte[] pub = key((Claims) r);
        String kid = ((Claims) r).text("kid");
        need(!rank.containsKey(kid));
        rank.put(kid, rank.size() + 1);
        roots.put(kid, pub);
      }
      salt = bytes(p.text("salt"));
      need(salt.length >= 16 && salt.length <= 64);
      server = p.text("server");
      need(server.getBytes(StandardCharsets.UTF_8).length <= 1024);
    }

    /** The 16 bytes that stand for a component of a machine. */
    public byte[] component(String name, String value) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(salt, "HmacSHA256"));
        return Arrays.copyOf(mac.doFinal((name + ":" + value).getBytes(StandardCharsets.UTF_8)), 16);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e); // every Java has it
      }
    }

    /**
     * Takes over what the roots say in a file, and its block lists. Lines that are not believed teach
     * nothing. Throws Refused for a damaged file.
     */
    public List<Token> learn(byte[] file) throws Refused {
      List<Token> lines = tokens(file);
      for (String type : List.of("rot", "rvk", "ikc")) {
        for (Token t : lines) {
          if (!t.type.equals(type) || seen.contains(t.line)) continue;
          try {
            Claims c = t.open(type, roots);
            if (c.text("iss").equals(issuer) && add(type, t.kid, c)) seen.add(t.line);
          } catch (Refused e) {
            // not believed
          }
        }
      }
      for (Token t : lines) {
        if (!t.type.equals("blk") || lists.containsKey(t.line)) continue;
        try {
          open(t, "blk");
          lists.put(t.line, t);
        } catch (Refused e) {
          // not believed
        }
      }
      return lines;
    }

    private boolean add(String type, String by, Claims c) throws Refused {
      String kid = c.text("kid");
      switch (type) {
        case "rot":
          if (!rank.containsKey(by)) return false;
          if (rank.containsKey(kid)) return true;
          if (issuers.containsKey(kid)) return false;
          roots.put(kid, unb64(c.text("pub")));
          sponsors.computeIfAbsent(kid, k -> new HashSet<>()).add(by);
          return true;
        case "rvk":
          if (c.text("obj").equals("root")) {
            if (!by.equals(kid) && rank.getOrDefault(by, 0) <= rank.getOrDefault(kid, 0)) return false;
            return fallen.add(kid) || true;
          }
          Survivors s = revoked.computeIfAbsent(kid, k -> new HashMap<>()).computeIfAbsent(by, k -> new Survivors());
          if (c.number("iat") > s.at) {
            s.at = c.number("iat");
            s.serials = new HashSet<>();
          }
          if (c.number("iat") == s.at) s.serials.addAll(serials(c));
          return true;
        default:
          if (roots.containsKey(kid)) return false;
          certs.computeIfAbsent(kid, k -> new ArrayList<>()).add(new Cert(by, c));
          issuers.put(kid, unb64(c.text("pub")));
          return true;
      }
    }

    private boolean live(String root) {
      if (fallen.contains(root)) return false;
      return rank.containsKey(root) || sponsors.getOrDefault(root, Set.of()).stream().anyMatch(s -> !fallen.contains(s));
    }

    /** The claims of a token of an issuing key that was allowed to sign it. */
    Claims open(Token t, String type) throws Refused {
      Claims c = t.open(type, issuers);
      if (!c.text("iss").equals(issuer)) throw new Refused("issuer");
      String why = "unknown_key";
      long iat = c.number("iat");
      for (Cert cert : certs.getOrDefault(t.kid, List.of())) {
        if (!cert.claims.list("use").contains(type)) why = "use";
        else if (iat < cert.claims.number("nbf") || iat > cert.claims.number("exp")) why = "window";
        else if (!live(cert.root)) why = "revoked";
        else {
          String serial = type.equals("lic") ? c.text("ser") : "";
          for (Survivors s : revoked.getOrDefault(t.kid, Map.of()).values()) {
            if (!s.serials.contains(serial)) throw new Refused("revoked");
          }
          return c;
        }
      }
      throw new Refused(why);
    }

    private List<Claims> newestLists() {
      TreeMap<Long, List<Claims>> bySeq = new TreeMap<>();
      for (Token t : lists.values()) {
        try {
          Claims c = open(t, "blk");
          bySeq.computeIfAbsent(c.number("seq"), k -> new ArrayList<>()).add(c);
        } catch (Refused e) {
          // its key was revoked meanwhile
        }
      }
      for (List<Claims> parts : bySeq.descendingMap().values()) {
        long count = parts.get(0).number("pts");
        Set<Long> numbers = new HashSet<>();
        boolean whole = parts.size() == Math.max(count, 1);
        for (Claims c : parts) whole &= c.number("pts") == count && numbers.add(c.number("par"));
        if (whole) return parts;
      }
      return List.of();
    }

    private static boolean blocked(List<Claims> parts, Claims lic, String container) {
      for (Claims c : parts) {
        if (!container.isEmpty() && lic.number("iat") <= c.number("iat") && c.list("cnt").contains(container)) return true;
        for (Object h : c.list("lic")) {
          if (((Claims) h).text("lid").equals(lic.text("lid")) && lic.number("gen") <= ((Claims) h).number("gen")) return true;
        }
      }
      return false;
    }

    /** Learns from a file and judges its licenses, in their order. Throws Refused for a damaged file. */
    public Licenses check(byte[] file, Here here) throws Refused {
      Licenses out = new Licenses();
      List<Token> lines = learn(file);
      List<Claims> blocks = newestLists();
      for (Token t : lines) {
        if (!t.type.equals("lic")) continue;
        try {
          out.add(judge(t, here, blocks));
        } catch (Refused e) {
          out.add(new License(e.code, new Claims(), 0, 0));
        }
      }
      return out;
    }

    private License judge(Token t, Here here, List<Claims> blocks) throws Refused {
      need(here.now > 0);
      Claims c = open(t, "lic");
      if (!here.product.isEmpty() && !here.product.equals(c.text("prd"))) throw new Refused("product");
      fits(c, here.container, here.components);
      if (blocked(blocks, c, here.container)) throw new Refused("blocked");
      return new License("ok", c, here.now, here.released);
    }
  }

  /** Throws Refused if a license is bound to another container or machine. */
  static void fits(Claims lic, String container, List<byte[]> components) throws Refused {
    Claims bound = lic.object("cnt");
    if (bound.text("k").isEmpty()) return;
    if (!bound.text("k").equals(container)) throw new Refused("container");
    Set<String> prints = new HashSet<>(), found = new HashSet<>();
    for (byte[] p : components) prints.add(b64(Arrays.copyOf(p, 8)));
    for (Object f : bound.list("f")) {
      if (prints.contains(f)) found.add((String) f);
    }
    if (found.size() < bound.number("n")) throw new Refused("fingerprint");
  }

  /** The licenses of a file, each with its verdict. */
  public static final class Licenses extends ArrayList<License> {
    private static final long serialVersionUID = 1;

    public boolean has(String feature) {
      return stream().anyMatch(l -> l.has(feature));
    }

    /** The greatest of the limits that licenses which run set; null: none does. */
    public Long limit(String name) {
      return stream().map(l -> l.limit(name)).filter(v -> v != null).max(Long::compare).orElse(null);
    }
  }

  /**
   * One license. code is "ok", or why it is none for this program here; state is valid, grace, not_yet,
   * expired or unmaintained; until the second at which that changes or has changed (0: never); runs
   * whether the program should go on.
   */
  public static final class License {
    public final String code, state, enforce;
    public final long until;
    public final boolean runs;
    public final Claims claims;

    License(String code, Claims claims, long now, long released) {
      this.code = code;
      this.claims = claims;
      enforce = claims.text("enf");
      long start = claims.number("nbf"), exp = claims.number("exp"), end = exp + claims.number("grc"), mnt = claims.number("mnt");
      if (!code.equals("ok")) {
        state = "";
        until = 0;
      } else if (start > now) {
        state = "not_yet";
        until = start;
      } else if (exp != 0 && now >= end) {
        state = "expired";
        until = end;
      } else if (mnt != 0 && released >= mnt) {
        state = "unmaintained";
        until = mnt;
      } else if (exp != 0 && now >= exp) {
        state = "grace";
        until = end;
      } else {
        state = "valid";
        until = exp;
      }
      runs = state.equals("valid") || state.equals("grace") || enforce.equals("warn") || enforce.equals("log");
    }

    /** Whether the program may use a feature; "*" stands for all of them. */
    public boolean has(String feature) {
      return runs && (claims.list("ftr").contains(feature) || claims.list("ftr").contains("*"));
    }

    /** A limit by name; null where the license sets none. */
    public Long limit(String name) {
      return runs ? (Long) claims.object("lim").get(name) : null;
    }
  }
}
