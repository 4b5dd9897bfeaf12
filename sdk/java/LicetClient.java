import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Keeps the licenses of a machine: activates, refreshes and returns them over HTTPS, and takes leases of
 * floating ones. Needs Licet.java beside it.
 *
 * <pre>
 *   LicetClient c = new LicetClient(pins, Path.of("/var/lib/acme"), new LicetClient.Options().product("cad"));
 *   c.activate("7H2KM-…");
 *   if (c.licenses().has("export.step")) { … }
 *
 *   try (LicetClient.Lease lease = c.lease(new LicetClient.LeaseAsk().code("F3WQN-…")).keep(null)) {
 *     if (lease.has("draw")) { … }
 *   }
 * </pre>
 *
 * The folder holds one file with the container's private key, its licenses and the messages that wait
 * for an answer. It is written before anything is sent and after anything is learned, so that a crash or
 * a lost answer repeats the same bytes: the server then takes no second seat. A license that is given
 * back is gone from the disk before the message that says so is signed. Calls throw Offline when the
 * server is not reached, and nothing is lost then: the next activation, refresh or return sends what waits
 * first. They throw Refusal when it says no, and Licet.Refused for an answer that is not to be believed.
 *
 * <p>One process at a time works on a folder; others wait. What a small client leaves out, the Go client
 * has: requests as files, sealed parts, restore, pairing codes, a clock that is put right, borrowing,
 * waiting for a place in a queue.
 */
public final class LicetClient {
  private static final String FILE = "licet-container.json", LOCK = "licet-container.lock", HEADER = "v4.public.";
  private static final String TEXT = "text/plain; charset=utf-8", JSON = "application/json";
  private static final boolean POSIX = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  /** The server was not reached, or something else answered. */
  public static final class Offline extends IOException {
    private static final long serialVersionUID = 1;

    Offline(String why) {
      super(why);
    }
  }

  /** The server's no, or not now: code is stable ("license.no_seat"). */
  public static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    public final int status;
    public final String code, text;

    /** Seconds for which the server wants to be left alone. */
    public final long retryAfter;

    Refusal(int status, String code, String text, long retryAfter) {
      super(code + ": " + text);
      this.status = status;
      this.code = code;
      this.text = text;
      this.retryAfter = retryAfter;
    }

    /** Whether the same message would be refused again. */
    public boolean isFinal() {
      return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
    }
  }

  /** What may be set; everything has a default. */
  public static final class Options {
    private String product = "", version = "", server = "";
    private long released;
    private Path ca;
    private Map<String, String> components = machine();
    private DoubleSupplier clock = () -> System.currentTimeMillis() / 1000.0, ticks = () -> System.nanoTime() / 1e9;

    /** The program's product code; else any. */
    public Options product(String code) {
      product = code;
      return this;
    }

    /** The program's version, for the publisher's statistics. */
    public Options version(String text) {
      version = text;
      return this;
    }

    /** The program's release time in Unix seconds; else maintenance is not looked at. */
    public Options released(long seconds) {
      released = seconds;
      return this;
    }

    /** The server's address; else the one in the pins. */
    public Options server(String url) {
      server = url;
      return this;
    }

    /** A file of certificates to trust for a server that has its own; else the system's. */
    public Options ca(Path file) {
      ca = file;
      return this;
    }

    /** The clock in Unix seconds, and seconds that are measured and that nobody sets; else the machine's. */
    public Options clocks(DoubleSupplier unixSeconds, DoubleSupplier measured) {
      clock = unixSeconds;
      ticks = measured;
      return this;
    }

    /** What the machine is known by, name to value; else its machine-id or its name. */
    public Options components(Map<String, String> map) {
      components = new LinkedHashMap<>(map);
      return this;
    }
  }

  /** What a lease is asked for with: a code, or the id of a license that was leased here before. */
  public static final class LeaseAsk {
    private String code = "", license = "", person = "", label = "";
    private long quantity;

    /** A ticket or license key. */
    public LeaseAsk code(String typed) {
      code = typed.replaceAll("\\s", "");
      return this;
    }

    /** The id of a license. */
    public LeaseAsk license(String id) {
      license = id;
      return this;
    }

    /** Who uses it, where the license counts persons; only a hash of it leaves the machine. */
    public LeaseAsk person(String name) {
      person = name;
      return this;
    }

    /** For which places may be kept. */
    public LeaseAsk label(String id) {
      label = id;
      return this;
    }

    /** How many places; else one. */
    public LeaseAsk quantity(long places) {
      quantity = places;
      return this;
    }
  }

  /** What was consumed: units now, spent of the license so far, left for the next. */
  public record Consumed(String unit, long units, long spent, long left) {}

  /** What has become of a lease that is kept. */
  public enum News {
    /** It goes on. */
    RENEWED,
    /** It was not renewed; it goes on and is tried again. */
    LATE,
    /** It is over, and nothing brings it back. */
    ENDED
  }

  /** Is told what becomes of a lease; error is null when it was renewed. */
  public interface Watch {
    void told(News news, Exception error);
  }

  private interface Work {
    void on(State st) throws IOException, Refusal, Licet.Refused;
  }

  private static final class State {
    byte[] seed, pub;
    long counter, epoch, seq, signed;
    List<String> trust = new ArrayList<>();
    List<Licet.Claims> licenses = new ArrayList<>(), outbox = new ArrayList<>();

    String hash() {
      return Licet.b64(Licet.sha256(new byte[] {1}, pub));
    }
  }

  private final byte[] pins;
  private final Path dir;
  private final Options o;
  private final Licet.Verifier first;
  private final URI gateway;
  private final HttpClient http;

  public LicetClient(byte[] pins, Path folder, Options options) throws Licet.Refused, IOException {
    this.pins = pins.clone();
    dir = folder;
    o = options;
    first = new Licet.Verifier(pins);
    String server = (o.server.isEmpty() ? first.server : o.server).replaceAll("/+$", "");
    gateway = URI.create(server + "/api/v1/");
    boolean local = "http".equals(gateway.getScheme()) && List.of("localhost", "127.0.0.1", "[::1]").contains(gateway.getHost());
    if (gateway.getHost() == null || !"https".equals(gateway.getScheme()) && !local) throw new IllegalArgumentException("the server's address must begin with https://");
    HttpClient.Builder b = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).followRedirects(HttpClient.Redirect.NEVER)
        .version(HttpClient.Version.HTTP_1_1); // a redirect would carry the code to somebody else
    http = (o.ca == null ? b : b.sslContext(trusting(o.ca))).build();
  }

  private static SSLContext trusting(Path ca) throws IOException {
    try (InputStream in = new FileInputStream(ca.toFile())) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) store.setCertificateEntry("ca" + store.size(), c);
      TrustManagerFactory f = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      f.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, f.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** What this machine is known by, as far as a few lines can tell. */
  public static Map<String, String> machine() {
    for (String path : List.of("/etc/machine-id", "/var/lib/dbus/machine-id")) {
      try {
        return Map.of("machine-id", Files.readString(Path.of(path)).strip());
      } catch (IOException e) {
        // the next one
      }
    }
    try {
      return Map.of("host", InetAddress.getLocalHost().getHostName());
    } catch (IOException e) {
      return Map.of();
    }
  }

  // ---------------------------------------------------------------- what it does

  /** Collects what a ticket or license key holds. */
  public void activate(String code) throws IOException, Refusal, Licet.Refused {
    ask("act", code.replaceAll("\\s", ""));
  }

  /** Asks for what waits at the server: renewed licenses, recalls, blocks. */
  public void refresh() throws IOException, Refusal, Licet.Refused {
    ask("ref", "");
  }

  /** Returns a license: it is gone from here at once, and the server is told. */
  public void giveBack(String licenseId) throws IOException, Refusal, Licet.Refused {
    locked(st -> {
      Licet.Claims held = find(st, licenseId);
      if (held != null) {
        ours(st, held.text("token"));
        st.licenses.remove(held);
        st.outbox.add(claims("typ", "ret", "lid", licenseId, "gen", held.number("gen"), "ctr", 0L));
        save(st); // durable before it is signed
      } else if (st.outbox.stream().noneMatch(m -> m.text("lid").equals(licenseId))) {
        throw new IOException("no such license here");
      }
      flush(st, 0);
    });
  }

  /** Every license here with its verdict, without asking anybody. */
  public Licet.Licenses licenses() throws IOException, Licet.Refused {
    State st = load();
    Licet.Licenses out = new Licet.Licenses();
    Licet.Verifier verifier = trust(st);
    Licet.Here here = new Licet.Here().now(Math.max(now(), Math.max(st.signed, o.released))).product(o.product).released(o.released)
        .container(st.hash(), salted());
    for (Licet.Claims held : st.licenses) {
      for (Licet.License l : verifier.check(Licet.ascii(held.text("token")), here)) {
        out.add(held.number("blocked") != 0 && l.code.equals("ok") ? new Licet.License("blocked", new Licet.Claims(), 0, 0) : l);
      }
    }
    return out;
  }

  /**
   * Takes a place of a floating license. An answer that is lost is asked for once more by the same message,
   * which takes no second place.
   */
  public Lease lease(LeaseAsk ask) throws IOException, Refusal, Licet.Refused {
    String nonce = nonce();
    Lease lease = new Lease();
    String[] message = new String[1];
    locked(st -> {
      if (st.counter == 0) save(st); // its key may be new
      Licet.Claims holder = ask.person.isEmpty() ? claims("t", "process") : claims("t", "person", "h", Licet.b64(first.component("person", ask.person)));
      Licet.Claims req = claims("typ", "lsr", "iss", first.issuer, "non", nonce, "iat", Math.max(now(), st.signed), "code", ask.code, "lid", ask.license,
          "hol", holder, "lbl", ask.label, "qty", ask.quantity);
      here(st, req);
      message[0] = token(st, req);
      lease.verifier = trust(st);
      lease.container = st.hash();
    });
    Answer a = twice("lease", TEXT, message[0]);
    Licet.Claims grant = object(a.body);
    if (!(grant.get("secret") instanceof String secret)) throw new Offline("this is no answer of a license server");
    lease.secret = secret;
    lease.take(grant, nonce, a.asked);
    return lease;
  }

  /**
   * Uses up units of a usage-counted license by its key, for which no container is needed. The same nonce
   * (16 random bytes in base64url; "": new ones) consumes once, whenever it is sent.
   */
  public Consumed consume(String key, long units, String nonce) throws Offline, Refusal {
    Licet.Claims say = claims("key", key.replaceAll("\\s", ""), "nonce", nonce.isEmpty() ? nonce() : nonce, "units", units);
    if (!o.product.isEmpty()) say.put("product", o.product);
    Licet.Claims c = object(twice("consume", JSON, json(say)).body);
    return new Consumed(c.text("unit"), c.number("units"), c.number("spent"), c.number("left"));
  }

  /** A copied folder must not give the original's seat away. */
  private void ours(State st, String line) throws Licet.Refused {
    Licet.Verifier verifier = trust(st);
    Licet.Claims c;
    try {
      c = verifier.open(Licet.tokens(Licet.ascii(line)).get(0), "lic");
    } catch (Licet.Refused e) {
      return; // its key was revoked: it may go
    }
    Licet.fits(c, st.hash(), salted());
  }

  // ---------------------------------------------------------------- messages

  private long now() {
    return (long) o.clock.getAsDouble();
  }

  private static Licet.Claims claims(Object... pairs) {
    Licet.Claims c = new Licet.Claims();
    for (int i = 0; i < pairs.length; i += 2) c.put((String) pairs[i], pairs[i + 1]);
    return c;
  }

  private static Licet.Claims find(State st, String lid) {
    return st.licenses.stream().filter(l -> l.text("lid").equals(lid)).findFirst().orElse(null);
  }

  private static List<Object> held(State st) {
    List<Object> out = new ArrayList<>();
    for (Licet.Claims l : st.licenses) out.add(claims("lid", l.text("lid"), "gen", l.number("gen")));
    return out;
  }

  private static String nonce() {
    byte[] raw = new byte[16];
    new SecureRandom().nextBytes(raw);
    return Licet.b64(raw);
  }

  private List<byte[]> salted() {
    List<byte[]> out = new ArrayList<>();
    o.components.forEach((name, value) -> out.add(first.component(name, value)));
    return out;
  }

  private void ask(String act, String code) throws IOException, Refusal, Licet.Refused {
    locked(st -> {
      flush(st, 0);
      Licet.Claims req = claims("typ", "req", "iss", first.issuer, "act", act, "non", nonce(), "ctr", st.counter + 1, "iat", Math.max(now(), st.signed),
          "code", code, "held", held(st));
      here(st, req);
      send(st, req);
      flush(st, req.number("ctr"));
    });
  }

  /** The container, the machine and the program. */
  private void here(State st, Licet.Claims message) {
    List<Object> prints = new ArrayList<>();
    o.components.forEach((name, value) -> prints.add(claims("n", name, "h", Licet.b64(first.component(name, value)))));
    message.putAll(claims("cnt", claims("t", "soft", "s", Licet.b64(st.pub)), "fp", prints, "prd", o.product,
        "app", claims("v", o.version, "os", System.getProperty("os.name", ""))));
  }

  /** Signs a message and puts it behind those that wait. */
  private static void send(State st, Licet.Claims message) throws IOException {
    st.counter = message.number("ctr");
    Licet.Claims m = claims("typ", message.text("typ"), "non", message.text("non"), "ctr", st.counter, "token", token(st, message));
    if (message.text("typ").equals("ret")) m.putAll(claims("lid", message.text("lid"), "gen", message.number("gen")));
    st.outbox.add(m);
  }

  /** The token of a message; what is empty is left out. */
  private static String token(State st, Licet.Claims message) throws IOException {
    message.values().removeIf(v -> v.equals("") || v.equals(0L) || v instanceof List<?> l && l.isEmpty());
    byte[] payload = json(message).getBytes(StandardCharsets.UTF_8), footer = Licet.ascii("{\"kid\":\"" + Licet.keyId(st.pub) + "\"}");
    try {
      Signature s = Signature.getInstance("Ed25519");
      s.initSign(KeyFactory.getInstance("Ed25519").generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, st.seed)));
      s.update(Licet.pae(Licet.ascii(HEADER), payload, footer, Licet.ascii(message.text("typ") + "/1")));
      byte[] signature = s.sign(), body = Arrays.copyOf(payload, payload.length + 64);
      System.arraycopy(signature, 0, body, payload.length, 64);
      return HEADER + Licet.b64(body) + "." + Licet.b64(footer);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private void signReturns(State st) throws IOException {
    for (Licet.Claims m : st.outbox.stream().filter(m -> m.number("ctr") == 0).toList()) {
      st.outbox.remove(m);
      send(st, claims("typ", "ret", "iss", first.issuer, "cnt", st.hash(), "non", nonce(), "ctr", st.counter + 1, "iat", now(), "lid", m.text("lid"),
          "gen", m.number("gen")));
    }
  }

  /**
   * Sends what waits, in order. Another message that the server refuses for good is given up; the outcome
   * of the one that is meant is the caller's.
   */
  private void flush(State st, long meant) throws IOException, Refusal, Licet.Refused {
    signReturns(st);
    save(st);
    while (!st.outbox.isEmpty()) {
      Licet.Claims m = st.outbox.get(0);
      try {
        byte[] answer = post("exchange", TEXT, m.text("token"));
        if (m.text("typ").equals("rcp")) st.outbox.remove(m);
        else install(st, m, answer);
      } catch (Refusal no) {
        if (!no.isFinal()) throw no;
        st.outbox.remove(m);
        save(st);
        if (m.number("ctr") == meant || m.text("typ").equals("ret")) throw no;
      } catch (Licet.Refused no) {
        if (Set.of("container", "fingerprint", "old").contains(no.code)) { // it would be the same the next time
          st.outbox.remove(m);
          save(st);
        }
        throw no;
      }
      save(st);
    }
  }

  /** Takes over the answer to a message, as a whole or not at all. */
  private void install(State st, Licet.Claims m, byte[] answer) throws IOException, Licet.Refused {
    Licet.Verifier verifier = trust(st);
    Map<Licet.Claims, String> lics = new LinkedHashMap<>();
    List<Licet.Claims> upds = new ArrayList<>();
    for (Licet.Token t : verifier.learn(answer)) {
      if (t.type.equals("upd")) upds.add(verifier.open(t, "upd"));
      if (t.type.equals("lic")) lics.put(verifier.open(t, "lic"), t.line);
    }
    List<Licet.Claims> all = new ArrayList<>(lics.keySet());
    all.addAll(upds);
    if (all.isEmpty()) throw new Offline("this is no answer of a license server");
    List<?> commands = upds.isEmpty() ? List.of() : upds.get(0).list("cmd");
    long seq = all.get(0).number("seq"), epoch = lics.isEmpty() ? st.epoch : all.get(0).number("epo"), at = 0;
    for (Licet.Claims u : upds) {
      if (!u.text("cnt").equals(st.hash())) throw new Licet.Refused("container");
    }
    for (Licet.Claims c : all) {
      if (!c.text("non").equals(m.text("non"))) throw new Licet.Refused("not_asked");
      if (upds.size() > 1 || c.number("seq") != seq) throw new Licet.Refused("update");
      at = Math.max(at, c.number("iat"));
    }
    for (Licet.Claims c : lics.keySet()) {
      Licet.fits(c, st.hash(), salted());
      if (c.number("cmd") != commands.size() || c.number("epo") != epoch) throw new Licet.Refused("update");
      Licet.Claims here = find(st, c.text("lid"));
      if (here != null && here.number("gen") > c.number("gen")) throw new Licet.Refused("old");
    }
    boolean newer = !lics.isEmpty() && epoch != st.epoch ? epoch > st.epoch : seq > st.seq || lics.isEmpty() && at > st.signed;
    if (!newer) throw new Licet.Refused("old");
    obey(st, commands, false);
    lics.forEach((c, line) -> {
      st.licenses.removeIf(l -> l.text("lid").equals(c.text("lid")));
      st.licenses.add(claims("lid", c.text("lid"), "gen", c.number("gen"), "token", line, "blocked", 0L));
    });
    obey(st, commands, true);
    st.seq = seq;
    st.epoch = Math.max(epoch, st.epoch);
    st.signed = Math.max(at, st.signed);
    st.trust = new ArrayList<>(verifier.seen);
    st.trust.addAll(verifier.lists.keySet());
    st.outbox.removeIf(w -> w.number("ctr") > 0 && w.number("ctr") <= m.number("ctr"));
    if (!m.text("typ").equals("req")) return;
    send(st, claims("typ", "rcp", "iss", first.issuer, "cnt", st.hash(), "non", m.text("non"), "ctr", st.counter + 1, "iat", now(), "held", held(st)));
  }

  private static void obey(State st, List<?> commands, boolean blocks) {
    for (Object o : commands) {
      Licet.Claims cmd = (Licet.Claims) o, l = find(st, cmd.text("lid"));
      if (l == null || l.number("gen") > cmd.number("gen")) continue;
      if (blocks && cmd.text("c").equals("block")) l.put("blocked", 1L);
      if (!blocks && List.of("recall", "replace").contains(cmd.text("c"))) st.licenses.remove(l);
    }
  }

  private record Answer(byte[] body, double[] asked) {}

  /**
   * Says it again if the answer does not come: for what works only once however often it is said. The
   * answer comes with when it was asked for.
   */
  private Answer twice(String path, String type, String body) throws Offline, Refusal {
    double[] asked = moment();
    try {
      return new Answer(post(path, type, body), asked);
    } catch (Offline e) {
      asked = moment();
      return new Answer(post(path, type, body), asked);
    }
  }

  private double[] moment() {
    return new double[] {o.ticks.getAsDouble(), o.clock.getAsDouble()};
  }

  /** The object of an answer that is one. */
  private static Licet.Claims object(byte[] answer) throws Offline {
    try {
      return Licet.parse(answer, null);
    } catch (Licet.Refused e) {
      throw new Offline("this is no answer of a license server");
    }
  }

  private static long seconds(String header) {
    return header.matches("\\d{1,9}") ? Long.parseLong(header) : 0;
  }

  private byte[] post(String path, String type, String said) throws Offline, Refusal {
    HttpRequest r = HttpRequest.newBuilder(gateway.resolve(path)).timeout(Duration.ofSeconds(30)).header("Content-Type", type)
        .header("Accept", "text/plain, application/json, application/problem+json").header("User-Agent", "licet-java/1")
        .POST(HttpRequest.BodyPublishers.ofString(said)).build();
    try {
      HttpResponse<InputStream> answer = http.send(r, HttpResponse.BodyHandlers.ofInputStream());
      byte[] body;
      try (InputStream in = answer.body()) {
        body = in.readNBytes((1 << 20) + 1);
      }
      if (answer.statusCode() == 200 || answer.statusCode() == 204) return body;
      if (answer.headers().firstValue("Content-Type").orElse("").startsWith("application/problem+json")) {
        Licet.Claims problem = Licet.parse(body, null);
        if (!problem.text("code").isEmpty()) throw new Refusal(answer.statusCode(), problem.text("code"), problem.text("detail"),
            seconds(answer.headers().firstValue("Retry-After").orElse("")));
      }
      throw new Offline("not an answer of a license server (" + answer.statusCode() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Offline("interrupted");
    } catch (Offline e) {
      throw e;
    } catch (IOException | Licet.Refused e) {
      throw new Offline(String.valueOf(e.getMessage()));
    }
  }

  // ---------------------------------------------------------------- the file

  private Licet.Verifier trust(State st) throws Licet.Refused {
    Licet.Verifier v = new Licet.Verifier(pins);
    v.learn(Licet.ascii(String.join("\n", st.trust)));
    return v;
  }

  private void locked(Work work) throws IOException, Refusal, Licet.Refused {
    Files.createDirectories(dir);
    synchronized (LicetClient.class) { // the system's locks are between processes
      try (FileChannel f = FileChannel.open(dir.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock lock = f.lock()) {
        if (lock.isValid()) work.on(load());
      }
    }
  }

  private State load() throws IOException {
    State st = new State();
    try {
      if (Files.exists(dir.resolve(FILE))) read(st, Licet.parse(Files.readAllBytes(dir.resolve(FILE)), null));
      else {
        KeyPairGenerator g = KeyPairGenerator.getInstance("Ed25519");
        st.seed = ((EdECPrivateKey) g.generateKeyPair().getPrivate()).getBytes().orElseThrow();
      }
      st.pub = publicOf(st.seed);
      return st;
    } catch (Licet.Refused e) {
      throw new IOException("the container's file is damaged", e); // it is never overwritten
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private void read(State st, Licet.Claims c) throws IOException, Licet.Refused {
    if (c.number("format") != 1 || !c.text("issuer").equals(first.issuer)) throw new IOException("this folder holds another container");
    st.seed = Licet.unb64(c.text("seed"));
    st.counter = c.number("counter");
    st.epoch = c.number("epoch");
    st.seq = c.number("seq");
    st.signed = c.number("signed");
    for (Object t : c.list("trust")) st.trust.add((String) t);
    for (Object l : c.list("licenses")) st.licenses.add((Licet.Claims) l);
    for (Object m : c.list("outbox")) st.outbox.add((Licet.Claims) m);
  }

  /** The public key of a seed: Java gives it out only where a pair is made, so one is made of the seed. */
  private static byte[] publicOf(byte[] seed) throws GeneralSecurityException {
    KeyPairGenerator g = KeyPairGenerator.getInstance("Ed25519");
    g.initialize(NamedParameterSpec.ED25519, new SecureRandom() {
      private static final long serialVersionUID = 1;

      @Override
      public void nextBytes(byte[] b) {
        System.arraycopy(seed, 0, b, 0, b.length);
      }
    });
    byte[] spki = g.generateKeyPair().getPublic().getEncoded();
    return Arrays.copyOfRange(spki, spki.length - 32, spki.length);
  }

  /** Replaces the file as a whole and returns when it is on the disk. */
  private void save(State st) throws IOException {
    Licet.Claims c = claims("format", 1L, "issuer", first.issuer, "seed", Licet.b64(st.seed), "counter", st.counter, "epoch", st.epoch, "seq", st.seq,
        "signed", st.signed, "trust", st.trust, "licenses", st.licenses, "outbox", st.outbox);
    Path path = dir.resolve(FILE), fresh = dir.resolve(FILE + ".new");
    Files.deleteIfExists(fresh);
    if (POSIX) Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel f = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer b = ByteBuffer.wrap(json(c).getBytes(StandardCharsets.UTF_8));
      while (b.hasRemaining()) f.write(b);
      f.force(true);
    }
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (!POSIX) return; // on Windows a folder cannot be opened, and need not be
    try (FileChannel d = FileChannel.open(dir, StandardOpenOption.READ)) {
      d.force(true);
    }
  }

  private static String json(Object v) {
    StringBuilder out = new StringBuilder();
    if (v instanceof Map<?, ?> m) {
      m.forEach((name, value) -> out.append(out.length() == 0 ? "{" : ",").append(json(name)).append(':').append(json(value)));
      return out.length() == 0 ? "{}" : out.append('}').toString();
    }
    if (v instanceof List<?> l) {
      l.forEach(item -> out.append(out.length() == 0 ? "[" : ",").append(json(item)));
      return out.length() == 0 ? "[]" : out.append(']').toString();
    }
    if (!(v instanceof String s)) return String.valueOf(v);
    out.append('"');
    for (char c : s.toCharArray()) {
      if (c < ' ') out.append(String.format("\\u%04x", (int) c));
      else out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
    }
    return out.append('"').toString();
  }

  // ---------------------------------------------------------------- leases

  /**
   * A use of a floating license. It goes on until it is ended, or for renewAfter and some more seconds
   * without a renewal: renew it, or let keep do so. It counts from before it was asked for, by measured
   * time, and by the clock where that has moved on further: a machine that slept has measured nothing.
   * Its methods may be called by several threads.
   */
  public final class Lease implements AutoCloseable {
    /** A license, and when it was asked for. */
    private record Grant(Licet.Claims claims, double[] asked) {
      long number(String name) {
        return claims.number(name);
      }

      Licet.Claims lease() {
        return claims.object("lse");
      }
    }

    private final CountDownLatch stop = new CountDownLatch(1);
    private Licet.Verifier verifier;
    private String container, secret;
    private volatile Grant now;
    private volatile boolean gone, ended;
    private boolean kept;

    private Lease() {}

    public String id() {
      return now.lease().text("id");
    }

    /** Above that of every lease of the license before. */
    public long fence() {
      return now.lease().number("fen");
    }

    /** Seconds after which to renew it. */
    public long renewAfter() {
      return now.lease().number("bea");
    }

    /** The license's id. */
    public String license() {
      return now.claims.text("lid");
    }

    public long quantity() {
      return now.number("qty");
    }

    /** Seconds until it ends without a renewal, its grace not counted; not above 0 when it is over. */
    public double left() {
      Grant g = now;
      return gone || ended ? 0 : g.number("exp") - g.number("iat") - elapsed(g);
    }

    /** "valid", "grace" while its place still waits for a renewal, or "expired". */
    public String state() {
      return ended ? "expired" : present().state;
    }

    /**
     * Whether the program should go on: it is not over, or its license only asks to warn or to log. Never
     * after end.
     */
    public boolean runs() {
      return present().runs;
    }

    public boolean has(String feature) {
      return present().has(feature);
    }

    /** A limit by name; null where the license sets none or the lease is over. */
    public Long limit(String name) {
      return present().limit(name);
    }

    /**
     * Asks once. Throws Offline, Refusal and Licet.Refused, and the lease goes on to its end; after Refusal
     * license.lease_gone it is over: take a new one.
     */
    public synchronized void renew() throws Offline, Refusal, Licet.Refused {
      double[] asked = moment();
      try {
        take(object(say("lease/renew")), "", asked);
      } catch (Refusal no) {
        gone |= no.status == 404 && no.code.equals("license.lease_gone");
        throw no;
      }
    }

    /**
     * Gives the place back. Throws Offline if the server is not reached: the place frees itself then when the
     * lease would have ended.
     */
    public void end() throws Offline, Refusal {
      stop.countDown();
      if (gone || ended) return;
      ended = true;
      say("lease/end");
    }

    /** Ends it; what goes wrong is passed over. */
    @Override
    public void close() {
      try {
        end();
      } catch (Offline | Refusal e) {
        // it frees itself
      }
    }

    /**
     * Renews it from now on in a thread that keeps no program from ending; watch may be null. Returns the
     * lease.
     */
    public synchronized Lease keep(Watch watch) {
      if (kept) return this;
      kept = true;
      Thread t = new Thread(() -> keeper(watch), "licet-lease");
      t.setDaemon(true);
      t.start();
      return this;
    }

    private void keeper(Watch watch) {
      long wait = renewAfter(), pause = Math.min(5, wait);
      try {
        while (!stop.await(wait, TimeUnit.SECONDS)) {
          Exception error = null;
          try {
            renew();
            wait = renewAfter();
            pause = Math.min(5, wait);
          } catch (Exception e) { // whatever it is, it must not end the program
            error = e;
            wait = Math.max(pause, e instanceof Refusal no ? Math.min(60, no.retryAfter) : 0);
            pause = Math.min(2 * pause, 60);
          }
          if (ended) return;
          gone |= state().equals("expired");
          tell(watch, gone ? News.ENDED : error == null ? News.RENEWED : News.LATE, error);
          if (gone) return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static void tell(Watch watch, News news, Exception error) {
      try {
        if (watch != null) watch.told(news, error);
      } catch (RuntimeException e) {
        // the program's own fault
      }
    }

    private byte[] say(String path) throws Offline, Refusal {
      return post(path, JSON, json(claims("iss", first.issuer, "lease", id(), "fence", fence(), "secret", secret)));
    }

    /** Takes over the lines of an answer, if they are of this lease. */
    private void take(Licet.Claims answer, String nonce, double[] asked) throws Offline, Licet.Refused {
      if (!(answer.get("lines") instanceof List<?> lines)) throw new Offline("this is no answer of a license server");
      byte[] file = String.join("\n", lines.stream().map(String::valueOf).toList()).getBytes(StandardCharsets.UTF_8);
      List<Licet.Token> found = verifier.learn(file).stream().filter(t -> t.type.equals("lic")).toList();
      if (found.size() != 1) throw new Licet.Refused("update");
      Licet.Claims c = verifier.open(found.get(0), "lic");
      Licet.Here here = new Licet.Here().now(Math.max(c.number("iat"), c.number("nbf"))).product(o.product).container(container, salted());
      Licet.License verdict = verifier.check(Licet.ascii(found.get(0).line), here).get(0);
      if (!verdict.code.equals("ok")) throw new Licet.Refused(verdict.code);
      Licet.Claims lse = c.object("lse");
      if (lse.text("id").isEmpty() || c.number("exp") <= c.number("iat")) throw new Licet.Refused("update");
      Grant before = now;
      if (before == null && !c.text("non").equals(nonce)) throw new Licet.Refused("not_asked");
      if (before != null) {
        if (!lse.text("id").equals(id()) || lse.number("fen") != fence()) throw new Licet.Refused("not_asked");
        if (c.number("iat") < before.number("iat") || c.number("exp") < before.number("exp")) throw new Licet.Refused("old");
      }
      boolean same = before != null && c.number("iat") == before.number("iat"); // the same moment there is the same moment here
      now = new Grant(c, same ? before.asked : asked);
    }

    private double elapsed(Grant g) {
      double[] m = moment();
      return Math.max(m[0] - g.asked[0], m[1] - g.asked[1]);
    }

    /** The license at this moment of its own time. */
    private Licet.License present() {
      Grant g = now;
      if (ended) return new Licet.License("ended", new Licet.Claims(), 0, 0);
      long at = gone ? g.number("exp") + g.number("grc") : Math.max(g.number("iat") + (long) Math.floor(elapsed(g)), g.number("nbf"));
      return new Licet.License("ok", g.claims, at, 0);
    }
  }
}
