package org.gotm.app.queryserver;

import java.lang.foreign.Arena;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.gotm.ffm.linux.Libc;

/**
 * Two threads that search, each a query at a time, while a few wait. They take processor and disk
 * only when nobody else does.
 */
final class SearchThreads implements AutoCloseable {
  private static final int THREADS = 2;

  /** Queries that may wait. */
  static final int WAITING = 8;

  private static final int NICEST = 19;

  private final Consumer<String> log;
  private final AtomicBoolean isTold = new AtomicBoolean();
  private final ThreadPoolExecutor threads;

  SearchThreads(Consumer<String> log) {
    this.log = log;
    ThreadFactory factory = Thread.ofPlatform().daemon().name("query-", 0).factory();
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            work -> factory.newThread(() -> giveWay(work)));
  }

  private void giveWay(Runnable work) {
    try (Arena arena = Arena.ofConfined()) {
      Libc libc = new Libc(arena);
      int nice = libc.setThreadNice(NICEST);
      int io = libc.setThreadIdleIo();
      if ((nice < 0 || io < 0) && isTold.compareAndSet(false, true)) {
        log.accept(
            "queries cannot give way to the capture (%s); in a unit: SystemCallFilter=setpriority ioprio_set"
                .formatted(Libc.message(Math.min(nice, io))));
      }
    }
    work.run();
  }

  /** Has a query searched for, now or soon; false if too many wait. */
  boolean take(Runnable search) {
    try {
      threads.execute(search);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Begins no more; what is under way ends when it next looks whether it is to. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
