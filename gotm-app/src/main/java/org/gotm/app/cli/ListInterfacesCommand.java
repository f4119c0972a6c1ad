package org.gotm.app.cli;

import java.util.concurrent.Callable;
import org.gotm.app.daemon.LiveSources;

/** Prints the interfaces that can be captured from, a line each. */
final class ListInterfacesCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    LiveSources.describeInterfaces().forEach(System.out::println);
    return 0;
  }
}
