package org.gotm.core.capture;

import java.util.Objects;
import org.gotm.core.flow.BatchFlows;
import org.gotm.core.source.PacketBatch;

/** A packet that the handler has seen is where it belongs, as others are when in a file. */
final class PacketHandlerSink implements PacketSink {
  private final PacketHandler handler;
  private final Ledger ledger;
  private final Packet packet;

  PacketHandlerSink(PacketHandler handler, int linkType, Ledger ledger) {
    this.handler = Objects.requireNonNull(handler, "handler");
    this.ledger = ledger;
    packet = new Packet(linkType);
  }

  @Override
  public boolean accept(PacketBatch batch, int index, BatchFlows flows) {
    handler.onPacket(packet.at(batch, index, flows));
    ledger.add(Counter.WRITTEN, 1);
    return true;
  }
}
