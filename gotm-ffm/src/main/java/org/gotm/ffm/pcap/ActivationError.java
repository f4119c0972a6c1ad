package org.gotm.ffm.pcap;

import java.util.stream.Collectors;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.CaptureRights;
import org.gotm.ffm.pcap.generated.pcap_h;

/** Turns what {@code pcap_activate} answers into one line that a user can act on. */
final class ActivationError {
  private ActivationError() {}

  /**
   * The exception for a failed start.
   *
   * @param status what pcap_activate answered, below 0
   * @param words what pcap_geterr says, empty if nothing
   */
  static PacketSourceException of(String device, int status, String words) {
    return new PacketSourceException(
        "interface=%s: %s".formatted(device, line(device, status, words)));
  }

  private static String line(String device, int status, String words) {
    if (status == pcap_h.PCAP_ERROR_NO_SUCH_DEVICE()) {
      return "no such interface; choose one of " + interfaces();
    }
    if (status == pcap_h.PCAP_ERROR_PERM_DENIED()
        || status == pcap_h.PCAP_ERROR_PROMISC_PERM_DENIED()) {
      return "no permission to capture (%s); %s"
          .formatted(words(status, words), CaptureRights.REMEDY);
    }
    if (status == pcap_h.PCAP_ERROR_IFACE_NOT_UP()) {
      return "it is down; run: ip link set %s up".formatted(device);
    }
    return "cannot be opened: " + words(status, words);
  }

  /** What libpcap says about a status: its general words, and the particular ones if it has any. */
  static String words(int status, String words) {
    boolean isGeneral = status == pcap_h.PCAP_ERROR() || status == pcap_h.PCAP_WARNING();
    String general = pcap_h.pcap_statustostr(status).getString(0);
    if (words.isBlank()) {
      return general;
    }
    return isGeneral ? words : general + ": " + words;
  }

  private static String interfaces() {
    return PcapInterfaces.list().stream()
        .filter(PcapInterface::isUp)
        .map(PcapInterface::name)
        .collect(Collectors.joining(", "));
  }
}
