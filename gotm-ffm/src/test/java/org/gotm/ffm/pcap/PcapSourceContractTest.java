package org.gotm.ffm.pcap;

import org.gotm.core.source.PacketSource;
import org.gotm.ffm.VethSourceContract;

class PcapSourceContractTest extends VethSourceContract {
  @Override
  protected PacketSource open(String device) {
    return PcapSource.open(device, PcapOptions.defaults());
  }
}
