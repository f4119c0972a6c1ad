package org.gotm.core.packet;

import org.gotm.core.memory.NativeAccess;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.source.PacketBatch;

/**
 * Decodes each packet of a batch once, into the key of its flow. Hot path. One thread.
 *
 * <p>{@link CommonPackets} takes what nearly all packets are. All others go step by step, each step
 * one header: {@link LinkHeader} with {@link Encapsulation}, {@link IpHeader}, {@link
 * TransportHeader} with {@link IcmpMessage}, {@link Tunnels}. The key of an IP packet is set as
 * soon as its transport header was read, so that a packet found in a tunnel replaces it: the
 * innermost that can be decoded is the one whose flow counts, down to four tunnels.
 *
 * <p>Every read is bounded by the captured length. What cannot be decoded gets a key with {@code
 * meta} 0, which means "keep"; nothing a packet says can make the decoder fail or loop. A tunnel's
 * packet that does not carry what it claims to is a packet between the tunnel's ends; but if the
 * bytes that would tell were not captured, it is not decoded. Later fragments have the key of the
 * first, if {@link FragmentTable} knows it.
 */
public final class PacketDecoder {
  static final int MOST_TUNNELS = 4;

  private final FlowKeys keys;
  private final CanonicalKeys ordered;
  private final Network network;
  private final PacketCursor cursor;
  private final Encapsulation encapsulation;
  private final LinkHeader link;
  private final IpHeader ip = new IpHeader();
  private final TransportHeader transport = new TransportHeader();
  private final IcmpMessage icmp = new IcmpMessage();
  private final FragmentTable fragments;
  private final Tunnels tunnels;
  private final CommonPackets common;
  private int linkType;

  /**
   * A decoder for frames of one link type, until {@link #begin} tells of another.
   *
   * @param linkType LINKTYPE_ value; of one that is not known, no packet is decoded; what it tells
   *     of a frame check sequence does not matter
   * @param keys where the results go
   */
  public PacketDecoder(int linkType, FlowKeyOptions options, FlowKeys keys) {
    NativeAccess.require();
    this.keys = keys;
    ordered = new CanonicalKeys(keys, options.directional());
    network = new Network(options.separators(), keys);
    cursor = new PacketCursor(network);
    encapsulation = new Encapsulation(options.tunnels().on());
    link = new LinkHeader(options.directional(), encapsulation);
    fragments = new FragmentTable(keys);
    tunnels = new Tunnels(options.tunnels());
    common = new CommonPackets(ordered, tunnels, cursor);
    begin(linkType);
  }

  /** Frames of this link type come next, perhaps with packets of the flows before. */
  public void begin(int nextLinkType) {
    linkType = LinkType.ofFrames(nextLinkType);
  }

  /** Where the results of {@link #decode} are. */
  public FlowKeys keys() {
    return keys;
  }

  /** Decodes all packets of the batch, which has passed {@link PacketBatch#check}. */
  public void decode(PacketBatch batch) {
    long base = batch.segment.address();
    int count = batch.count();
    if (network.isUsed()) {
      keys.clearNetworks(count);
    }
    int i = decodeCommon(0, batch);
    while (i < count) {
      long packet = NativeMemory.address(base + batch.offsets[i]);
      cursor.begin(packet, batch.caplens[i], batch.wireLengths[i]);
      network.begin(batch.vlanTags[i]);
      decodeAny(i, batch.timestampsNanos[i]);
      fragments.end(i);
      i = decodeCommon(i + 1, batch);
    }
  }

  private int decodeCommon(int from, PacketBatch batch) {
    if (linkType != LinkType.ETHERNET) {
      return from;
    }
    return network.isByVlan()
        ? decodeUntagged(from, batch)
        : common.decodeLoop(from, batch.count(), batch);
  }

  /** Leaves what the kernel took a tag out of to the long way, which counts it. */
  private int decodeUntagged(int from, PacketBatch batch) {
    int i = from;
    while (i < batch.count() && batch.vlanTags[i] == 0 && common.decodeLoop(i, i + 1, batch) > i) {
      i++;
    }
    return i;
  }

  /** Decodes packet {@code i}, of whatever kind, whose first byte the cursor is at. */
  private void decodeAny(int i, long nanos) {
    switch (link.enter(cursor, linkType)) {
      case LinkHeader.IP -> {
        if (!decodeIp(i, nanos)) {
          keys.setUndecoded(i);
        }
      }
      case LinkHeader.ARP -> setArp(i);
      case LinkHeader.NOT_IP -> {
        ordered.setLink(i, link, TransportHeader.payload(link.onWire, 0));
        separate(i);
      }
      default -> keys.setUndecoded(i);
    }
  }

  /**
   * Sets the key of the innermost IP packet from the cursor on.
   *
   * @return false if the headers do not tell it
   */
  private boolean decodeIp(int i, long nanos) {
    if (!setIp(i, nanos)) {
      return false;
    }
    for (int depth = 0; depth < MOST_TUNNELS; depth++) {
      int type = tunnels.enter(cursor, ip, transport);
      if (type == Tunnels.NONE || !enterCarried(i, type) || !setIp(i, nanos)) {
        return !cursor.isCut();
      }
    }
    return true;
  }

  /** Moves on to the IP packet in what a tunnel carries; false if there is none. */
  private boolean enterCarried(int i, int type) {
    int inner = type == EtherType.ETHERNET ? Encapsulation.frameType(cursor) : type;
    int answer = encapsulation.enter(cursor, inner);
    if (answer == LinkHeader.ARP) {
      setArp(i);
    }
    return answer == LinkHeader.IP;
  }

  /** Sets the key of the ARP message at the cursor. */
  private void setArp(int i) {
    ordered.setArp(i, Arp.addresses(cursor), TransportHeader.payload(cursor.onWire(), 0));
    separate(i);
  }

  /** Sets the key of the IP packet at the cursor; false if its headers do not tell it. */
  private boolean setIp(int i, long nanos) {
    if (!ip.read(cursor)) {
      return false;
    }
    if (ip.isFirstFragment) {
      fragments.begin(ip, network.passed(), nanos);
    }
    if (!transport.read(cursor, ip)) {
      return false;
    }
    return ip.isLaterFragment
            && fragments.setLater(i, ip, network.passed(), nanos, transport.payload)
        || setBySubject(i);
  }

  /** Sets the key of the packet that the one just read is about, which mostly is itself. */
  private boolean setBySubject(int i) {
    switch (icmp.read(cursor, ip, transport.payload)) {
      case IcmpMessage.OWN -> ordered.set(i, ip, transport);
      case IcmpMessage.QUOTE -> ordered.set(i, icmp.ip, icmp.transport);
      default -> {
        return false;
      }
    }
    separate(i);
    return true;
  }

  private void separate(int i) {
    if (network.isUsed()) {
      keys.separate(i, network.of(keys.hash(i)));
    }
  }
}
