package org.gotm.fleet.lake;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.gotm.store.flows.FlowColumn;

/**
 * The table's columns: all of {@link FlowColumn}, in its order, but the sensor, which is in the
 * path. Times are microseconds, as not all engines read finer ones.
 */
final class FlowTable {
  /** Changes if a column changes its meaning or goes; a new one at the end changes nothing. */
  static final String SCHEMA_VERSION = "1";

  private static final List<FlowColumn> COLUMNS =
      Arrays.stream(FlowColumn.values())
          .filter(column -> column != FlowColumn.OBSERVER_NAME)
          .toList();

  /** Those that each flow has: a file then has no bits that tell of it. */
  private static final Set<FlowColumn> ALWAYS_THERE =
      EnumSet.of(
          FlowColumn.EVENT_START,
          FlowColumn.EVENT_END,
          FlowColumn.NETWORK_TYPE,
          FlowColumn.SOURCE_PACKETS,
          FlowColumn.DESTINATION_PACKETS,
          FlowColumn.SOURCE_BYTES,
          FlowColumn.DESTINATION_BYTES,
          FlowColumn.SOURCE_PAYLOAD_BYTES,
          FlowColumn.DESTINATION_PAYLOAD_BYTES,
          FlowColumn.SOURCE_KEPT_PACKETS,
          FlowColumn.DESTINATION_KEPT_PACKETS,
          FlowColumn.SOURCE_KEPT_BYTES,
          FlowColumn.DESTINATION_KEPT_BYTES,
          FlowColumn.FLOW_CLASS,
          FlowColumn.END_REASON,
          FlowColumn.FLOW_ID,
          FlowColumn.FLOW_CONTINUED,
          FlowColumn.OBSERVER_INGRESS_INTERFACE_NAME);

  private FlowTable() {}

  /** The columns, as they are in a file. */
  static FlowColumn[] columns() {
    return COLUMNS.toArray(FlowColumn[]::new);
  }

  /** The schema of a file. */
  static MessageType schema() {
    return new MessageType("flow", COLUMNS.stream().<Type>map(column -> field(column)).toList());
  }

  /** The schema of one column alone. */
  static MessageType schema(FlowColumn column) {
    return new MessageType("flow", field(column));
  }

  private static Type field(FlowColumn column) {
    Repetition repetition =
        ALWAYS_THERE.contains(column) ? Repetition.REQUIRED : Repetition.OPTIONAL;
    return switch (column.type()) {
      case TIME ->
          Types.primitive(PrimitiveTypeName.INT64, repetition)
              .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
              .named(column.columnName());
      case TEXT ->
          Types.primitive(PrimitiveTypeName.BINARY, repetition)
              .as(LogicalTypeAnnotation.stringType())
              .named(column.columnName());
      case INT -> Types.primitive(PrimitiveTypeName.INT32, repetition).named(column.columnName());
      case LONG -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(column.columnName());
    };
  }
}
