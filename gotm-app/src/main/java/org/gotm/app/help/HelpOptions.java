package org.gotm.app.help;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options that every command has, with one dash or two as all others. */
@Command(versionProvider = Version.class)
public final class HelpOptions {
  @Option(
      names = {"-version", "--version", "-V"},
      versionHelp = true,
      description = "Print the version and exit.")
  private boolean versionAsked;

  @Option(
      names = {"-help", "--help", "-h"},
      usageHelp = true,
      description = "Print this help and exit.")
  private boolean helpAsked;

  /** Options that were not given yet. */
  public HelpOptions() {}
}
