package org.gotm.app.queryclient;

import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A query that the sensor does not understand. */
public final class QueryRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final Pattern PLACE = Pattern.compile("character ([1-9][0-9]{0,5}):");

  /**
   * What the sensor says.
   *
   * @param message one printable line
   */
  QueryRefusedException(String message) {
    super(message);
  }

  /** Index of the character where the query goes wrong, if the sensor names one. */
  public OptionalInt place() {
    return PLACE
        .matcher(getMessage())
        .results()
        .map(MatchResult::group)
        .mapToInt(match -> Integer.parseInt(match.replaceAll("[^0-9]", "")) - 1)
        .findFirst();
  }
}
