package org.gotm.app.daemon;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.store.api.Compression;

/**
 * Everything a run of gotm needs to know, checked.
 *
 * @param interfaces to capture from; ignored when there are files
 * @param files to read instead, {@code -} for standard input
 * @param captureMethod how to capture from interfaces
 * @param filter libpcap expression, empty for every packet
 * @param workers capture threads an interface
 * @param cpus processors to bind capture threads to, in order, or none
 * @param snaplen bytes of a packet to keep
 * @param bufferBytes kernel buffer of each worker, or SNF's data ring of all; none for the method's
 *     own choice
 * @param snf what only SNF understands
 * @param blockBytes block of an AF_PACKET ring
 * @param cutoff where flows are cut
 * @param flowTimeout idle time after which a flow is forgotten
 * @param directional true if each direction of a connection is a flow of its own
 * @param maxFlows flows that the table of a worker holds
 * @param largeFlowBytes size at which a flow is logged
 * @param timeInterval between two statistics lines
 * @param outputFolder where files go
 * @param compression of the files
 * @param rotationInterval age at which a file is finished
 * @param rotationBytes size at which a file is finished, or none
 * @param flushInterval how long a packet may wait in memory on a quiet link
 * @param precision of time stamps in files
 * @param utc true to name files in UTC
 * @param perWorker true to write a series of files for each worker
 * @param metricsAddress where to serve metrics, or none
 */
public record Settings(
    List<String> interfaces,
    List<String> files,
    CaptureMethod captureMethod,
    String filter,
    int workers,
    List<Integer> cpus,
    int snaplen,
    Optional<Long> bufferBytes,
    Snf snf,
    int blockBytes,
    Cutoff cutoff,
    Duration flowTimeout,
    boolean directional,
    int maxFlows,
    long largeFlowBytes,
    Duration timeInterval,
    Path outputFolder,
    Compression compression,
    Duration rotationInterval,
    Optional<Long> rotationBytes,
    Duration flushInterval,
    TimestampPrecision precision,
    boolean utc,
    boolean perWorker,
    Optional<InetSocketAddress> metricsAddress) {

  /**
   * What only SNF understands; what is none is left to the SNF_ variables of the environment.
   *
   * @param flags of snf_open
   * @param rssFlags which fields the rings are told apart by
   * @param appId application id; packets go to each distinct one
   */
  public record Snf(Optional<Integer> flags, Optional<Integer> rssFlags, Optional<Integer> appId) {}

  /** True when packets come from files, not from interfaces. */
  public boolean isOffline() {
    return !files.isEmpty();
  }
}
