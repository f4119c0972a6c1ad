package org.apache.hadoop.fs;

/** Named by methods of Parquet's that are not called; for the compiler alone, and in no jar. */
public class Path {
  private Path() {}
}
