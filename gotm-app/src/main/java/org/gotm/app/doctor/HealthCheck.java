package org.gotm.app.doctor;

/**
 * One thing the doctor looked at.
 *
 * @param kind how bad it is
 * @param what was looked at, and what it is
 * @param remedy the exact command or step that mends it, empty if there is nothing to mend
 */
record HealthCheck(Kind kind, String what, String remedy) {
  /** How bad a finding is. */
  enum Kind {
    /** As it should be. */
    OK("ok"),
    /** To be known. */
    NOTE("note"),
    /** Should be mended: packets may be lost or changed otherwise. */
    BAD("BAD");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  static HealthCheck ok(String what) {
    return new HealthCheck(Kind.OK, what, "");
  }

  static HealthCheck note(String what) {
    return new HealthCheck(Kind.NOTE, what, "");
  }

  static HealthCheck bad(String what, String remedy) {
    return new HealthCheck(Kind.BAD, what, remedy);
  }

  @Override
  public String toString() {
    String line = "%-5s %s".formatted(kind.label, what);
    return remedy.isEmpty() ? line : line + System.lineSeparator() + "      to mend it: " + remedy;
  }
}
