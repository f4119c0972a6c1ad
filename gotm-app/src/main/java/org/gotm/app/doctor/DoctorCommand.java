package org.gotm.app.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gotm.app.help.HelpOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code gotm doctor}: exits with 0 when the machine is fit to record, 1 when not. */
@Command(
    name = "doctor",
    description =
        "Looks whether this machine is fit to record from an interface, and says what mends what is"
            + " not.")
public final class DoctorCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  @Option(
      names = {"-interface", "--interface", "-i"},
      paramLabel = "NAME[,NAME...]",
      split = ",",
      defaultValue = "eth0",
      description = "Interfaces to look at (default: ${DEFAULT-VALUE}).")
  private List<String> interfaces;

  @Option(
      names = {"-write", "--write", "-w"},
      paramLabel = "FOLDER",
      defaultValue = "out",
      description = "Output folder to look at (default: ${DEFAULT-VALUE}).")
  private Path folder;

  /** A command that is not run yet. */
  public DoctorCommand() {}

  @Override
  public Integer call() {
    List<HealthCheck> findings = new ArrayList<>();
    for (String name : interfaces) {
      findings.addAll(new InterfaceChecks(name).findings());
    }
    findings.addAll(new MachineChecks(folder).findings());
    findings.forEach(System.out::println);
    long bad = findings.stream().filter(finding -> finding.kind() == HealthCheck.Kind.BAD).count();
    System.out.println(bad == 0 ? "fit to record" : bad + " to mend");
    return bad == 0 ? 0 : 1;
  }
}
