package org.gotm.store.retain;

import java.util.List;

/**
 * A capture that may be deleted, as its folder was listed; it may have gone meanwhile.
 *
 * @param day its folder, {@code yyyy/MM/dd}
 * @param name of the capture
 * @param sidecars names of the files beside it, which go after it
 */
record CaptureFile(String day, String name, List<String> sidecars) {
  /** Date and time in its name, in the time zone of the names. */
  String second() {
    return name.substring(0, CaptureName.SECOND_LENGTH);
  }

  /** Its path below the output folder; such paths sort in the order of time. */
  String path() {
    return day + "/" + name;
  }
}
