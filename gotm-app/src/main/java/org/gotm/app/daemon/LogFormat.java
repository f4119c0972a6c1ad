package org.gotm.app.daemon;

/** What a line of the log is. */
public enum LogFormat {
  /** A time and words; under systemd with the priority in front that the journal understands. */
  TEXT,
  /** An object of JSON. */
  JSON
}
