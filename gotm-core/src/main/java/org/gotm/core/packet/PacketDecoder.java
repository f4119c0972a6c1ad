package org.gotm.core.packet;

import org.gotm.core.memory.NativeAccess;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.source.PacketBatch;

/**
 * Decodes each packet of a batch once, into the key of its flow. Hot path. One thread.
 *
 * <p>{@link CommonPackets} takes what nearly all packets are. All others go step by step, each step
 * one header: {@link LinkHeader} with {@link Encapsulation}, {@link IpHeader}, {@link
 * TransportHeader}, {@link Tunnels}. The key of an IP packet is set as soon as its transport header
 * was read, so that a packet found in a tunnel replaces it: the innermost that can be decoded is
 * the one whose flow counts, down to four tunnels.
 *
 * <p>Every read is bounded by the captured length. What cannot be decoded gets a key with {@code
 * meta} 0, which means "keep"; nothing a packet says can make the decoder fail or loop. A tunnel's
 * packet that does not carry what it claims to is a packet between the tunnel's ends; but if the
 * bytes that would tell were not captured, it is not decoded.
 */
public final class PacketDecoder {
  private static final int MOST_TUNNELS = 4;

  private final FlowKeys keys;
  private final CanonicalKeys ordered;
  private final Network network;
  private final PacketCursor cursor;
  private final Encapsulation encapsulation;
  private final LinkHeader link;
  private final IpHeader ip = new IpHeader();
  private final TransportHeader transport = new TransportHeader();
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
      decodeAny(i);
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
  private void decodeAny(int i) {
    switch (link.enter(cursor, linkType)) {
      case LinkHeader.IP -> {
        if (!decodeIp(i)) {
          keys.setUndecoded(i);
        }
      }
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
  private boolean decodeIp(int i) {
    if (!setIp(i)) {
      return false;
    }
    for (int depth = 0; depth < MOST_TUNNELS; depth++) {
      int type = tunnels.enter(cursor, ip, transport);
      if (type == Tunnels.NONE || !enterCarried(type) || !setIp(i)) {
        return !cursor.isCut();
      }
    }
    return true;
  }

  /** Moves on to the IP packet in what a tunnel carries; false if there is none. */
  private boolean enterCarried(int type) {
    int inner = type == EtherType.ETHERNET ? Encapsulation.frameType(cursor) : type;
    return encapsulation.enter(cursor, inner) == LinkHeader.IP;
  }

  /** Sets the key of the IP packet at the cursor; false if its headers do not tell it. */
  private boolean setIp(int i) {
    boolean known = ip.read(cursor) && transport.read(cursor, ip);
    if (known) {
      ordered.set(i, ip, transport);
      separate(i);
    }
    return known;
  }

  private void separate(int i) {
    if (network.isUsed()) {
      keys.separate(i, network.of(keys.hash(i)));
    }
  }
}
