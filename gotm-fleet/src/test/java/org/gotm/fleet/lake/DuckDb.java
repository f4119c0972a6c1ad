package org.gotm.fleet.lake;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** A DuckDB of a test's own, in memory. */
final class DuckDb implements AutoCloseable {
  private final Connection connection = DriverManager.getConnection("jdbc:duckdb:");

  DuckDb() throws SQLException {}

  /** The answer to a query alone, as {@link #lines} has it. */
  static List<String> linesOf(String sql) throws SQLException {
    try (DuckDb duck = new DuckDb()) {
      return duck.lines(sql);
    }
  }

  Connection connection() {
    return connection;
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A line for each row, with commas between what is in its columns. */
  List<String> lines(String sql) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        StringJoiner line = new StringJoiner(",");
        for (int at = 1; at <= result.getMetaData().getColumnCount(); at++) {
          line.add(result.getString(at));
        }
        lines.add(line.toString());
      }
    }
    return lines;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
