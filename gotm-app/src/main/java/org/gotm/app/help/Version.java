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
    String version = Version.class.getPackage().getImplementationVersion();
    return "gotm %s (Java %s)"
        .formatted(version == null ? "unpackaged" : version, Runtime.version());
  }
}
