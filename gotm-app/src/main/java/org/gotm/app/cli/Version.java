package org.gotm.app.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of this build, from the manifest of its jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {line()};
  }

  static String line() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "gotm %s (Java %s)"
        .formatted(version == null ? "unpackaged" : version, Runtime.version());
  }
}
