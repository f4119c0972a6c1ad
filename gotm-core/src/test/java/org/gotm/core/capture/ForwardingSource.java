package org.gotm.core.capture;

import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;

/** Does as another source does; a test overrides what it is about. */
class ForwardingSource implements PacketSource {
  private final PacketSource source;

  ForwardingSource(PacketSource source) {
    this.source = source;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public int linkType() {
    return source.linkType();
  }

  @Override
  public boolean isLive() {
    return source.isLive();
  }

  @Override
  public int poll(BatchHandler handler) {
    return source.poll(handler);
  }

  @Override
  public void stop() {
    source.stop();
  }

  @Override
  public void wakeup() {
    source.wakeup();
  }

  @Override
  public void readStats(SourceStats stats) {
    source.readStats(stats);
  }

  @Override
  public void close() {
    source.close();
  }
}
