package org.gotm.app.daemon;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.ffm.linux.Privileges;
import org.gotm.ffm.linux.UserAccount;

/**
 * Gives up root's rights when everything is open that takes them, and sees to it that the user that
 * gotm becomes can do the rest. One thread, the one that starts all others that are to keep
 * CAP_NET_RAW.
 */
final class UserChange {
  private static final String DEFAULT_USER = "gotm";

  private final Settings settings;
  private final Consumer<String> log;
  private boolean isDone;

  UserChange(Settings settings, Consumer<String> log) {
    this.settings = settings;
    this.log = log;
  }

  /**
   * Becomes the user that the settings name, or who has to be.
   *
   * @throws StartException if that user cannot write the files or read gotm's own
   */
  void make() {
    Optional<UserAccount> user = settings.process().user();
    if (Privileges.isRoot()) {
      user.or(this::defaultUser).filter(account -> !account.isRoot()).ifPresent(this::become);
    } else if (user.isPresent()) {
      refuseAnother(user.get());
    }
    if (!Privileges.forbidNewOnes()) {
      log.accept("this kernel has no seccomp filters: not all threads have no_new_privs");
    }
  }

  /** Whom the process is going to be, if not who it is. */
  static Optional<UserAccount> successor(Settings settings) {
    Optional<UserAccount> user = settings.process().user();
    if (user.isEmpty() && !settings.isOffline()) {
      user = UserAccount.find(DEFAULT_USER);
    }
    return Privileges.isRoot() ? user.filter(account -> !account.isRoot()) : Optional.empty();
  }

  private static void refuseAnother(UserAccount user) {
    if (!user.name().equals(System.getProperty("user.name"))) {
      throw new StartException(
          "user=%s: gotm runs as %s, and only root becomes another; start it as root"
              .formatted(user.name(), System.getProperty("user.name")));
    }
  }

  private Optional<UserAccount> defaultUser() {
    if (settings.isOffline()) {
      return Optional.empty();
    }
    Optional<UserAccount> user = UserAccount.find(DEFAULT_USER);
    if (user.isEmpty()) {
      log.accept(
          "running as root with all its rights, as there is no user %s; run: useradd --system %s, or give -user"
              .formatted(DEFAULT_USER, DEFAULT_USER));
    }
    return user;
  }

  private void become(UserAccount user) {
    Path folder = settings.output().folder();
    try {
      new UserFolder(user, folder).make();
    } catch (IOException e) {
      throw new StartException(
          "write=%s: cannot be made for user %s: %s; choose another folder with -write"
              .formatted(folder, user.name(), Reason.withFile(e)),
          e);
    }
    Privileges.become(user);
    isDone = true;
    if (settings.isOffline()) {
      Privileges.giveUpCapabilities();
    }
    checkProgram(user);
    new UserFolder(user, folder).check(log);
    log.accept("Running as user %s, who has given up root's rights".formatted(user.name()));
  }

  /** The JVM opens many of its files, and gotm's, only when it first needs what is in them. */
  private static void checkProgram(UserAccount user) {
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      checkReadable(Path.of(part), user);
    }
    checkReadable(Path.of(System.getProperty("java.home"), "lib", "modules"), user);
  }

  private static void checkReadable(Path file, UserAccount user) {
    if (!Files.isReadable(file) && !Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new StartException(
          "user=%s: may not read %s; install gotm and Java where everybody may, such as /opt, or give -user root"
              .formatted(user.name(), file));
    }
  }

  /** Called by threads that capture nothing, at their beginning: they need no rights at all. */
  void giveUpTheRest() {
    if (isDone) {
      Privileges.giveUpCapabilities();
    }
  }
}
