package org.gotm.store.query;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.packet.FlowKey;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.HeaderVisitor;
import org.gotm.core.packet.IpProtocol;
import org.gotm.core.packet.PacketHeaders;
import org.gotm.core.packet.TunnelOptions;
import org.gotm.core.source.PacketBatch;

/**
 * What the headers of one packet say, or the record of one flow, for conditions to ask. One thread.
 */
final class PacketFacts implements HeaderVisitor {
  static final int NO_PORT = -1;
  private static final int MOST_LAYERS = 8; // the walk goes into fewer tunnels
  private static final long WORD = 0xffff_ffffL;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;

  private final PacketHeaders headers = new PacketHeaders(TunnelOptions.all());
  private final Layer[] layers = new Layer[MOST_LAYERS];
  private final Values vlans = new Values();
  private final Values labels = new Values();
  private final Values vnis = new Values();
  private int layerCount;
  private long macSource;
  private long macTarget;
  private boolean hasMac;
  private int etherType;
  private boolean hasArp;
  private int arpSender;
  private int arpTarget;
  private long firstNanos;
  private long lastNanos;
  private PacketBatch batch;
  private int index;
  private int linkType;

  /** An IP header and what is above it. */
  static final class Layer {
    boolean isIpv4;
    long source0;
    long source1;
    long target0;
    long target1;
    int protocol;
    int sourcePort;
    int targetPort;
    int icmpType;
    int icmpCode;
  }

  /** Numbers that a packet may have several of; as many as fit into it. */
  static final class Values {
    private int[] values = new int[8];
    private int count;

    private void add(int value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = value;
    }

    boolean contains(int value) {
      for (int i = 0; i < count; i++) {
        if (values[i] == value) {
          return true;
        }
      }
      return false;
    }

    boolean isEmpty() {
      return count == 0;
    }
  }

  PacketFacts() {
    Arrays.setAll(layers, i -> new Layer());
  }

  /** Reads packet {@code i} of a batch, which stays valid for as long as it is asked. */
  void read(PacketBatch newBatch, int i, int newLinkType) {
    batch = newBatch;
    index = i;
    linkType = newLinkType;
    firstNanos = newBatch.timestampsNanos[i];
    lastNanos = firstNanos;
    clear();
    headers.read(
        newLinkType,
        newBatch.segment,
        newBatch.offsets[i],
        newBatch.caplens[i],
        newBatch.wireLengths[i],
        newBatch.vlanTags[i],
        this);
  }

  private void clear() {
    layerCount = 0;
    vlans.count = 0;
    labels.count = 0;
    vnis.count = 0;
    hasMac = false;
    hasArp = false;
    etherType = -1;
  }

  /** Reads a record: the source is who sent the first packet. */
  void read(FlowRecord flow) {
    clear();
    firstNanos = flow.firstNanos();
    lastNanos = flow.lastNanos();
    if (flow.sourceMac() != 0 || flow.destinationMac() != 0) {
      ethernet(flow.sourceMac(), flow.destinationMac());
    }
    addVlan(flow.vlan());
    addVlan(flow.innerVlan());
    flow.vni().ifPresent(this::vni);
    readKey(flow.key());
    if (layerCount > 0 && flow.icmpType().isPresent()) {
      icmp(flow.icmpType().getAsInt(), flow.icmpCode().getAsInt());
    }
  }

  private void addVlan(int id) {
    if (id != 0) {
      vlan(id);
    }
  }

  private void readKey(FlowKey key) {
    switch (key.family()) {
      case FlowKeys.FAMILY_IPV4 -> {
        etherType = IPV4;
        ipv4((int) (key.address0() >>> 32), (int) key.address0(), key.protocol());
      }
      case FlowKeys.FAMILY_IPV6 -> {
        etherType = IPV6;
        addLayer(
            false, key.address0(), key.address1(), key.address2(), key.address3(), key.protocol());
      }
      case FlowKeys.FAMILY_ARP -> {
        etherType = Condition.ARP;
        arp((int) (key.address0() >>> 32), (int) key.address0());
      }
      default -> etherType = key.secondPort();
    }
    if (layerCount > 0 && hasPorts(key)) {
      ports(key.firstPort(), key.secondPort());
    }
  }

  /** Later fragments without the first one have none. */
  private static boolean hasPorts(FlowKey key) {
    return IpProtocol.hasPorts(key.protocol()) && (key.firstPort() | key.secondPort()) != 0;
  }

  /** The innermost IP header; of a record there is no other. */
  Layer innermost() {
    return layers[layerCount - 1];
  }

  @Override
  public void ethernet(long source, long target) {
    hasMac = true;
    macSource = source;
    macTarget = target;
  }

  @Override
  public void etherType(int type) {
    etherType = type;
  }

  @Override
  public void vlan(int id) {
    vlans.add(id);
  }

  @Override
  public void label(int label) {
    labels.add(label);
  }

  @Override
  public void vni(int vni) {
    vnis.add(vni);
  }

  @Override
  public void ipv4(int source, int target, int protocol) {
    addLayer(true, source & WORD, 0, target & WORD, 0, protocol);
  }

  @Override
  public void ipv6(long source0, long source1, long target0, long target1, int protocol) {
    addLayer(false, source0, source1, target0, target1, protocol);
  }

  private void addLayer(
      boolean isIpv4, long source0, long source1, long target0, long target1, int protocol) {
    Layer layer = layers[layerCount++];
    layer.isIpv4 = isIpv4;
    layer.source0 = source0;
    layer.source1 = source1;
    layer.target0 = target0;
    layer.target1 = target1;
    layer.protocol = protocol;
    layer.sourcePort = NO_PORT;
    layer.targetPort = NO_PORT;
    layer.icmpType = NO_PORT;
  }

  @Override
  public void ports(int source, int target) {
    Layer layer = layers[layerCount - 1];
    layer.sourcePort = source;
    layer.targetPort = target;
  }

  @Override
  public void icmp(int type, int code) {
    Layer layer = layers[layerCount - 1];
    layer.icmpType = type;
    layer.icmpCode = code;
  }

  @Override
  public void arp(int sender, int target) {
    hasArp = true;
    arpSender = sender;
    arpTarget = target;
  }

  int layers() {
    return layerCount;
  }

  Layer layer(int i) {
    return layers[i];
  }

  boolean hasMac() {
    return hasMac;
  }

  long macSource() {
    return macSource;
  }

  long macTarget() {
    return macTarget;
  }

  /** -1 if the link has none or it was not captured. */
  int etherType() {
    return etherType;
  }

  Values vlans() {
    return vlans;
  }

  Values labels() {
    return labels;
  }

  Values vnis() {
    return vnis;
  }

  boolean hasArp() {
    return hasArp;
  }

  long arpSender() {
    return arpSender & WORD;
  }

  long arpTarget() {
    return arpTarget & WORD;
  }

  /** When the packet came, or the first one of the flow. */
  long firstNanos() {
    return firstNanos;
  }

  /** When the packet came, or the last one of the flow. */
  long lastNanos() {
    return lastNanos;
  }

  int linkType() {
    return linkType;
  }

  /** The packet itself: where it is in {@link #memory}. */
  long offset() {
    return batch.offsets[index];
  }

  int caplen() {
    return batch.caplens[index];
  }

  int wireLength() {
    return batch.wireLengths[index];
  }

  MemorySegment memory() {
    return batch.segment;
  }
}
