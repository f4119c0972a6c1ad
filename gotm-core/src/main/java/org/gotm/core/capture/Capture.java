package org.gotm.core.capture;

import java.lang.foreign.Arena;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.flow.FlowTable;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;

/**
 * A source, a flow table and a handler put together, for programs that embed the library: one
 * thread's capture with everything it owns.
 *
 * <pre>{@code
 * try (Capture capture =
 *     Capture.from(source).cutoff(Cutoff.of(100, 8192)).onPacket(handler)) {
 *   capture.run();
 * }
 * }</pre>
 *
 * <p>Thread rule: {@link #run} on one thread, {@link #close} after it has returned; {@link #stop},
 * {@link #ledger} and {@link #worker} on any.
 */
public final class Capture implements Runnable, AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final PacketSource source;
  private final CaptureWorker worker;

  private Capture(Builder builder, PacketHandler handler) {
    source = builder.source;
    FlowKeys keys = new FlowKeys(PacketBatch.DEFAULT_CAPACITY, new SecureRandom().nextLong());
    FlowTable.Options options =
        new FlowTable.Options(
            builder.capacityFlows, builder.flowTimeout.toNanos(), builder.cutoff, Cutoff.UNLIMITED);
    Ledger ledger = new Ledger();
    worker =
        new CaptureWorker(
            source,
            new PacketDecoder(source.linkType(), builder.directional, keys),
            new FlowTable(options, keys, builder.listener, arena),
            handled(handler, ledger),
            ledger,
            System::nanoTime);
  }

  /** A packet that the handler has seen is where it belongs, as others are when in a file. */
  private static PacketSink handled(PacketHandler handler, Ledger ledger) {
    PacketSink sink = PacketSink.of(handler);
    return (batch, index) -> {
      sink.accept(batch, index);
      ledger.add(Counter.WRITTEN, 1);
      return true;
    };
  }

  /**
   * Begins with the source; what is not said otherwise is the daemon's default.
   *
   * @param source owned by the capture from {@link Builder#onPacket} on
   */
  public static Builder from(PacketSource source) {
    return new Builder(source);
  }

  /**
   * Captures on the calling thread until the source ends or {@link #stop} was called and the ring
   * is drained.
   *
   * @throws PacketSourceException if the source fails; what the handler throws is thrown as it is
   */
  @Override
  public void run() {
    worker.run();
    switch (worker.failure()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("the capture failed", e);
    }
  }

  /** Asks {@link #run} to take no more packets, drain the ring and return. Any thread. */
  public void stop() {
    worker.stop();
  }

  /** The account of all packets; a packet that the handler has seen counts as written. */
  public Ledger ledger() {
    return worker.ledger();
  }

  /** The worker that does it. */
  public CaptureWorker worker() {
    return worker;
  }

  /** Closes the source and frees the flow table. */
  @Override
  public void close() {
    source.close();
    arena.close();
  }

  /** What a capture is to do. One thread. */
  public static final class Builder {
    private final PacketSource source;
    private Cutoff cutoff = Cutoff.of(100, 8192);
    private int capacityFlows = 1_000_000;
    private Duration flowTimeout = Duration.ofSeconds(5);
    private boolean directional;
    private FlowListener listener = FlowListener.NONE;

    private Builder(PacketSource source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /** Where flows are cut; 100 packets or 8192 bytes if not said. */
    public Builder cutoff(Cutoff newCutoff) {
      cutoff = newCutoff;
      return this;
    }

    /** How many flows are remembered, at 128 to 256 bytes each; a million if not said. */
    public Builder capacityFlows(int newCapacityFlows) {
      capacityFlows = newCapacityFlows;
      return this;
    }

    /** The idle time, by the packets' clock, after which a flow is forgotten; 5 s if not said. */
    public Builder flowTimeout(Duration newFlowTimeout) {
      flowTimeout = newFlowTimeout;
      return this;
    }

    /** Makes each direction of a connection a flow of its own. */
    public Builder directional(boolean newDirectional) {
      directional = newDirectional;
      return this;
    }

    /** Who hears of flows that end; nobody if not said. */
    public Builder flowListener(FlowListener newListener) {
      listener = newListener;
      return this;
    }

    /**
     * Makes the capture.
     *
     * @param handler sees each packet within the cutoff, on the thread that runs the capture
     * @throws IllegalArgumentException if an option is out of its range
     */
    public Capture onPacket(PacketHandler handler) {
      return new Capture(this, handler);
    }
  }
}
