package org.gotm.app.daemon;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.InterfaceDescription;
import org.gotm.core.pcapfile.RecordFormat;
import org.gotm.core.pcapfile.SectionDescription;
import org.gotm.core.source.PacketSource;

/** What files say of the run that made them. */
final class FileContents {
  private FileContents() {}

  /** How records look. */
  static RecordFormat format(Settings settings) {
    int snaplen = settings.source().snaplen();
    return settings.files().pcapng()
        ? RecordFormat.pcapng(settings.output().precision(), snaplen, section(settings))
        : RecordFormat.pcap(settings.output().precision(), snaplen);
  }

  private static SectionDescription section(Settings settings) {
    String options =
        options(settings).entrySet().stream()
            .map(option -> option.getKey() + "=" + option.getValue())
            .collect(Collectors.joining(" "));
    return new SectionDescription(
        settings.files().application(),
        SectionDescription.operatingSystem(),
        System.getProperty("os.arch"),
        "each flow is cut off after its first packets: %s; what became of all packets is in the interface statistics at the end of the file"
            .formatted(options));
  }

  /** The options that decide which packets of the link are in a file. */
  static Map<String, String> options(Settings settings) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("packetcutoff", limit(settings.flows().cutoff().packets()));
    options.put("bytecutoff", limit(settings.flows().cutoff().bytes()));
    options.put("flowtimeout", settings.flows().timeout().toMillis() + "ms");
    options.put("snaplen", Integer.toString(settings.source().snaplen()));
    if (!settings.flows().classes().isEmpty()) {
      options.put("classes", String.join("; ", settings.flows().classes()));
    }
    return options;
  }

  /** As the option has it: 0 for no limit. */
  private static String limit(long most) {
    return Long.toString(most == Cutoff.UNLIMITED ? 0 : most);
  }

  /** An interface that is captured from. */
  static InterfaceDescription described(PacketSource source, Settings settings) {
    return new InterfaceDescription(
        source.name(), source.linkType(), settings.source().filter(), "");
  }

  /** The files that are read, as if they were an interface, with packets of one link type. */
  static InterfaceDescription described(int linkType, Settings settings) {
    return new InterfaceDescription(
        settings.source().name(), linkType, settings.source().filter(), "read from files");
  }
}
