import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A client for the tests: Client PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME is what the machine is
 * known by. It prints each license and how the verb went.
 */
public final class Client {
  private Client() {}

  public static void main(String[] args) throws Exception {
    Map<String, String> components = new LinkedHashMap<>();
    for (String part : List.of("machine-id:-id", "disk-serial:-disk", "dmi-uuid:-board")) components.put(part.split(":")[0], args[4] + part.split(":")[1]);
    LicetClient c = new LicetClient(Files.readAllBytes(Path.of(args[0])), Path.of(args[1]),
        new LicetClient.Options().server(args[2]).ca(Path.of(args[3])).version("1.0").components(components));
    String said = "done";
    try {
      switch (args[5]) {
        case "activate" -> c.activate(args[6]);
        case "refresh" -> c.refresh();
        case "return" -> c.giveBack(args[6]);
        default -> { }
      }
    } catch (LicetClient.Offline e) {
      said = "offline";
    } catch (LicetClient.Refusal e) {
      said = "refused " + e.code;
    } catch (Licet.Refused e) {
      said = "not believed " + e.code;
    }
    for (Licet.License l : c.licenses()) {
      List<String> features = l.claims.list("ftr").stream().map(String::valueOf).toList();
      System.out.println(l.code.equals("ok") ? "license " + l.claims.text("lid") + " " + l.claims.number("gen") + " " + l.state + " " + String.join(",", features)
          : "license " + l.code);
    }
    System.out.println(said);
  }
}
