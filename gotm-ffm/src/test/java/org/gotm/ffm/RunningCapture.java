package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.gotm.core.capture.Capture;
import org.gotm.core.capture.Ledger;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.source.PacketSource;

/** A worker on a thread of its own that keeps every packet and counts down as they come. */
public final class RunningCapture implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final CountDownLatch packets;
  private final Capture capture;
  private final Thread thread;
  private volatile Throwable failure;

  /**
   * Starts the worker.
   *
   * @param source closed with the capture
   * @param expected packets that {@link #awaitPackets} waits for
   */
  public RunningCapture(PacketSource source, int expected) {
    packets = new CountDownLatch(expected);
    capture =
        Capture.from(source)
            .cutoff(Cutoff.none())
            .capacityFlows(1000)
            .onPacket(packet -> packets.countDown());
    thread = Thread.ofPlatform().daemon().start(this::run);
  }

  private void run() {
    try {
      capture.run();
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** Waits until the expected packets came; fails if they do not. */
  public RunningCapture awaitPackets() {
    boolean came = uninterrupted(() -> packets.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertThat(came)
        .as("%d packets missing: %s %s", packets.getCount(), ledger(), failure)
        .isTrue();
    return this;
  }

  /** Stops the worker from this thread and waits for its end; fails if it failed. */
  public RunningCapture stopAndJoin() {
    capture.stop();
    boolean ended = uninterrupted(() -> thread.join(PATIENCE));
    assertThat(ended).as("ended when stopped: %s", ledger()).isTrue();
    assertThat(failure).isNull();
    return this;
  }

  private interface Wait {
    boolean run() throws InterruptedException;
  }

  private static boolean uninterrupted(Wait wait) {
    try {
      return wait.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The account of the worker. */
  public Ledger ledger() {
    return capture.ledger();
  }

  @Override
  public void close() {
    stopAndJoin();
    capture.close();
  }
}
