package org.gotm.core.packet;

import org.gotm.core.memory.NativeAccess;
import org.gotm.core.memory.NativeMemory;
import org.gotm.core.source.PacketBatch;

/**
 * Decodes each packet of a batch once, into the key of its flow. Hot path. One thread.
 *
 * <p>{@link CommonPackets} takes what nearly all packets are. All others go step by step, each step
 * one header: {@link LinkHeader} with {@link Encapsulation}, {@link IpHeader}, {@link
 * TransportHeader} with {@link IcmpMessage}. The key of an IP packet is set as soon as its
 * transport header was read, so that a packet found within it may replace it.
 *
 * <p>Every read is bounded by the captured length. What cannot be decoded gets a key with {@code
 * meta} 0, which means "keep"; later fragments get the key of the first, if the {@link
 * FragmentTable} has it; nothing a packet says can make the decoder fail or loop. Only the
 * outermost IP header counts; tunnels are flows between their ends.
 */
public final class PacketDecoder {
  private final FlowKeys keys;
  private final CanonicalKeys ordered;
  private final CommonPackets common;
  private final PacketCursor cursor = new PacketCursor();
  private final LinkHeader link;
  private final IpHeader ip = new IpHeader();
  private final TransportHeader transport = new TransportHeader();
  private final IcmpMessage icmp = new IcmpMessage();
  private final FragmentTable fragments;
  private int linkType;

  /**
   * A decoder for frames of one link type.
   *
   * @param linkType LINKTYPE_ value; of one that is not known, no packet is decoded; what it tells
   *     of a frame check sequence does not matter
   * @param directional true if each direction of a connection is a flow of its own
   * @param keys where the results go
   */
  public PacketDecoder(int linkType, boolean directional, FlowKeys keys) {
    NativeAccess.require();
    this.keys = keys;
    ordered = new CanonicalKeys(keys, directional);
    common = new CommonPackets(ordered);
    link = new LinkHeader(directional);
    fragments = new FragmentTable(keys);
    begin(linkType);
  }

  /**
   * Frames of this link type come next; what is known of fragments stays.
   *
   * @param newLinkType LINKTYPE_ value, as for a new decoder
   */
  public void begin(int newLinkType) {
    linkType = LinkType.ofFrames(newLinkType);
  }

  /** Where the results of {@link #decode} are. */
  public FlowKeys keys() {
    return keys;
  }

  /** Decodes all packets of the batch, which has passed {@link PacketBatch#check}. */
  public void decode(PacketBatch batch) {
    long base = batch.segment.address();
    int count = batch.count();
    int i = decodeCommon(0, batch);
    while (i < count) {
      long packet = NativeMemory.address(base + batch.offsets[i]);
      cursor.begin(packet, batch.caplens[i], batch.wireLengths[i]);
      decodeAny(i, batch.timestampsNanos[i]);
      fragments.end(i);
      i = decodeCommon(i + 1, batch);
    }
  }

  private int decodeCommon(int from, PacketBatch batch) {
    return linkType == LinkType.ETHERNET ? common.decodeLoop(from, batch) : from;
  }

  /** Decodes packet {@code i}, of whatever kind, whose first byte the cursor is at. */
  private void decodeAny(int i, long nanos) {
    switch (link.enter(cursor, linkType)) {
      case LinkHeader.IP -> {
        if (!decodeIp(i, nanos)) {
          keys.setUndecoded(i);
        }
      }
      case LinkHeader.ARP ->
          ordered.setArp(i, Arp.addresses(cursor), TransportHeader.payload(cursor.onWire(), 0));
      case LinkHeader.NOT_IP ->
          ordered.setLink(i, link, TransportHeader.payload(cursor.onWire(), 0));
      default -> keys.setUndecoded(i);
    }
  }

  /** Sets the key of the IP packet at the cursor; false if its headers do not tell it. */
  private boolean decodeIp(int i, long nanos) {
    if (!ip.read(cursor)) {
      return false;
    }
    if (ip.isFirstFragment) {
      fragments.begin(ip, nanos);
    }
    if (!transport.read(cursor, ip)) {
      return false;
    }
    if (ip.isLaterFragment && fragments.setLater(i, ip, nanos, transport.payload)) {
      return true;
    }
    switch (icmp.read(cursor, ip, transport.payload)) {
      case IcmpMessage.OWN -> ordered.set(i, ip, transport);
      case IcmpMessage.QUOTE -> ordered.set(i, icmp.ip, icmp.transport);
      default -> {
        return false;
      }
    }
    return true;
  }
}
