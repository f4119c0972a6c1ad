package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class EventFdTest {
  private static final short POLLIN = 1;

  @Test
  void shouldBecomeReadableWhenSignalled() {
    try (EventFd event = new EventFd()) {
      assertThat(isReadable(event)).isFalse();
      event.signal();
      assertThat(isReadable(event)).isTrue();
    }
  }

  @Test
  void shouldBecomeUnreadableWhenCleared() {
    try (EventFd event = new EventFd()) {
      event.signal();
      event.signal();
      event.clear();
      assertThat(isReadable(event)).isFalse();
    }
  }

  @Test
  void shouldTouchNoOtherDescriptorWhenSignalledAfterClose() {
    EventFd closed = new EventFd();
    closed.close();
    try (EventFd other = new EventFd()) {
      assertThat(other.fd()).isEqualTo(closed.fd());
      closed.signal();
      assertThat(isReadable(other)).isFalse();
    }
  }

  private static boolean isReadable(EventFd event) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment poll = arena.allocate(Libc.POLLFD);
      poll.set(JAVA_INT, 0, event.fd());
      poll.set(JAVA_SHORT, 4, POLLIN);
      return new Libc(arena).poll(poll, 1, 0) == 1;
    }
  }
}
