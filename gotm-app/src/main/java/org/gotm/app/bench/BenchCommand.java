package org.gotm.app.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.gotm.app.daemon.StartException;
import org.gotm.app.help.HelpOptions;
import org.gotm.core.failure.Reason;
import org.gotm.core.flow.Cutoff;
import org.gotm.ffm.linux.HugePages;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code gotm bench}. */
@Command(
    name = "bench",
    description = "Measures what this machine can record, and what limits it.",
    subcommands = BenchCommand.Core.class)
public final class BenchCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  @Option(
      names = {"-write", "--write", "-w"},
      paramLabel = "FOLDER",
      defaultValue = "out",
      description = "Folder whose disk is measured (default: ${DEFAULT-VALUE}).")
  private Path folder;

  /** A command that is not run yet. */
  public BenchCommand() {}

  @Override
  public Integer call() throws Exception {
    return new BoxBenchmark(folder, System.out).run();
  }

  /** The command {@code gotm bench core}. */
  @Command(
      name = "core",
      description =
          "Runs decoder, flow table and cutoff over a pcap file held in memory, on one thread.")
  static final class Core implements Callable<Integer> {
    @Mixin private HelpOptions help;

    @Parameters(index = "0", paramLabel = "FILE.pcap", description = "An uncompressed pcap file.")
    private Path file;

    @Option(
        names = {"-maxflows", "--maxflows"},
        defaultValue = "1000000",
        description = "Flows the table holds (default: ${DEFAULT-VALUE}).")
    private int maxFlows;

    @Option(
        names = {"-loops", "--loops"},
        defaultValue = "20",
        description = "Times to go over the file (default: ${DEFAULT-VALUE}).")
    private int loops;

    @Option(
        names = {"-packetcutoff", "--packetcutoff"},
        defaultValue = "1000",
        description = "As for gotm (default: ${DEFAULT-VALUE}).")
    private long packetCutoff;

    @Option(
        names = {"-bytecutoff", "--bytecutoff"},
        defaultValue = "65536",
        description = "As for gotm, in plain bytes (default: ${DEFAULT-VALUE}).")
    private long byteCutoff;

    @Option(
        names = {"-flows", "--flows"},
        description = "Writes records of the flows, as for gotm, and throws them away.")
    private boolean hasRecords;

    @Override
    public Integer call() {
      try (Arena arena = Arena.ofShared();
          HugePages memory = new HugePages()) {
        Cutoff cutoff = Cutoff.of(packetCutoff, byteCutoff);
        CoreBenchmark benchmark =
            new CoreBenchmark(file.toString(), map(arena), maxFlows, cutoff, hasRecords, memory);
        benchmark.run(loops, loop -> System.out.println(loop));
        return 0;
      }
    }

    private MemorySegment map(Arena arena) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        mapped.load();
        return mapped;
      } catch (IOException e) {
        throw new StartException("file=" + file + ": cannot be read: " + Reason.of(e), e);
      }
    }
  }
}
