package org.gotm.app.daemon;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.gotm.store.retain.Retainer;

/**
 * Takes up what has changed in the files that settings come from, as far as that costs no packet,
 * and says what takes a restart. One thread.
 */
final class Reload {
  /** Options that count at once. */
  private static final Set<String> AT_ONCE =
      Set.of("class", "classes", "logformat", "diskfree", "diskbudget", "maxage");

  private final Supplier<Optional<SettingsChange>> changes;
  private final Map<String, String> environment;
  private final EventLog log;

  /**
   * A reload.
   *
   * @param changes reads the configuration file again; none if there is no such file
   */
  Reload(
      Supplier<Optional<SettingsChange>> changes, Map<String, String> environment, EventLog log) {
    this.changes = changes;
    this.environment = environment;
    this.log = log;
  }

  /** Reads all files again; what cannot be read, or is wrong, changes nothing. */
  void run(Classes classes, Optional<Retainer> retainer) {
    try {
      changes.get().ifPresent(change -> apply(change, classes, retainer));
    } catch (StartException e) {
      log.accept("the settings stay as they are: " + e.getMessage());
    }
    classes.reread();
  }

  private void apply(SettingsChange change, Classes classes, Optional<Retainer> retainer) {
    log.use(LogStyle.of(change.settings().process().logFormat(), environment));
    classes.use(change.settings().flows());
    retainer.ifPresent(keeps -> keeps.use(change.settings().retention()));
    change.overridden().forEach(log);
    change
        .changed()
        .forEach(
            (option, value) -> {
              if (!AT_ONCE.contains(option)) {
                log.accept(
                    "config=%s: %s%s takes a restart; it is as it was at the start"
                        .formatted(change.file(), option, value.isEmpty() ? "" : "=" + value));
              }
            });
  }
}
