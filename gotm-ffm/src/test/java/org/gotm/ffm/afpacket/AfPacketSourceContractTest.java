package org.gotm.ffm.afpacket;

import org.gotm.core.source.PacketSource;
import org.gotm.ffm.VethSourceContract;

class AfPacketSourceContractTest extends VethSourceContract {
  @Override
  protected PacketSource open(String device) {
    return AfPacketSource.open(AfPacketOptions.of(device));
  }
}
