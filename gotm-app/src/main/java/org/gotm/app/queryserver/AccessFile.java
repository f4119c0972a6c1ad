package org.gotm.app.queryserver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.app.bpf.BpfTests;
import org.gotm.store.query.Query;
import org.gotm.store.query.QueryException;

/**
 * Who may ask, and for what: a line each, a name or the fingerprint of a certificate, and behind it
 * the condition that holds for each of the client's queries. It is read anew for each query, so
 * that who is taken out of it has no more.
 *
 * @param file that is read
 */
record AccessFile(Path file) {
  private static final long LARGEST = 1 << 20;
  private static final Pattern LINE =
      Pattern.compile("(?:\"([^\"]+)\"|(\\S+))(?:\\s+(.*))?", Pattern.DOTALL);
  private static final Pattern FINGERPRINT =
      Pattern.compile("sha256:([0-9a-f]{2}(?::?[0-9a-f]{2}){31})");

  /**
   * The condition for a client, which may be blank; none if it is not in the list. The line of its
   * fingerprint goes before that of its name.
   *
   * @throws IOException if the file cannot be read or a line of it is wrong: then nobody may ask
   */
  Optional<String> condition(Client client) throws IOException {
    Map<String, String> conditions = conditions();
    String byFingerprint = conditions.get("sha256:" + client.fingerprint());
    return Optional.ofNullable(
        byFingerprint == null ? conditions.get(client.name()) : byFingerprint);
  }

  private Map<String, String> conditions() throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("%s: larger than 1 MiB".formatted(file));
    }
    String text = Files.readString(file, StandardCharsets.UTF_8);
    List<String> lines = text.lines().toList();
    if (!text.isEmpty() && !text.endsWith("\n")) {
      throw wrong(lines.size(), "the line has no end; is it being written?");
    }
    Map<String, String> conditions = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        add(line, i + 1, conditions);
      }
    }
    return conditions;
  }

  private void add(String line, int number, Map<String, String> conditions) throws IOException {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw wrong(number, "not a name with a condition behind it");
    }
    String key = parts.group(1) == null ? key(parts.group(2), number) : parts.group(1);
    String condition = parts.group(3) == null ? "" : parts.group(3);
    check(condition, number);
    if (conditions.putIfAbsent(key, condition) != null) {
      throw wrong(number, "%s is there already".formatted(key));
    }
  }

  private String key(String word, int number) throws IOException {
    if (!word.startsWith("sha256:")) {
      return word;
    }
    Matcher fingerprint = FINGERPRINT.matcher(word.toLowerCase(Locale.ROOT));
    if (!fingerprint.matches()) {
      throw wrong(number, "a fingerprint is sha256: and 64 hexadecimal digits");
    }
    return "sha256:" + fingerprint.group(1).replace(":", "");
  }

  private void check(String condition, int number) throws IOException {
    try (BpfTests tests = new BpfTests()) {
      Query.parse(condition, Instant.now(), ZoneId.systemDefault(), tests);
    } catch (QueryException e) {
      throw wrong(number, e.getMessage());
    }
  }

  private IOException wrong(int number, String reason) {
    return new IOException("%s:%d: %s".formatted(file, number, reason));
  }
}
