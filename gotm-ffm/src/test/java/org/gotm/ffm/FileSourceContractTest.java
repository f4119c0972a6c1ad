package org.gotm.ffm;

import java.nio.file.Path;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.PacketSource;

class FileSourceContractTest extends PacketSourceContract {
  @Override
  protected PacketSource open(Path traffic) {
    return PcapFileSource.open(traffic);
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
