package org.gotm.fleet.cli;

import org.gotm.app.cli.Main;
import picocli.CommandLine;

/** Where the process of {@code gotm fleet} and {@code gotm flows convert} begins. */
public final class FleetMain {
  private FleetMain() {}

  /** Runs a command; exits with 0, with 1 after a failure, with 2 if the command line is wrong. */
  public static void main(String[] args) {
    Main.prepare();
    System.exit(commandLine().execute(args));
  }

  /** All commands, by the words that a user types behind {@code gotm}. */
  static CommandLine commandLine() {
    return Main.lineOf(new FleetProgram());
  }
}
