package org.gotm.app.help;

import picocli.CommandLine.IVersionProvider;

/** The version of this build, from the manifest of its jar. */
public final class Version implements IVersionProvider {
  /** Knows it when it is asked. */
  public Version() {}

  @Override
  public String[] getVersion() {
    return new String[] {line()};
  }

  /** The line that {@code --version} prints. */
  public static String line() {
    return "gotm %s (Java %s)".formatted(number(), Runtime.version());
  }

  /** The number alone; {@code unpackaged} if it runs from no jar. */
  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
