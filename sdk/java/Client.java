import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;

/**
 * A client for the tests: Client PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME is what the machine is
 * known by. It prints each license and how the verb went. With the verb lease it does what the lines of its
 * input say and prints a line for each; its clocks stand still until a line moves them.
 */
public final class Client {
  private interface Verb {
    String run() throws Exception;
  }

  private final LicetClient c;
  private final Set<String> news = new ConcurrentSkipListSet<>();
  private volatile double ticks = 100, clock = System.currentTimeMillis() / 1000;
  private CountDownLatch over;
  private LicetClient.Lease lease;

  private Client(String[] args) throws Exception {
    Map<String, String> components = new LinkedHashMap<>();
    for (String part : List.of("machine-id:-id", "disk-serial:-disk", "dmi-uuid:-board")) components.put(part.split(":")[0], args[4] + part.split(":")[1]);
    LicetClient.Options o = new LicetClient.Options().server(args[2]).ca(Path.of(args[3])).version("1.0").components(components);
    if (args[5].equals("lease")) o.clocks(() -> clock, () -> ticks);
    c = new LicetClient(Files.readAllBytes(Path.of(args[0])), Path.of(args[1]), o);
  }

  private static String said(Verb verb) throws Exception {
    try {
      return verb.run();
    } catch (LicetClient.Offline e) {
      return "offline";
    } catch (LicetClient.Refusal e) {
      return "refused " + e.code;
    } catch (Licet.Refused e) {
      return "not believed " + e.code;
    }
  }

  private String once(String verb, String argument) throws Exception {
    switch (verb) {
      case "activate" -> c.activate(argument);
      case "refresh" -> c.refresh();
      case "return" -> c.giveBack(argument);
      default -> { }
    }
    return "done";
  }

  private String step(String[] w) throws Exception {
    switch (w[0]) {
      case "take" -> lease = c.lease(new LicetClient.LeaseAsk().code(w[1]).person(w.length > 2 ? w[2] : ""));
      case "again" -> lease = c.lease(new LicetClient.LeaseAsk().license(lease.license()));
      case "renew" -> lease.renew();
      case "end" -> lease.end();
      case "over" -> over.await();
      case "keep" -> keep();
      case "move" -> {
        ticks += Long.parseLong(w[1]);
        clock += Long.parseLong(w[2]);
      }
      case "news" -> {
        return String.join(" ", news);
      }
      case "consume" -> {
        LicetClient.Consumed got = c.consume(w[1], Long.parseLong(w[2]), w[3]);
        return "spent " + got.spent() + " left " + got.left();
      }
      default -> {
        Long parts = lease.limit("parts");
        return String.format("lease %d %s %d %d %d %d %s", lease.fence(), lease.state(), (long) lease.left(), lease.renewAfter(), lease.runs() ? 1 : 0,
            lease.has("draw") ? 1 : 0, parts == null ? "-" : parts);
      }
    }
    return "done";
  }

  private void keep() {
    CountDownLatch latch = new CountDownLatch(1);
    over = latch;
    lease.keep((what, error) -> {
      news.add(what.name().toLowerCase(Locale.ROOT));
      if (what == LicetClient.News.ENDED) latch.countDown();
      throw new IllegalStateException("a fault of the program");
    });
  }

  public static void main(String[] args) throws Exception {
    Client client = new Client(args);
    if (args[5].equals("lease")) {
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        System.out.println(said(() -> client.step(words)));
      }
      return;
    }
    String outcome = said(() -> client.once(args[5], args.length > 6 ? args[6] : ""));
    for (Licet.License l : client.c.licenses()) {
      List<String> features = l.claims.list("ftr").stream().map(String::valueOf).toList();
      System.out.println(l.code.equals("ok") ? "license " + l.claims.text("lid") + " " + l.claims.number("gen") + " " + l.state + " " + String.join(",", features)
          : "license " + l.code);
    }
    System.out.println(outcome);
  }
}
