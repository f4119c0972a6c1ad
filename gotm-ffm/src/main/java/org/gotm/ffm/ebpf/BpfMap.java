package org.gotm.ffm.ebpf;

import static org.gotm.ffm.linux.generated.linux_h.MAP_SHARED;
import static org.gotm.ffm.linux.generated.linux_h.PROT_READ;
import static org.gotm.ffm.linux.generated.linux_h.PROT_WRITE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gotm.ffm.linux.Errno;
import org.gotm.ffm.linux.Libc;

/**
 * A map in the kernel, which programs look into and write to. A program that uses it keeps it: it
 * may be closed as soon as that is loaded, if this process has no more to do with it. Keys and
 * values that are passed are native memory, as long as the map's. One thread at a time.
 */
public final class BpfMap implements AutoCloseable {
  private static final int HASH = 1;
  private static final int ARRAY = 2;
  private static final int LRU_HASH = 9;
  private static final int BPF_F_MMAPABLE = 0x400;

  /** Flag of {@link #update}: whether the key is there or not. */
  public static final int ANY = 0;

  /** Flag of {@link #update}: only if the key is not there. */
  public static final int NO_EXIST = 1;

  /** Flag of {@link #update}: only if the key is there. */
  public static final int EXIST = 2;

  private final int fd;
  private final int keyBytes;
  private final int valueBytes;
  private final int entries;
  private final BpfCommand command = new BpfCommand(Arena.ofAuto());

  private BpfMap(int type, String name, int keyBytes, int valueBytes, int entries, int flags) {
    this.keyBytes = keyBytes;
    this.valueBytes = valueBytes;
    this.entries = entries;
    fd =
        command
            .set(BpfCommand.MAP_TYPE, type)
            .set(BpfCommand.MAP_KEY_BYTES, keyBytes)
            .set(BpfCommand.MAP_VALUE_BYTES, valueBytes)
            .set(BpfCommand.MAP_ENTRIES, entries)
            .set(BpfCommand.MAP_FLAGS, flags)
            .setName(BpfCommand.MAP_NAME, name)
            .run(BpfCommand.MAP_CREATE);
    if (fd < 0) {
      throw new BpfException("have a map of eBPF", fd);
    }
  }

  /**
   * A hash table that throws out what was not used for longest when it is full.
   *
   * @param name as tools show it, at most 15 letters, digits or {@code _}
   * @param entries at most; their memory is taken at once
   * @throws BpfException if the kernel does not let this process have it
   */
  public static BpfMap lruHash(String name, int keyBytes, int valueBytes, int entries) {
    return new BpfMap(LRU_HASH, name, keyBytes, valueBytes, entries, 0);
  }

  /**
   * A hash table that takes no more keys when it is full.
   *
   * @param name as tools show it, at most 15 letters, digits or {@code _}
   * @param entries at most; their memory is taken at once
   * @throws BpfException if the kernel does not let this process have it
   */
  public static BpfMap hash(String name, int keyBytes, int valueBytes, int entries) {
    return new BpfMap(HASH, name, keyBytes, valueBytes, entries, 0);
  }

  /**
   * An array, all 0 at first, whose keys are indexes of 4 bytes.
   *
   * @param name as tools show it, at most 15 letters, digits or {@code _}
   * @param valueBytes a multiple of 8
   * @param mapped true if it can be had by {@link #map}
   * @throws BpfException if the kernel does not let this process have it
   */
  public static BpfMap array(String name, int valueBytes, int entries, boolean mapped) {
    int flags = mapped ? BPF_F_MMAPABLE : 0;
    return new BpfMap(ARRAY, name, Integer.BYTES, valueBytes, entries, flags);
  }

  int fd() {
    return fd;
  }

  /**
   * Sets the value of a key.
   *
   * @param flags {@link #ANY}, {@link #NO_EXIST} or {@link #EXIST}
   * @return false if the flags did not allow it, or the map is full
   */
  public boolean update(MemorySegment key, MemorySegment value, int flags) {
    int answer =
        element(key)
            .set(BpfCommand.ELEMENT_VALUE, value)
            .set(BpfCommand.ELEMENT_FLAGS, (long) flags)
            .run(BpfCommand.MAP_UPDATE_ELEM);
    return switch (answer) {
      case -Errno.E2BIG, -Errno.EEXIST, -Errno.ENOENT -> false;
      default -> done(answer);
    };
  }

  /** Reads the value of a key; false if it is not there. */
  public boolean lookup(MemorySegment key, MemorySegment value) {
    int answer = element(key).set(BpfCommand.ELEMENT_VALUE, value).run(BpfCommand.MAP_LOOKUP_ELEM);
    return answer != -Errno.ENOENT && done(answer);
  }

  /** Takes a key out; false if it is not there. */
  public boolean delete(MemorySegment key) {
    int answer = element(key).run(BpfCommand.MAP_DELETE_ELEM);
    return answer != -Errno.ENOENT && done(answer);
  }

  private BpfCommand element(MemorySegment key) {
    return command.clear().set(BpfCommand.ELEMENT_MAP, fd).set(BpfCommand.ELEMENT_KEY, key);
  }

  private static boolean done(int answer) {
    if (answer < 0) {
      throw new BpfException("use a map of eBPF", answer);
    }
    return true;
  }

  /**
   * Sets the values of keys by one system call, whether they are there or not. Allocates nothing.
   *
   * @param keys one behind the other
   * @param values one behind the other
   * @return how many of them are in, from the first on: fewer if the map is full
   */
  public int updateBatch(MemorySegment keys, MemorySegment values, int count) {
    if (count == 0) {
      return 0;
    }
    int answer =
        batch(keys.address(), count)
            .set(BpfCommand.BATCH_VALUES, values)
            .run(BpfCommand.MAP_UPDATE_BATCH);
    if (answer != -Errno.E2BIG) {
      done(answer);
    }
    return command.get(BpfCommand.BATCH_COUNT);
  }

  /**
   * Takes keys out, by one system call and one more for each that is not there. Allocates nothing.
   *
   * @param keys one behind the other
   * @return how many of them were in
   */
  public int deleteBatch(MemorySegment keys, int count) {
    int deleted = 0;
    int at = 0;
    while (at < count) {
      long rest = keys.address() + (long) at * keyBytes;
      int answer = batch(rest, count - at).run(BpfCommand.MAP_DELETE_BATCH);
      if (answer != -Errno.ENOENT) {
        done(answer);
      }
      int taken = command.get(BpfCommand.BATCH_COUNT);
      deleted += taken;
      at += taken + 1; // the one after them is not there, if there is one
    }
    return deleted;
  }

  private BpfCommand batch(long keys, int count) {
    return command
        .clear()
        .set(BpfCommand.BATCH_KEYS, keys)
        .set(BpfCommand.BATCH_COUNT, count)
        .set(BpfCommand.BATCH_MAP, fd);
  }

  /**
   * The values of an array as memory of this process, one behind the other: what programs write is
   * seen there, and what is written there they see, without a system call.
   *
   * @param arena that ends the mapping, which outlives the map else
   * @throws BpfException if the array was not made for it
   */
  public MemorySegment map(Arena arena) {
    long length = (long) valueBytes * entries;
    try (Arena call = Arena.ofConfined()) {
      long address = new Libc(call).mmap(length, PROT_READ() | PROT_WRITE(), MAP_SHARED(), fd, 0);
      if (address < 0) {
        throw new BpfException("map a map of eBPF into memory", (int) address);
      }
      return MemorySegment.ofAddress(address).reinterpret(length, arena, BpfMap::unmap);
    }
  }

  private static void unmap(MemorySegment memory) {
    try (Arena call = Arena.ofConfined()) {
      new Libc(call).munmap(memory);
    }
  }

  @Override
  public void close() {
    BpfCommand.closeDescriptor(fd);
  }
}
