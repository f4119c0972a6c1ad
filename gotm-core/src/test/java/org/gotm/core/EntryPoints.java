package org.gotm.core;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.gotm.core.capture.Capture;
import org.gotm.core.chunk.ChunkPool;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowListener;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.packet.FlowKeys;
import org.gotm.core.packet.LinkType;
import org.gotm.core.packet.PacketDecoder;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.source.BatchHandler;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;

/**
 * Enters gotm-core by the door that is named, twice, and prints what comes of it: a program of its
 * own. It stands in a package that the module does not have, so that it can be on the class path
 * while the module is on the module path.
 */
final class EntryPoints {
  private static final Arena ARENA = Arena.global();
  private static final FlowCutter.Options FLOWS =
      FlowCutter.Options.defaults().withCapacityFlows(10);

  private static final byte[] HEADER =
      HexFormat.of().parseHex("a1b2c3d40002000400000000000000000004000000000065");

  private static int closings;

  /** A way into gotm-core. */
  private interface Door {
    void enter() throws Exception;
  }

  private EntryPoints() {}

  public static void main(String[] args) {
    Door door = door(args[0], Path.of(args[1]));
    for (int i = 0; i < 2; i++) {
      try {
        door.enter();
        System.out.println("entered");
      } catch (Throwable e) {
        System.out.println(e);
      }
    }
    System.out.println("closed=" + closings);
  }

  private static Door door(String name, Path pcap) {
    return switch (name) {
      case "file" -> () -> PcapFileSource.open(pcap).close();
      case "stream" -> () -> PcapFileSource.open(channel(), "stream").close();
      case "memory" ->
          () -> PcapFileSource.of(ARENA.allocateFrom(JAVA_BYTE, HEADER), "memory").close();
      case "cutter" -> () -> new FlowCutter(FLOWS, FlowListener.NONE, ARENA);
      case "decoder" ->
          () -> new PacketDecoder(LinkType.RAW, FlowKeyOptions.defaults(), new FlowKeys(1, 0));
      case "pool" -> () -> new ChunkPool(2, 1 << 20, ARENA);
      case "capture" ->
          () -> {
            try (Capture capture = Capture.from(new EmptySource()).onPacket(packet -> {})) {
              capture.run();
            }
          };
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** A stream of the header; counts its closings. */
  private static ReadableByteChannel channel() {
    return Channels.newChannel(
        new ByteArrayInputStream(HEADER) {
          @Override
          public void close() {
            closings++;
          }
        });
  }

  /** A source without packets; counts its closings. */
  private static final class EmptySource implements PacketSource {
    @Override
    public String name() {
      return "empty";
    }

    @Override
    public int linkType() {
      return LinkType.RAW;
    }

    @Override
    public boolean isLive() {
      return false;
    }

    @Override
    public int poll(BatchHandler handler) {
      return END;
    }

    @Override
    public void stop() {}

    @Override
    public void wakeup() {}

    @Override
    public void readStats(SourceStats stats) {}

    @Override
    public void close() {
      closings++;
    }
  }
}
