package org.gotm.store.file;

import java.nio.file.OpenOption;

/**
 * The option that opens a file with O_DIRECT: {@code com.sun.nio.file.ExtendedOpenOption.DIRECT} of
 * module jdk.unsupported. It is looked up by name, as the compiler cannot be told to name it
 * without a warning.
 */
final class DirectOption {
  /** The option, or null if this JDK does not have it. */
  static final OpenOption DIRECT = find();

  private DirectOption() {}

  private static OpenOption find() {
    try {
      return (OpenOption)
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
    } catch (ReflectiveOperationException e) {
      return null; // files are written through the page cache
    }
  }
}
