package org.gotm.app.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.gotm.app.classes.ClassRule;
import org.gotm.core.failure.Reason;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.TrafficClass;
import org.gotm.core.flow.TrafficClasses;
import org.gotm.core.packet.LinkType;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.PcapClassifiers;

/**
 * The classes of traffic of a run: those of the command line, then those of a file, which may be
 * read again while packets come. One thread, but for the names; the cutters take new classes with
 * their next batch.
 */
public final class Classes implements AutoCloseable {
  private final Cutoff cutoff;
  private final Consumer<String> log;
  private final List<PcapClassifiers> classifiers = new ArrayList<>();
  private Settings.Flows settings;
  private boolean hasChanged;
  private volatile TrafficClasses current;
  private List<FlowCutter> cutters = List.of();
  private Map<Integer, Integer> linkTypes = Map.of();

  Classes(Settings.Flows settings, Consumer<String> log) {
    this.settings = settings;
    this.cutoff = settings.cutoff();
    this.log = log;
    current = TrafficClasses.only(cutoff, settings.snaplenAfterCut());
  }

  /**
   * Gives the cutters their classes, before packets come.
   *
   * @param sources of the live workers; none if files are read, whose link types are not known
   * @throws StartException if the file cannot be read or a rule is none
   * @throws org.gotm.ffm.pcap.FilterException if an expression is none
   */
  void use(List<FlowCutter> newCutters, List<PacketSource> sources) {
    cutters = newCutters;
    cutters.forEach(cutter -> cutter.use(current));
    linkTypes = new TreeMap<>();
    sources.forEach(source -> linkTypes.merge(source.linkType(), 1, Integer::sum));
    if (linkTypes.isEmpty()) {
      linkTypes.put(LinkType.ETHERNET, 1);
    }
    try {
      take(rules());
    } catch (IllegalArgumentException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  /**
   * Looks whether these classes can be read and compiled, for Ethernet, as they are at a start.
   *
   * @throws StartException if the file cannot be read or a rule is none
   * @throws org.gotm.ffm.pcap.FilterException if an expression is none
   */
  public static void check(Settings.Flows settings) {
    try (Classes classes = new Classes(settings, line -> {})) {
      classes.use(List.of(), List.of());
    }
  }

  /** From the next {@link #reread} on these are the classes; cutoffs elsewhere stay. */
  void use(Settings.Flows newSettings) {
    hasChanged =
        !newSettings.classes().equals(settings.classes())
            || !newSettings.classesFile().equals(settings.classesFile());
    settings = newSettings;
  }

  /**
   * Reads the file again, if there is one, and takes up other settings; the classes stay as they
   * are if that fails.
   */
  void reread() {
    if (settings.classesFile().isEmpty() && !hasChanged) {
      return;
    }
    try {
      take(rules());
      hasChanged = false;
    } catch (IllegalArgumentException | PacketSourceException e) {
      log.accept("the classes stay as they are: " + e.getMessage());
    }
  }

  private List<ClassRule> rules() {
    List<String> lines = new ArrayList<>(settings.classes());
    settings.classesFile().ifPresent(file -> lines.addAll(read(file)));
    return ClassRule.parseAll(lines, cutoff);
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "classes=%s: cannot be read: %s".formatted(file, Reason.of(e)), e);
    }
  }

  private void take(List<ClassRule> rules) {
    if (rules.isEmpty() && current.size() == 1) {
      return;
    }
    PcapClassifiers next = new PcapClassifiers(rules.stream().map(ClassRule::expression).toList());
    classifiers.add(next);
    linkTypes.forEach(next::prepare);
    current = current.followedBy(rules.stream().map(ClassRule::trafficClass).toList(), next);
    cutters.forEach(cutter -> cutter.use(current));
    rules.forEach(this::say);
  }

  private void say(ClassRule rule) {
    log.accept(
        "Class %s: %s: %s"
            .formatted(rule.trafficClass().name(), rule.expression(), words(rule.trafficClass())));
  }

  private static String words(TrafficClass trafficClass) {
    if (trafficClass.isDropped()) {
      return "dropped";
    }
    Cutoff cutoff = trafficClass.cutoff();
    List<String> words = new ArrayList<>();
    if (cutoff.packets() != Cutoff.UNLIMITED) {
      words.add("cut after %d packets".formatted(cutoff.packets()));
    }
    if (cutoff.bytes() != Cutoff.UNLIMITED) {
      words.add("cut after %d bytes".formatted(cutoff.bytes()));
    }
    if (words.isEmpty()) {
      words.add("never cut");
    } else if (trafficClass.snaplenAfterCut() > 0) {
      words.add("then %d bytes of each packet".formatted(trafficClass.snaplenAfterCut()));
    }
    return String.join(", ", words);
  }

  /**
   * Names of all classes there have been, by their index; one if there are no others. Any thread.
   */
  List<String> names() {
    return current.all().stream().map(TrafficClass::name).toList();
  }

  /** Frees the filters; no cutter is at work any more. */
  @Override
  public void close() {
    classifiers.forEach(PcapClassifiers::close);
  }
}
