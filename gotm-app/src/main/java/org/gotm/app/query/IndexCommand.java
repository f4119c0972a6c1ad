package org.gotm.app.query;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.help.HelpOptions;
import org.gotm.core.failure.Reason;
import org.gotm.store.index.Indexer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code gotm index}. */
@Command(
    name = "index",
    description = "Makes the index of capture files that have none, or a lost one again.")
public final class IndexCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Finished capture files.")
  private List<Path> files;

  /** A command that is not run yet. */
  public IndexCommand() {}

  @Override
  public Integer call() {
    Indexer indexer = new Indexer();
    int exitCode = ExitCodes.OK;
    for (Path file : files) {
      String wrong = wrong(indexer, file);
      if (wrong != null) {
        System.err.println("gotm: %s: no index: %s".formatted(file, wrong));
        exitCode = ExitCodes.FAILED;
      }
    }
    return exitCode;
  }

  private static String wrong(Indexer indexer, Path file) {
    try {
      return indexer.index(file);
    } catch (IOException e) {
      return Reason.withFile(e);
    }
  }
}
