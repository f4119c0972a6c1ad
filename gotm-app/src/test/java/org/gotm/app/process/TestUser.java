package org.gotm.app.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.gotm.ffm.Command;

/** An ordinary user of this system that only a test has, and a gotm that this user can read. */
final class TestUser implements AutoCloseable {
  private final String name = "gotmt%d".formatted(ProcessHandle.current().pid() % 1_000_000);

  private TestUser() {
    Command.check("useradd", "--system", "--no-create-home", "--user-group", name);
  }

  /** Makes the user; root only. */
  static TestUser make() {
    Command.require("useradd", "userdel");
    return new TestUser();
  }

  String name() {
    return name;
  }

  String uid() {
    return Command.check("id", "-u", name).strip();
  }

  /** What the user starts a program with, as systemd does, with CAP_NET_RAW alone. */
  List<String> withNetRaw() {
    return with("+net_raw");
  }

  /** The same with CAP_BPF besides, as the drop-in ebpf.conf gives it. */
  List<String> withNetRawAndBpf() {
    return with("+net_raw,+bpf");
  }

  private List<String> with(String rights) {
    String setpriv = "setpriv --reuid=%1$s --regid=%1$s --init-groups --no-new-privs";
    String inherited = " --bounding-set=-all,%1$s --inh-caps=-all,%1$s --ambient-caps=-all,%1$s";
    return List.of((setpriv.formatted(name) + inherited.formatted(rights)).split(" "));
  }

  /** Lets everybody in, as the folders of tests are root's alone. */
  static void open(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Copies the program, since the checkout may be where only root may read. */
  static Path launcherIn(Path folder) throws IOException {
    Path home = folder.resolve("opt");
    Path target = home.resolve("gotm-app/target");
    Files.createDirectories(target.resolve("lib"));
    Path built = GotmLaunch.HOME.resolve("gotm-app/target");
    Files.copy(built.resolve("gotm-app.jar"), target.resolve("gotm-app.jar"));
    String options = "gotm-app/src/main/build/jvm.options";
    Files.createDirectories(home.resolve(options).getParent());
    Files.copy(GotmLaunch.HOME.resolve(options), home.resolve(options));
    try (Stream<Path> libraries = Files.list(built.resolve("lib"))) {
      for (Path library : libraries.toList()) {
        Files.copy(library, target.resolve("lib").resolve(library.getFileName()));
      }
    }
    Path launcher = Files.copy(GotmLaunch.HOME.resolve("gotm"), home.resolve("gotm"));
    Command.check("chmod", "-R", "a+rX,u+x", home.toString());
    Command.check("chmod", "a+x", launcher.toString());
    return launcher;
  }

  @Override
  public void close() {
    Command.check("userdel", name);
  }
}
