package org.gotm.app.daemon;

import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.gotm.ffm.linux.Libc;

/**
 * What is asked of the main thread: SIGINT and SIGTERM ask it to stop, also where a shell has had
 * them ignored, as it does for what a script starts in the background; SIGHUP to rotate, or to stop
 * if it tells that the terminal is gone; and a capture that has ended to look at it.
 */
public final class Signals {
  /** What was asked. */
  public enum Request {
    /** To end. */
    STOP,
    /** To rotate, and to read files anew. */
    ROTATE,
    /** To look at what has ended. */
    LOOK
  }

  /** Signals that the process does not have yet. */
  public Signals() {}

  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;

  /** Within it a second signal is the first one's twin: timeout(1) sends to child and group. */
  private static final long SAME_STOP_NANOS = 1_000_000_000;

  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private volatile Runnable nextStop;
  private volatile long firstStopNanos;

  /** Takes over the signals of the process. */
  public void install() {
    try (Arena arena = Arena.ofConfined()) {
      Libc libc = new Libc(arena); // the JVM leaves alone what was ignored when it started
      libc.setDefaultSignal(SIGINT);
      libc.setDefaultSignal(SIGTERM);
      boolean hasNohup = libc.setDefaultSignal(SIGHUP);
      handle("INT", this::onStop);
      handle("TERM", this::onStop);
      handle("HUP", hasNohup || !hasTerminal() ? () -> requests.add(Request.ROTATE) : this::onStop);
    }
  }

  /** True if the process has a controlling terminal, whose end SIGHUP tells of. */
  private static boolean hasTerminal() {
    try (var _ = new FileInputStream("/dev/tty")) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The class for signals has no exported successor; javac warns of its name, reflection does not.
   */
  private static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onSignal =
          (proxy, method, arguments) -> {
            action.run();
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot handle signal " + name, e);
    }
  }

  private void onStop() {
    Runnable next = nextStop;
    if (next == null) {
      firstStopNanos = System.nanoTime();
      requests.add(Request.STOP);
    } else if (System.nanoTime() - firstStopNanos >= SAME_STOP_NANOS) {
      next.run();
    }
  }

  /** Ends the wait that is under way, or else the next one. Any thread. */
  void wakeUp() {
    requests.add(Request.LOOK);
  }

  /** What a stop asked for from now on does, on the thread of the signal. */
  void onNextStop(Runnable action) {
    nextStop = action;
  }

  /** The next request, or null if none comes in time. */
  public Request await(long nanos) throws InterruptedException {
    return requests.poll(nanos, TimeUnit.NANOSECONDS);
  }
}
