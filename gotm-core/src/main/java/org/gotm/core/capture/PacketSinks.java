package org.gotm.core.capture;

import org.gotm.core.source.PacketSource;

/** Gives each worker of a capture the sink that its packets go to. */
@FunctionalInterface
public interface PacketSinks {

  /**
   * A sink for one worker, called once for each before the capture runs.
   *
   * @param worker its number, from 0
   * @param source where its packets come from: ask it for name and link type
   * @param ledger its account, to which the sink writes off as written or lost each packet that it
   *     has accepted
   */
  PacketSink sinkFor(int worker, PacketSource source, Ledger ledger);
}
