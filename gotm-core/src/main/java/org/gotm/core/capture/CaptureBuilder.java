package org.gotm.core.capture;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.source.PacketSource;

/**
 * What a {@link Capture} is to do; the last call says who sees the packets, and makes it.
 *
 * <p>With several sources one handler or listener is called by several threads at once, for
 * different flows. Where that is not wanted, the {@code PerWorker} calls ask for one a worker, by
 * its number from 0 in the order of the sources. One thread.
 */
public final class CaptureBuilder {
  private final List<PacketSource> sources;
  private FlowCutter.Options options = FlowCutter.Options.defaults();
  private IntFunction<? extends FlowListener> listeners = worker -> FlowListener.NONE;

  CaptureBuilder(List<? extends PacketSource> sources) {
    this.sources = List.copyOf(sources);
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("a capture without a source");
    }
  }

  List<PacketSource> sources() {
    return sources;
  }

  FlowCutter.Options options() {
    return options;
  }

  FlowListener listener(int worker) {
    return listeners.apply(worker);
  }

  /** Where flows are cut; 100 packets or 8192 bytes if not said. */
  public CaptureBuilder cutoff(Cutoff cutoff) {
    return flows(options.withCutoff(Objects.requireNonNull(cutoff, "cutoff")));
  }

  /**
   * How many flows each worker remembers, at 128 to 256 bytes each; a million if not said.
   *
   * @throws IllegalArgumentException if it is not from 1 to 2^29
   */
  public CaptureBuilder capacityFlows(int capacityFlows) {
    return flows(options.withCapacityFlows(capacityFlows));
  }

  /**
   * The idle time, by the packets' clock, after which a flow is forgotten; 5 s if not said.
   *
   * @throws IllegalArgumentException if it is not above 0
   */
  public CaptureBuilder flowTimeout(Duration flowTimeout) {
    return flows(options.withTimeout(flowTimeout));
  }

  /**
   * The payload bytes at which {@link FlowListener#onLarge} hears of a flow, and then at each
   * doubling; never if not said.
   *
   * @throws IllegalArgumentException if it is not above 0
   */
  public CaptureBuilder largeFlowBytes(long largeFlowBytes) {
    return flows(options.withLargeBytes(largeFlowBytes));
  }

  /** Makes each direction of a connection a flow of its own. */
  public CaptureBuilder directional(boolean directional) {
    return flows(options.withDirectional(directional));
  }

  private CaptureBuilder flows(FlowCutter.Options newOptions) {
    options = newOptions;
    return this;
  }

  /** Who hears of single flows, of all workers; nobody if not said. */
  public CaptureBuilder flowListener(FlowListener listener) {
    Objects.requireNonNull(listener, "listener");
    return flowListenerPerWorker(worker -> listener);
  }

  /** Who hears of the flows of each worker. */
  public CaptureBuilder flowListenerPerWorker(IntFunction<? extends FlowListener> newListeners) {
    listeners = Objects.requireNonNull(newListeners, "listeners");
    return this;
  }

  /** Makes a capture whose kept packets a handler sees one by one. */
  public Capture onPacket(PacketHandler handler) {
    return onPacketPerWorker(worker -> handler);
  }

  /** Makes a capture with a handler a worker. */
  public Capture onPacketPerWorker(IntFunction<? extends PacketHandler> handlers) {
    return to(
        (worker, source, ledger) ->
            new PacketHandlerSink(handlers.apply(worker), source.linkType(), ledger));
  }

  /** Makes a capture whose kept packets a handler sees batch by batch, as they come. */
  public Capture onBatch(KeptBatchHandler handler) {
    return onBatchPerWorker(worker -> handler);
  }

  /** Makes a capture with a batch handler a worker. */
  public Capture onBatchPerWorker(IntFunction<? extends KeptBatchHandler> handlers) {
    return to((worker, source, ledger) -> new BatchHandlerSink(handlers.apply(worker), ledger));
  }

  /** Makes a capture that puts its kept packets into a sink a worker, such as a recording's. */
  public Capture to(PacketSinks sinks) {
    return new Capture(this, sinks);
  }
}
