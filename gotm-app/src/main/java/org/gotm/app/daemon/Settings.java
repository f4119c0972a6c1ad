package org.gotm.app.daemon;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gotm.app.queryserver.QuerySettings;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.packet.FlowKeyOptions;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.ffm.Method;
import org.gotm.ffm.kernelcut.KernelCut;
import org.gotm.ffm.kernelcut.KernelCutMode;
import org.gotm.ffm.kernelcut.KernelCutOptions;
import org.gotm.ffm.linux.UserAccount;
import org.gotm.store.api.Compression;
import org.gotm.store.retain.Retention;

/**
 * Everything a run of gotm needs to know, checked.
 *
 * @param source where packets come from
 * @param flows what a flow is and where it is cut
 * @param output what is written, and where to
 * @param files what files look like
 * @param report what is told of the run
 * @param retention when the oldest files are deleted
 * @param process what the process is to the system
 * @param shunt who is asked to filter large flows
 * @param queries where queries for what was recorded are answered
 */
public record Settings(
    Source source,
    Flows flows,
    Output output,
    Files files,
    Report report,
    Retention retention,
    Process process,
    Shunt shunt,
    QuerySettings queries) {

  /**
   * Where packets come from, and what of them is taken.
   *
   * @param interfaces to capture from; ignored when there are files
   * @param files to read instead, {@code -} for standard input
   * @param method how to capture from interfaces
   * @param filter libpcap expression, empty for every packet
   * @param workers capture threads an interface
   * @param cpus processors to bind capture threads to, in order, or none
   * @param snaplen bytes of a packet to keep
   * @param bufferBytes kernel buffer of each worker, or SNF's data ring of all; none for the
   *     method's own choice
   * @param blockBytes block of an AF_PACKET ring; none for what suits the ring
   * @param waits true to wait for interfaces that are missing or not up
   * @param snf what only SNF understands
   */
  public record Source(
      List<String> interfaces,
      List<String> files,
      Method method,
      String filter,
      int workers,
      List<Integer> cpus,
      int snaplen,
      Optional<Long> bufferBytes,
      Optional<Integer> blockBytes,
      boolean waits,
      Snf snf) {
    private static final int MAX_NAME_LENGTH = 100;

    /** What the run is called in names of files and in statistics. */
    String name() {
      return files.isEmpty() ? String.join(",", interfaces) : nameOfFiles();
    }

    /** Capture threads of all interfaces together. */
    int liveWorkers() {
      return interfaces.size() * workers;
    }

    /** The file's own name, or that of the first and how many more. */
    private String nameOfFiles() {
      String first = files.getFirst();
      Path name = first.equals("-") ? Path.of("stdin") : Path.of(first).getFileName();
      String shortened = name == null ? "root" : name.toString();
      shortened = shortened.substring(0, Math.min(shortened.length(), MAX_NAME_LENGTH));
      return files.size() == 1 ? shortened : shortened + "+" + (files.size() - 1);
    }
  }

  /**
   * What only SNF understands; what is none is left to the SNF_ variables of the environment.
   *
   * @param flags of snf_open
   * @param rssFlags which fields the rings are told apart by
   * @param appId application id; packets go to each distinct one
   */
  public record Snf(Optional<Integer> flags, Optional<Integer> rssFlags, Optional<Integer> appId) {}

  /**
   * What a flow is and where it is cut.
   *
   * @param cutoff where flows are cut
   * @param timeout idle time after which a flow is forgotten
   * @param key what makes two packets the same flow
   * @param capacity flows that the table of a worker holds; none for what suits the number of
   *     workers
   * @param largeBytes payload bytes at which a flow is logged
   * @param classes rules of classes that are cut in their own way, as a user writes them
   * @param classesFile a file with more such rules, a line each, or none
   * @param kernelCut whether packets of cut flows are dropped in the kernel
   * @param records whether a record of each flow is written
   */
  public record Flows(
      Cutoff cutoff,
      Duration timeout,
      FlowKeyOptions key,
      Optional<Integer> capacity,
      long largeBytes,
      List<String> classes,
      Optional<Path> classesFile,
      KernelCutMode kernelCut,
      Records records) {
    /** Bytes that are kept of packets after the cut in flows that no class takes. */
    int snaplenAfterCut() {
      return kernelCut == KernelCutMode.HEADERS ? KernelCut.HEADER_BYTES : 0;
    }

    /** For a table of so many flows. */
    FlowCutter.Options cutterOptions(int flows) {
      return new FlowCutter.Options(flows, timeout.toNanos(), cutoff, largeBytes, key);
    }

    /** For a worker with such a table; off if nothing can be cut. */
    KernelCutOptions kernelCutOptions(int flows) {
      boolean cuts =
          cutoff.packets() != Cutoff.UNLIMITED
              || cutoff.bytes() != Cutoff.UNLIMITED
              || !classes.isEmpty()
              || classesFile.isPresent();
      return KernelCutOptions.of(cuts ? kernelCut : KernelCutMode.OFF, cutterOptions(flows));
    }
  }

  /**
   * Whether records of flows are written.
   *
   * @param age after which their files are deleted; zero for never
   */
  public record Records(boolean areWritten, Duration age) {}

  /**
   * What is written, and where to.
   *
   * @param folder where files go; {@code -} for standard output
   * @param compression of the files
   * @param rotationInterval age at which a file is finished, zero for never
   * @param rotationBytes size at which a file is finished, or none
   * @param flushInterval how long a packet may wait in memory on a quiet link
   * @param precision of time stamps in files
   * @param utc true to name files in UTC
   * @param perWorker true to write a series of files for each worker
   * @param skipEmpty true to remove files without a packet
   */
  public record Output(
      Path folder,
      Compression compression,
      Duration rotationInterval,
      Optional<Long> rotationBytes,
      Duration flushInterval,
      TimestampPrecision precision,
      boolean utc,
      boolean perWorker,
      boolean skipEmpty) {
    /** True if the folder is a dash: packets go to standard output. */
    public boolean toStandardOutput() {
      return folder.toString().equals("-");
    }
  }

  /**
   * What files look like, and when they end.
   *
   * @param pcapng true for pcapng, false for pcap
   * @param fileLedger true to write the account of each finished file beside it
   * @param aligned true to rotate at multiples of the interval since midnight
   * @param indexed true to write an index beside each file
   * @param application what writes them, with its version
   */
  public record Files(
      boolean pcapng, boolean fileLedger, boolean aligned, boolean indexed, String application) {}

  /**
   * What is told of the run.
   *
   * @param interval between two statistics lines
   * @param metricsAddress where to serve metrics, or none
   */
  public record Report(Duration interval, Optional<InetSocketAddress> metricsAddress) {}

  /**
   * What the process is to the system.
   *
   * @param user whose it becomes once everything is open; none for the user gotm, if packets come
   *     from interfaces and there is one
   * @param fileMask what is masked out of the mode of files and folders
   * @param logFormat of lines on standard error
   */
  public record Process(Optional<UserAccount> user, int fileMask, LogFormat logFormat) {}

  /**
   * Who is asked to filter large flows before they come here.
   *
   * @param dumbno address of a dumbno service, its name not looked up yet; or none
   * @param command program to run for each, or none
   */
  public record Shunt(Optional<InetSocketAddress> dumbno, Optional<String> command) {}

  /** What stays as it is for a run, in words, by name. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("reads", source.name());
    facts.put("cuts a flow after", words(flows.cutoff()));
    facts.put("writes to", output.folder().toAbsolutePath().normalize().toString());
    facts.put("statistics", "every %d s".formatted(Math.max(1, report.interval().toSeconds())));
    return facts;
  }

  private static String words(Cutoff cutoff) {
    List<String> words = new ArrayList<>();
    if (cutoff.packets() != Cutoff.UNLIMITED) {
      words.add(cutoff.packets() + " packets");
    }
    if (cutoff.bytes() != Cutoff.UNLIMITED) {
      words.add(cutoff.bytes() + " bytes");
    }
    return words.isEmpty() ? "nothing" : String.join(" or ", words);
  }

  /** True when packets come from files, not from interfaces. */
  public boolean isOffline() {
    return !source.files().isEmpty();
  }
}
