package org.gotm.ffm.ebpf;

/**
 * A map in the kernel, which programs look into and write to. A program that uses it keeps it: it
 * may be closed as soon as that is loaded. One thread.
 */
public final class BpfMap implements AutoCloseable {
  private static final int LRU_HASH = 9;

  private final int fd;

  private BpfMap(int fd) {
    this.fd = fd;
  }

  /**
   * A hash table that throws out what was not used for longest when it is full.
   *
   * @param name as tools show it, at most 15 letters, digits or {@code _}
   * @param entries at most; their memory is taken at once
   * @throws BpfException if the kernel does not let this process have it
   */
  public static BpfMap lruHash(String name, int keyBytes, int valueBytes, int entries) {
    try (BpfCommand create = new BpfCommand()) {
      int answer =
          create
              .set(BpfCommand.MAP_TYPE, LRU_HASH)
              .set(BpfCommand.MAP_KEY_BYTES, keyBytes)
              .set(BpfCommand.MAP_VALUE_BYTES, valueBytes)
              .set(BpfCommand.MAP_ENTRIES, entries)
              .setName(BpfCommand.MAP_NAME, name)
              .run(BpfCommand.MAP_CREATE);
      if (answer < 0) {
        throw new BpfException("have a map of eBPF", answer);
      }
      return new BpfMap(answer);
    }
  }

  int fd() {
    return fd;
  }

  @Override
  public void close() {
    BpfCommand.closeDescriptor(fd);
  }
}
