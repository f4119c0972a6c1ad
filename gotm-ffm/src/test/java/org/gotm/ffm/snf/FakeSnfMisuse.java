package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.ffm.snf.generated.snf_h;

/** Breaks a rule of the library on purpose; it should not live to its end. */
final class FakeSnfMisuse {
  private FakeSnfMisuse() {}

  public static void main(String[] arguments) throws InterruptedException {
    SnfLibrary.load();
    Arena arena = Arena.global();
    MemorySegment out = arena.allocate(ADDRESS);
    MemorySegment request = arena.allocate(128, 8);
    snf_h.snf_open(0, 1, MemorySegment.NULL, 0, 0, out);
    MemorySegment handle = out.get(ADDRESS, 0);
    snf_h.snf_ring_open(handle, out);
    MemorySegment ring = out.get(ADDRESS, 0);
    snf_h.snf_start(handle);
    if (arguments[0].equals("closed")) {
      snf_h.snf_ring_close(ring);
      snf_h.snf_ring_recv(ring, 0, request);
    } else {
      Thread first =
          Thread.ofPlatform().daemon().start(() -> snf_h.snf_ring_recv(ring, -1, request));
      first.join(10);
      while (first.isAlive()) {
        snf_h.snf_ring_recv(ring, 0, arena.allocate(128, 8));
      }
    }
  }
}
