import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the vectors of files.txt from standard input and prints "id verdict". */
public final class Vectors {
  private record Asked(Licet.Here here, String[] has, String[] limits) {}

  private final Map<String, byte[]> pieces = new HashMap<>();
  private final Map<String, Asked> checks = new HashMap<>();

  private static byte[] plain(String s) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < s.length(); i++) {
      if (s.charAt(i) == '%') {
        out.write(Integer.parseInt(s.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        out.write(s.charAt(i));
      }
    }
    return out.toByteArray();
  }

  private static String[] list(String s) {
    return s.isEmpty() ? new String[0] : s.split(",");
  }

  private static String verdict(Licet.License l, Asked c) {
    if (!l.code.equals("ok")) return l.code;
    StringBuilder has = new StringBuilder();
    List<String> limits = new ArrayList<>();
    for (String f : c.has) has.append(l.has(f) ? '1' : '0');
    for (String n : c.limits) limits.add(l.limit(n) == null ? "-" : l.limit(n).toString());
    return "ok:" + l.state + ":" + l.enforce + ":" + l.until + ":" + (l.runs ? 1 : 0) + ":" + has + ":" + String.join(",", limits);
  }

  private byte[] file(Map<String, List<String>> v) throws IOException {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (String name : v.get("file").get(0).split(",")) {
      joined.write(pieces.get(name));
      joined.write('\n');
    }
    byte[] file = joined.toByteArray();
    for (String edit : v.getOrDefault("edit", List.of())) {
      String[] p = edit.split("[-+]", -1);
      int at = Integer.parseInt(p[0]), gone = Integer.parseInt(p[1]);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(file, 0, at);
      for (int i = 0; i < p[2].length(); i += 2) out.write(Integer.parseInt(p[2].substring(i, i + 2), 16));
      out.write(file, at + gone, file.length - at - gone);
      file = out.toByteArray();
    }
    return file;
  }

  private String judge(Map<String, List<String>> v) throws IOException {
    Asked c = checks.get(v.get("check").get(0));
    try {
      List<String> out = new ArrayList<>();
      for (Licet.License l : new Licet.Verifier(pieces.get(v.get("pins").get(0))).check(file(v), c.here)) out.add(verdict(l, c));
      return out.isEmpty() ? "none" : String.join("|", out);
    } catch (Licet.Refused e) {
      return e.code;
    }
  }

  private void line(String line, StringBuilder out) throws IOException, Licet.Refused {
    Map<String, List<String>> v = new HashMap<>();
    for (String pair : line.split(" ")) {
      int at = pair.indexOf('=');
      v.computeIfAbsent(pair.substring(0, at), k -> new ArrayList<>()).add(pair.substring(at + 1));
    }
    if (v.containsKey("set")) {
      pieces.put(v.get("set").get(0), plain(v.get("text").get(0)));
    } else if (v.containsKey("id")) {
      out.append(v.get("id").get(0)).append(' ').append(judge(v)).append('\n');
    } else {
      List<byte[]> components = new ArrayList<>();
      for (String c : list(v.get("components").get(0))) components.add(Licet.unb64(c));
      Licet.Here here = new Licet.Here().now(Long.parseLong(v.get("now").get(0))).released(Long.parseLong(v.get("released").get(0)))
          .product(new String(plain(v.get("product").get(0)), StandardCharsets.UTF_8))
          .container(new String(plain(v.get("container").get(0)), StandardCharsets.UTF_8), components);
      checks.put(v.get("check").get(0), new Asked(here, list(v.get("has").get(0)), list(v.get("lim").get(0))));
    }
  }

  public static void main(String[] args) throws Exception {
    Vectors all = new Vectors();
    StringBuilder out = new StringBuilder();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.ISO_8859_1));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (!line.isEmpty() && !line.startsWith("#")) all.line(line, out);
    }
    System.out.print(out);
  }
}
