package org.gotm.app.keys;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.help.HelpOptions;
import org.gotm.core.failure.Reason;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code gotm keys}. */
@Command(
    name = "keys",
    description = {
      "Makes the keys and certificates of the query server and its clients, in files named as",
      "stenographer's are. What is there stays; with a CA there, more clients are added to it."
    })
public final class KeysCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,62}";
  private static final String ADDRESS = "[0-9a-fA-F:]*:[0-9a-fA-F:]*|[0-9]+(?:\\.[0-9]+){3}";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", description = "Where they go; it is made if it is missing.")
  private Path folder;

  @Option(
      names = {"-host", "--host"},
      paramLabel = "IP|NAME",
      description = {
        "By what clients call the server; may be repeated (default: this machine's name,",
        "localhost, 127.0.0.1 and ::1)."
      })
  private List<String> hosts = new ArrayList<>();

  @Option(
      names = {"-client", "--client"},
      paramLabel = "NAME",
      description = "A client to make a certificate for; may be repeated (default: client).")
  private List<String> clients = new ArrayList<>();

  /** A command that is not run yet. */
  public KeysCommand() {}

  @Override
  public Integer call() {
    hosts.forEach(host -> check("host", host));
    clients.forEach(client -> check("client", client));
    try {
      new KeyFolder(folder)
          .make(alternativeNames(), clients, !hosts.isEmpty())
          .forEach(System.out::println);
      return ExitCodes.OK;
    } catch (IOException e) {
      System.err.println("gotm: keys: " + Reason.withFile(e));
      return ExitCodes.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCodes.FAILED;
    }
  }

  private void check(String option, String value) {
    if (!value.matches(NAME) && !(option.equals("host") && value.matches(ADDRESS))) {
      throw new ParameterException(
          spec.commandLine(),
          "%s=%s: not letters, digits, dots and dashes".formatted(option, value));
    }
  }

  private List<String> alternativeNames() {
    List<String> names = hosts.isEmpty() ? defaultHosts() : hosts;
    return names.stream().map(name -> (name.matches(ADDRESS) ? "ip:" : "dns:") + name).toList();
  }

  private static List<String> defaultHosts() {
    List<String> names = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
    try {
      String own = InetAddress.getLocalHost().getHostName();
      if (own.matches(NAME) && !names.contains(own)) {
        names.addFirst(own);
      }
    } catch (IOException e) {
      // a machine without a name that can be looked up
    }
    return names;
  }
}
