package org.apache.hadoop.conf;

/** Named by methods of Parquet's that are not called; for the compiler alone, and in no jar. */
public class Configuration {
  private Configuration() {}
}
