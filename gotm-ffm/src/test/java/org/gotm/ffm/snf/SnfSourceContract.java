package org.gotm.ffm.snf;

import java.nio.file.Path;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.LiveSourceContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every source has to do, done by one ring of the fake libsnf. */
abstract class SnfSourceContract extends LiveSourceContract {
  @RegisterExtension final FakeSnf fake = new FakeSnf();

  /** How the port is opened. */
  abstract SnfOptions options();

  @Override
  protected PacketSource open(Path traffic) {
    return FakeSnf.open(options()).getFirst();
  }

  @Override
  protected void send(Path traffic) {
    fake.arrive(0, traffic);
  }

  @Override
  protected boolean hasTimestampsOfTheFile() {
    return true;
  }
}
