package org.gotm.store.file;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.gotm.core.capture.Ledger;
import org.gotm.core.pcapfile.InterfaceDescription;
import org.gotm.store.api.FinishedFile;

/**
 * The account of a file as JSON (RFC 8259).
 *
 * @param application the program that writes it, with its version
 * @param options what it was told, by name
 * @param table the interfaces and their workers
 */
public record LedgerText(String application, Map<String, String> options, InterfaceTable table) {
  /** What every such text begins with, and no other program's is likely to. */
  static final String BEGIN = "{\"gotm\":";

  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final int FIRST_PRINTABLE = 0x20;

  /** The text for one file. */
  String of(FinishedFile file, Optional<FileInterval> interval) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("gotm", quoted(application));
    members.put("file", quoted(file.path().getFileName().toString()));
    members.put("bytes", Long.toString(file.bytes()));
    members.put("packets", Long.toString(file.packets()));
    members.put("first", time(file.firstTimestampNanos()));
    members.put("last", time(file.lastTimestampNanos()));
    members.put("repaired", Boolean.toString(interval.isEmpty()));
    members.put("options", optionsText());
    interval.ifPresent(
        of -> {
          members.put("begin", time(of.beginNanos()));
          members.put("end", time(of.endNanos()));
          members.put("ledger", figures(of.total()));
          members.put("interfaces", interfaces(of));
        });
    return object(members) + "\n";
  }

  private String optionsText() {
    Map<String, String> members = new LinkedHashMap<>();
    options.forEach((name, value) -> members.put(name, quoted(value)));
    return object(members);
  }

  private String interfaces(FileInterval interval) {
    List<InterfaceDescription> all = table.interfaces();
    StringBuilder text = new StringBuilder("[");
    for (int number = 0; number < all.size(); number++) {
      text.append(number == 0 ? "" : ",").append(one(all.get(number), number, interval));
    }
    return text.append(']').toString();
  }

  private String one(InterfaceDescription described, int number, FileInterval interval) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("name", quoted(described.name()));
    members.put("linktype", Integer.toString(described.linkType()));
    members.put("filter", quoted(described.filter()));
    members.put(
        "workers",
        table.members().stream()
            .filter(member -> member.interfaceNumber() == number)
            .map(member -> worker(member, interval))
            .collect(Collectors.joining(",", "[", "]")));
    return object(members);
  }

  private static String worker(InterfaceTable.Member member, FileInterval interval) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("worker", Integer.toString(member.queue()));
    members.put("ledger", figures(interval.of(member.ledger())));
    return object(members);
  }

  private static String figures(Ledger counted) {
    Map<String, String> members = new LinkedHashMap<>();
    LedgerFigures.of(counted).forEach((name, value) -> members.put(name, value.toString()));
    return object(members);
  }

  private static String object(Map<String, String> members) {
    return members.entrySet().stream()
        .map(member -> quoted(member.getKey()) + ":" + member.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String time(long nanos) {
    return nanos == FinishedFile.NO_TIME
        ? "null"
        : quoted(
            Instant.ofEpochSecond(
                    Math.floorDiv(nanos, NANOS_A_SECOND), Math.floorMod(nanos, NANOS_A_SECOND))
                .toString());
  }

  private static String quoted(String words) {
    StringBuilder text = new StringBuilder("\"");
    for (char c : words.toCharArray()) {
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < FIRST_PRINTABLE || Character.isSurrogate(c)) {
        text.append("\\u%04x".formatted((int) c));
      } else {
        text.append(c);
      }
    }
    return text.append('"').toString();
  }
}
