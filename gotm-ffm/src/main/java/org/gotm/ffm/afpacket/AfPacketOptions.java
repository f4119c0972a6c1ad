package org.gotm.ffm.afpacket;

import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.kernelcut.KernelCutOptions;

/**
 * What an AF_PACKET source is to capture and with how much memory.
 *
 * @param interfaceName as in {@code ip link}, or {@code any}
 * @param bufferBytes length of the ring of one source; rounded down to whole blocks
 * @param blockBytes length of a block, the unit in which the kernel hands packets over; a multiple
 *     of the page size, and larger than any packet, which it would cut otherwise
 * @param snaplen bytes of a packet to capture, at least 1
 * @param promiscuous true to see packets to other stations too
 * @param filter which packets to capture, or null for all
 * @param blockTimeoutMillis how long the kernel may hold back a block that does not fill
 * @param kernelCut which packets of cut flows the kernel drops by itself
 */
public record AfPacketOptions(
    String interfaceName,
    long bufferBytes,
    int blockBytes,
    int snaplen,
    boolean promiscuous,
    SocketFilter filter,
    int blockTimeoutMillis,
    KernelCutOptions kernelCut) {
  /** Ring length of a source that nothing else is said for. */
  public static final long DEFAULT_BUFFER_BYTES = 256 << 20;

  /** Block length of a source that nothing else is said for. */
  public static final int DEFAULT_BLOCK_BYTES = 1 << 20;

  /** Snapshot length of a source that nothing else is said for. */
  public static final int DEFAULT_SNAPLEN = PcapHeaderLayout.MAX_SNAPLEN;

  private static final int DEFAULT_BLOCK_TIMEOUT_MILLIS = 50;
  private static final int PAGE = 4096;
  private static final int MIN_BLOCKS = 2;

  /**
   * Checks what the kernel would refuse without saying why.
   *
   * @throws IllegalArgumentException naming the value that cannot be
   */
  public AfPacketOptions {
    if (blockBytes < PAGE || blockBytes % PAGE != 0) {
      throw new IllegalArgumentException(
          "blocksize=%d: not a multiple of %d bytes, try %d"
              .formatted(blockBytes, PAGE, DEFAULT_BLOCK_BYTES));
    }
    if (bufferBytes < (long) MIN_BLOCKS * blockBytes
        || bufferBytes / blockBytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "buffersize=%d: not room for %d blocks of blocksize=%d bytes"
              .formatted(bufferBytes, MIN_BLOCKS, blockBytes));
    }
    if (snaplen < 1) {
      throw new IllegalArgumentException("snaplen=%d: must be at least 1".formatted(snaplen));
    }
    if (blockTimeoutMillis < 1 || blockTimeoutMillis > 1000) {
      throw new IllegalArgumentException(
          "block timeout of %d ms: must be 1 to 1000".formatted(blockTimeoutMillis));
    }
  }

  /** The defaults for an interface: 256 MiB, blocks of 1 MiB, whole packets, promiscuous, all. */
  public static AfPacketOptions of(String interfaceName) {
    return new AfPacketOptions(
        interfaceName,
        DEFAULT_BUFFER_BYTES,
        DEFAULT_BLOCK_BYTES,
        DEFAULT_SNAPLEN,
        true,
        null,
        DEFAULT_BLOCK_TIMEOUT_MILLIS,
        KernelCutOptions.off());
  }

  /** These options with another ring. */
  public AfPacketOptions withBuffer(long newBufferBytes, int newBlockBytes) {
    return new AfPacketOptions(
        interfaceName,
        newBufferBytes,
        newBlockBytes,
        snaplen,
        promiscuous,
        filter,
        blockTimeoutMillis,
        kernelCut);
  }

  /** These options with another snapshot length. */
  public AfPacketOptions withSnaplen(int newSnaplen) {
    return new AfPacketOptions(
        interfaceName,
        bufferBytes,
        blockBytes,
        newSnaplen,
        promiscuous,
        filter,
        blockTimeoutMillis,
        kernelCut);
  }

  /** These options, promiscuous or not. */
  public AfPacketOptions withPromiscuous(boolean newPromiscuous) {
    return new AfPacketOptions(
        interfaceName,
        bufferBytes,
        blockBytes,
        snaplen,
        newPromiscuous,
        filter,
        blockTimeoutMillis,
        kernelCut);
  }

  /** These options with another filter, null for none. */
  public AfPacketOptions withFilter(SocketFilter newFilter) {
    return new AfPacketOptions(
        interfaceName,
        bufferBytes,
        blockBytes,
        snaplen,
        promiscuous,
        newFilter,
        blockTimeoutMillis,
        kernelCut);
  }

  /** These options with flows that are cut in the kernel. */
  public AfPacketOptions withKernelCut(KernelCutOptions newKernelCut) {
    return new AfPacketOptions(
        interfaceName,
        bufferBytes,
        blockBytes,
        snaplen,
        promiscuous,
        filter,
        blockTimeoutMillis,
        newKernelCut);
  }

  /** Blocks in the ring. */
  int blocks() {
    return (int) (bufferBytes / blockBytes);
  }
}
