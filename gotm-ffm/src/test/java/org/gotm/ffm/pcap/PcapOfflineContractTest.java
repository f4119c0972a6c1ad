package org.gotm.ffm.pcap;

import java.nio.file.Path;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.PacketSourceContract;

class PcapOfflineContractTest extends PacketSourceContract {
  @Override
  protected PacketSource open(Path traffic) {
    return PcapSource.openOffline(traffic, "");
  }

  @Override
  protected void send(Path traffic) {
    // it is read from where it is
  }

  @Override
  protected boolean hasTimestampsOfTheFile() {
    return true;
  }
}
