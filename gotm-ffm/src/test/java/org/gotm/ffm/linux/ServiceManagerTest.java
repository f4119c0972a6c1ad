package org.gotm.ffm.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.gotm.core.source.PacketSourceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 0x80802;

  @TempDir Path folder;

  private final Arena arena = Arena.ofConfined();
  private final Libc libc = new Libc(arena);
  private int socket = -1;

  @AfterEach
  void close() {
    if (socket >= 0) {
      libc.close(socket);
    }
    arena.close();
  }

  /** Listens as systemd does; {@code path} as in sun_path of unix(7). */
  private void listen(byte[] path) {
    socket = libc.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    MemorySegment address = arena.allocate(2 + path.length, Short.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
    assertThat(libc.bind(socket, address)).isZero();
  }

  /** The next datagram that is there, or null. */
  private String received() {
    MemorySegment buffer = arena.allocate(1000);
    long length = libc.read(socket, buffer);
    return length < 0
        ? null
        : new String(
            buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  @Test
  void shouldSendAStateAsADatagramOfItsOwn() {
    Path path = folder.resolve("notify");
    listen(path.toString().getBytes(StandardCharsets.UTF_8));
    ServiceManager manager = new ServiceManager(path.toString());

    manager.tell("READY=1");
    manager.tell("STATUS=käse\nSTOPPING=1");

    assertThat(received()).isEqualTo("READY=1");
    assertThat(received()).isEqualTo("STATUS=käse\nSTOPPING=1");
    assertThat(received()).isNull();
  }

  @Test
  void shouldSendToTheAbstractNamespaceWhenThePathBeginsWithAnAt() {
    String name = "gotm-test-" + ProcessHandle.current().pid();
    listen(("\0" + name).getBytes(StandardCharsets.UTF_8));

    new ServiceManager("@" + name).tell("READY=1");

    assertThat(received()).isEqualTo("READY=1");
  }

  @Test
  void shouldDoNothingWhenThereIsNoServiceManager() {
    assertThatCode(() -> new ServiceManager(null).tell("READY=1")).doesNotThrowAnyException();
    assertThatCode(() -> new ServiceManager("").tell("READY=1")).doesNotThrowAnyException();
  }

  @Test
  void shouldNameTheSocketWhenNobodyListens() {
    Path path = folder.resolve("nobody");

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> new ServiceManager(path.toString()).tell("READY=1"))
        .withMessage("NOTIFY_SOCKET=" + path + ": No such file or directory");
  }

  @Test
  void shouldNotWaitForEverWhenNobodyReads() {
    Path path = folder.resolve("notify");
    listen(path.toString().getBytes(StandardCharsets.UTF_8));
    ServiceManager manager = new ServiceManager(path.toString());

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(
            () -> {
              while (true) {
                manager.tell("WATCHDOG=1");
              }
            })
        .withMessage("NOTIFY_SOCKET=" + path + ": Resource temporarily unavailable");
  }

  @Test
  void shouldFailWhenThePathIsTooLongForASocket() {
    String path = "/" + "x".repeat(200);

    assertThatExceptionOfType(PacketSourceException.class)
        .isThrownBy(() -> new ServiceManager(path).tell("READY=1"))
        .withMessageStartingWith("NOTIFY_SOCKET=/xxx");
  }
}
