package org.gotm.fleet.lake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes spool files by the drawing in SpoolHeader. */
final class TestSpool {
  private TestSpool() {}

  static Path write(Path file, List<TestFlow> flows) throws IOException {
    return writeRecords(file, flows.stream().map(flow -> flow.record).toList());
  }

  static Path writeRecords(Path file, List<ByteBuffer> records) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(header());
      for (ByteBuffer record : records) {
        out.write(record.array());
      }
    }
    return file;
  }

  static byte[] header() {
    byte[] text =
        "interface 0 lo\ninterface 1 ens1 é\nclass 0 default\nclass 1 dns over tls\n"
            .getBytes(UTF_8);
    ByteBuffer header = ByteBuffer.allocate(16 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    header.put("GOTMFLW1".getBytes(UTF_8)).putInt(header.capacity());
    return header.putShort((short) 192).putShort((short) 0).put(text).array();
  }
}
