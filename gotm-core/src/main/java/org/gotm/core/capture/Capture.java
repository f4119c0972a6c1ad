package org.gotm.core.capture;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;

/**
 * Sources, flows and a handler put together, for programs that embed the library: a capture with
 * everything it owns.
 *
 * <pre>{@code
 * try (Capture capture =
 *     Capture.from(source).cutoff(Cutoff.of(100, 8192)).onPacket(handler)) {
 *   capture.run();
 * }
 * }</pre>
 *
 * <p>Each source is a worker: one thread, one {@link FlowCutter}, one {@link Ledger}. Several
 * sources are those of one interface, each of which gets its share of the flows.
 *
 * <p>Thread rule: {@link #run} once, on one thread; all else on any thread, at any time.
 */
public final class Capture implements Runnable, AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final List<PacketSource> sources;
  private final List<CaptureWorker> workers = new ArrayList<>();
  private final List<FlowCutter> cutters = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Object lock = new Object(); // for all below and threads

  private boolean hasRun;
  private boolean running;
  private boolean closing;
  private boolean freed;

  Capture(CaptureBuilder builder, PacketSinks sinks) {
    sources = builder.sources();
    try {
      Objects.requireNonNull(sinks, "sinks");
      for (int worker = 0; worker < sources.size(); worker++) {
        PacketSource source = sources.get(worker);
        FlowListener listener = Objects.requireNonNull(builder.listener(worker), "listener");
        FlowCutter cutter = new FlowCutter(builder.options(), listener, arena);
        Ledger ledger = new Ledger();
        PacketSink sink = Objects.requireNonNull(sinks.sinkFor(worker, source, ledger), "sink");
        cutters.add(cutter);
        workers.add(new CaptureWorker(source, cutter, sink, ledger, System::nanoTime));
      }
    } catch (Throwable e) {
      closing = true;
      freeAfter(e);
      throw e;
    }
  }

  /**
   * Begins with a source; what is not said otherwise is the daemon's default.
   *
   * @param source owned by the capture as soon as it is made, and closed if it cannot be
   */
  public static CaptureBuilder from(PacketSource source) {
    return from(List.of(source));
  }

  /**
   * Begins with the sources of one interface, a worker each: those of an AF_PACKET or SNF group.
   *
   * @param sources at least one, owned by the capture as soon as it is made, and closed if it
   *     cannot be
   */
  public static CaptureBuilder from(List<? extends PacketSource> sources) {
    return new CaptureBuilder(sources);
  }

  /**
   * Captures until all sources end, or {@link #stop} was called and the rings are drained. The
   * first worker is the calling thread, each other gets its own; all of them have ended when this
   * returns. What is left in the flow tables ends then.
   *
   * @throws PacketSourceException if a source fails; what a handler throws is thrown as it is. The
   *     first failure stops the other workers
   * @throws IllegalStateException if it was called before, or after {@link #close}
   */
  @Override
  public void run() {
    begin();
    try {
      start();
      work(0);
    } finally {
      end();
    }
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("the capture failed", e);
    }
  }

  private void begin() {
    synchronized (lock) {
      if (hasRun || closing) {
        throw new IllegalStateException(
            closing ? "the capture is closed" : "the capture has run already: make another one");
      }
      hasRun = true;
      running = true;
      threads.add(Thread.currentThread());
    }
  }

  /** Starts the threads of all workers but the first. */
  private void start() {
    try {
      for (int i = 1; i < workers.size(); i++) {
        int worker = i;
        Thread thread =
            Thread.ofPlatform()
                .name("capture-%s-%d".formatted(sources.get(i).name(), i))
                .unstarted(() -> work(worker));
        synchronized (lock) {
          threads.add(thread);
        }
        thread.start();
      }
    } catch (Throwable e) {
      fail(e); // no memory for a thread: those that run are stopped, and waited for
    }
  }

  private void work(int worker) {
    attempt(workers.get(worker));
    Throwable failed = workers.get(worker).failure();
    if (failed != null) {
      fail(failed);
    }
    attempt(() -> endFlows(worker));
  }

  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void endFlows(int worker) {
    FlowCutter cutter = cutters.get(worker);
    cutter.end();
    workers.get(worker).ledger().set(Counter.FLOWS_ACTIVE, cutter.size());
  }

  private void fail(Throwable e) {
    if (failure.compareAndSet(null, e)) {
      stop();
    } else if (failure.get() != e) {
      failure.get().addSuppressed(e);
    }
  }

  /** Waits for all other threads, then frees what a {@link #close} meanwhile has asked to. */
  private void end() {
    boolean interrupted = false;
    for (Thread thread : threads.subList(1, threads.size())) {
      interrupted |= join(thread);
    }
    try {
      release();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void release() {
    synchronized (lock) {
      running = false;
      lock.notifyAll(); // first, as a source that cannot be closed must not leave closers waiting
      if (closing) {
        freeAfter(failure.get());
      }
    }
  }

  /** Waits for a thread's end, and stops the capture if this thread is told not to wait. */
  private boolean join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        stop();
      }
    }
    return interrupted;
  }

  /**
   * Asks {@link #run} to take no more packets, drain the rings and return; before it, makes it do
   * so at once. Harmless when the capture has ended.
   */
  public void stop() {
    synchronized (lock) {
      if (!freed) {
        workers.forEach(CaptureWorker::stop);
      }
    }
  }

  /**
   * The account of all packets of all workers at this moment; a packet that a handler has seen
   * counts as written.
   */
  public Ledger ledger() {
    Ledger sum = new Ledger();
    ledgers().forEach(sum::addAll);
    return sum;
  }

  /** The running account of each worker, in the order of the sources. */
  public List<Ledger> ledgers() {
    return workers.stream().map(CaptureWorker::ledger).toList();
  }

  /**
   * Stops, waits for the end of {@link #run}, closes the sources and frees the flow tables. A
   * handler must not wait for another thread that calls this; if it calls this itself, it does not
   * wait, and all is freed when {@link #run} ends. Harmless when called again.
   */
  @Override
  public void close() {
    boolean interrupted = false;
    synchronized (lock) {
      closing = true;
      stop();
      while (running && !threads.contains(Thread.currentThread())) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (!running) {
        freeAfter(null);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes and frees all, once, whatever fails on the way: that is thrown, or added to a cause. */
  private void freeAfter(Throwable cause) {
    if (freed) {
      return;
    }
    freed = true;
    List<AutoCloseable> owned = new ArrayList<>(sources);
    owned.add(arena);
    Throwable failed = cause;
    for (AutoCloseable part : owned) {
      try {
        part.close();
      } catch (Throwable e) {
        if (failed == null) {
          failed = e;
        } else if (failed != e) {
          failed.addSuppressed(e);
        }
      }
    }
    if (cause == null && failed != null) {
      throw failed instanceof RuntimeException e ? e : new IllegalStateException(failed);
    }
  }
}
