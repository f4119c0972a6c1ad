package org.gotm.store.flows;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.IpProtocol;

/**
 * A flow record as a line: for people, as {@code name=value}, or as JSON under the names of {@link
 * FlowColumn}. Any thread.
 */
public final class FlowText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);
  private static final int LINE_LENGTH = 512;
  private static final int JSON_LENGTH = 1536;
  private static final String FLAGS = "FSRPAUECN";
  private static final String[] REASONS = {"none", "idle", "active", "closed", "stop", "full"};

  private FlowText() {}

  /** Such as {@code start=... duration=1.5s proto=TCP src=... packets=12/10 ... end=closed}. */
  public static String line(FlowRow row) {
    StringBuilder to = new StringBuilder(LINE_LENGTH);
    FlowRecord flow = row.flow();
    to.append("start=").append(time(flow.firstNanos()));
    to.append(" duration=").append(duration(flow.lastNanos() - flow.firstNanos()));
    to.append(' ').append(row.key().toString());
    pair(to, "packets", flow.sourcePackets(), flow.destinationPackets());
    pair(to, "bytes", flow.sourceBytes(), flow.destinationBytes());
    pair(to, "kept", flow.sourceKeptPackets(), flow.destinationKeptPackets());
    if (flow.isCut()) {
      to.append(" cut=").append(Long.toString(flow.cutOffset()));
    }
    if (isTcp(row.key())) {
      to.append(" flags=").append(flags(flow.sourceTcpFlags()));
      to.append('/').append(flags(flow.destinationTcpFlags()));
    }
    text(to, "vlan", FlowColumn.NETWORK_VLAN_ID.of(row));
    text(to, "tunnel", FlowColumn.NETWORK_TUNNEL.of(row));
    text(to, "vni", FlowColumn.NETWORK_TUNNEL_ID.of(row));
    text(to, "class", row.className());
    text(to, "end", reason(flow.endReason()));
    text(to, "interface", row.interfaceName());
    text(to, "community-id", row.communityId());
    return to.append('\n').toString();
  }

  private static boolean isTcp(FlowKey key) {
    return key.protocol() == IpProtocol.TCP;
  }

  private static void pair(StringBuilder to, String name, long source, long destination) {
    to.append(' ').append(name).append('=').append(Long.toString(source));
    to.append('/').append(Long.toString(destination));
  }

  private static void text(StringBuilder to, String name, Object value) {
    if (value != null) {
      to.append(' ').append(name).append('=').append(value.toString());
    }
  }

  private static String time(long nanos) {
    return TIME.format(Instant.EPOCH.plusNanos(nanos));
  }

  private static String duration(long nanos) {
    Duration duration = Duration.ofNanos(Math.max(0, nanos));
    return "%d.%06ds".formatted(duration.toSeconds(), duration.toNanosPart() / 1000);
  }

  /** A letter for each flag that is set; a dot if none is. */
  private static String flags(int flags) {
    StringBuilder letters = new StringBuilder();
    for (int bit = 0; bit < FLAGS.length(); bit++) {
      if ((flags >>> bit & 1) != 0) {
        letters.append(FLAGS.charAt(bit));
      }
    }
    return letters.isEmpty() ? "." : letters.toString();
  }

  private static String reason(int reason) {
    return reason < REASONS.length ? REASONS[reason] : Integer.toString(reason);
  }

  /** An object with all columns that have a value; times in UTC. */
  public static String json(FlowRow row) {
    StringBuilder to = new StringBuilder(JSON_LENGTH);
    char before = '{';
    for (FlowColumn column : FlowColumn.values()) {
      Object value = column.of(row);
      if (value != null) {
        to.append(before).append('"').append(column.columnName()).append("\":");
        switch (column.type()) {
          case TIME -> to.append('"').append(time((Long) value)).append('"');
          case TEXT -> quote((String) value, to);
          case INT, LONG -> to.append(value.toString());
        }
        before = ',';
      }
    }
    return to.append("}\n").toString();
  }

  private static void quote(String text, StringBuilder to) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
        to.append("\\u%04x".formatted((int) c));
      } else {
        to.append(c);
      }
    }
    to.append('"');
  }
}
