package org.gotm.app.sensors;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.SensorAddress;
import org.gotm.app.queryclient.SensorKeys;
import org.gotm.core.failure.Reason;

/**
 * The file that says which sensors there are: a line each, {@code NAME URL [cert=FILE] [key=FILE]
 * [cacert=FILE]}; what stands behind a {@code #} counts for nothing.
 */
public final class SensorList {
  private static final long LARGEST_BYTES = 1 << 20;
  private static final int MOST = 4096;

  private final Path file;
  private final SensorKeys defaults;
  private final Map<String, Sensor> sensors = new LinkedHashMap<>();

  private SensorList(Path file, SensorKeys defaults) {
    this.file = file;
    this.defaults = defaults;
  }

  /**
   * Reads a list.
   *
   * @param defaults what those sensors are asked with that have no files of their own
   * @return the sensors in the file's order
   * @throws StartException if it cannot be read, or a line is wrong; one line that says which
   */
  public static List<Sensor> read(Path file, SensorKeys defaults) {
    SensorList list = new SensorList(file, defaults);
    list.readAll();
    return List.copyOf(list.sensors.values());
  }

  private void readAll() {
    List<String> lines = lines();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("(^|\\s)#.*", "").strip();
      if (!line.isEmpty()) {
        add(line.split("\\s+"), i + 1);
      }
    }
    if (sensors.isEmpty()) {
      throw new StartException("sensors=%s: no sensor is in it".formatted(file));
    }
  }

  private List<String> lines() {
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        throw new StartException("sensors=%s: larger than 1 MiB".formatted(file));
      }
      return Files.readString(file, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new StartException("sensors=%s: cannot be read: %s".formatted(file, Reason.of(e)), e);
    }
  }

  private void add(String[] words, int number) {
    if (words.length < 2) {
      throw wrong(number, "not a name and a URL");
    }
    String name = words[0];
    if (!name.matches("[A-Za-z0-9._:@-]{1,64}")) {
      throw wrong(number, "a name is 1 to 64 letters, digits, or . _ : @ -");
    }
    if (sensors.size() == MOST) {
      throw wrong(number, "more than %d sensors".formatted(MOST));
    }
    if (sensors.putIfAbsent(name, sensor(name, words, number)) != null) {
      throw wrong(number, "%s is there already".formatted(name));
    }
  }

  private Sensor sensor(String name, String[] words, int number) {
    SensorAddress address;
    try {
      address = SensorAddress.of(words[1]);
    } catch (IllegalArgumentException e) {
      throw wrong(number, "%s: %s".formatted(words[1], e.getMessage()));
    }
    Map<String, Path> files = new HashMap<>();
    for (int i = 2; i < words.length; i++) {
      int sign = words[i].indexOf('=');
      String key = sign < 0 ? "" : words[i].substring(0, sign);
      if (!key.matches("cert|key|cacert")) {
        throw wrong(number, "%s: not cert=FILE, key=FILE or cacert=FILE".formatted(words[i]));
      }
      files.put(key, file.resolveSibling(words[i].substring(sign + 1)));
    }
    return new Sensor(name, address, keys(files));
  }

  /** A certificate of its own goes without the key of another. */
  private SensorKeys keys(Map<String, Path> files) {
    boolean hasOwn = files.containsKey("cert");
    return new SensorKeys(
        files.getOrDefault("cert", defaults.certificate()),
        files.getOrDefault("key", hasOwn ? null : defaults.key()),
        files.getOrDefault("cacert", defaults.authority()));
  }

  private StartException wrong(int number, String reason) {
    return new StartException("sensors=%s:%d: %s".formatted(file, number, reason));
  }
}
