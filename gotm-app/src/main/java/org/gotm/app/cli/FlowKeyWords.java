package org.gotm.app.cli;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.Separator;
import org.gotm.core.packet.Tunnel;
import org.gotm.core.packet.TunnelOptions;
import picocli.CommandLine.TypeConversionException;

/**
 * What a flow's key is, as the options {@code -flowkey}, {@code -tunnels} and {@code -tunnelports}
 * write it: lists of words with commas between them.
 *
 * @param checks refuses what is none
 */
record FlowKeyWords(Checks checks) {
  private static final String BIDIRECTIONAL = "bidirectional";
  private static final String DIRECTIONAL = "directional";
  private static final int MOST_PORT = 65535;

  /** The key that these three make. */
  FlowKeyOptions parse(String flowKey, String tunnels, List<String> tunnelPorts) {
    Set<String> words = words("flowkey", flowKey, keyWords());
    if (words.contains(BIDIRECTIONAL) && words.contains(DIRECTIONAL)) {
      throw checks.refusal("flowkey=" + flowKey + ": a flow is either of the two");
    }
    Set<Separator> separators =
        Arrays.stream(Separator.values())
            .filter(separator -> words.contains(word(separator)))
            .collect(Collectors.toSet());
    Set<Tunnel> on = tunnels(tunnels);
    return new FlowKeyOptions(
        words.contains(DIRECTIONAL), separators, new TunnelOptions(on, ports(on, tunnelPorts)));
  }

  private Set<Tunnel> tunnels(String value) {
    List<String> names = Arrays.stream(Tunnel.values()).map(FlowKeyWords::word).toList();
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "on" -> EnumSet.allOf(Tunnel.class);
      case "off" -> EnumSet.noneOf(Tunnel.class);
      default -> {
        String[] words =
            Stream.concat(Stream.of("on", "off"), names.stream()).toArray(String[]::new);
        Set<String> given = words("tunnels", value, words);
        if (given.contains("on") || given.contains("off")) {
          throw checks.refusal("tunnels=" + value + ": on and off stand alone");
        }
        yield given.stream().map(FlowKeyWords::tunnel).collect(Collectors.toSet());
      }
    };
  }

  /** A part without a name is one more port of the tunnel before it. */
  private Map<Integer, Tunnel> ports(Set<Tunnel> on, List<String> values) {
    Map<Integer, Tunnel> ports = new HashMap<>();
    for (String value : values) {
      String name = null;
      for (String part : value.split(",", -1)) {
        int equals = part.indexOf('=');
        name = equals < 0 ? name : part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        if (name == null) {
          throw checks.refusal("tunnelports=" + value + ": '" + part + "' is not NAME=PORT");
        }
        ports.put(port(value, part.substring(equals + 1)), overUdp(value, name, on));
      }
    }
    return ports;
  }

  private int port(String value, String port) {
    try {
      long number = WholeNumber.parse(port.strip());
      if (number >= 1 && number <= MOST_PORT) {
        return (int) number;
      }
      throw checks.refusal(
          "tunnelports=%s: port %d is not from 1 to %d".formatted(value, number, MOST_PORT));
    } catch (TypeConversionException e) {
      throw checks.refusal("tunnelports=" + value + ": " + e.getMessage());
    }
  }

  private Tunnel overUdp(String value, String name, Set<Tunnel> on) {
    List<String> names =
        Arrays.stream(Tunnel.values()).filter(Tunnel::isOverUdp).map(FlowKeyWords::word).toList();
    if (!names.contains(name)) {
      throw checks.refusal(
          "tunnelports=" + value + ": '" + name + "' is not one of " + String.join(", ", names));
    }
    if (!on.contains(tunnel(name))) {
      throw checks.refusal("tunnelports=" + value + ": " + name + " is not among the tunnels");
    }
    return tunnel(name);
  }

  /** The words of a list in lower case, each of which is one of the known ones. */
  private Set<String> words(String option, String value, String... known) {
    Set<String> words = new HashSet<>();
    for (String part : value.split(",", -1)) {
      String word = part.strip().toLowerCase(Locale.ROOT);
      boolean isKnown = List.of(known).contains(word);
      words.add(isKnown ? word : checks.word(option, part.strip(), known));
    }
    return words;
  }

  private static String[] keyWords() {
    return Stream.concat(
            Stream.of(BIDIRECTIONAL, DIRECTIONAL),
            Arrays.stream(Separator.values()).map(FlowKeyWords::word))
        .toArray(String[]::new);
  }

  private static Tunnel tunnel(String name) {
    return Tunnel.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
