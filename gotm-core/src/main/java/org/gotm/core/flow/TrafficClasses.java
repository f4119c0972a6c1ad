package org.gotm.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.gotm.core.source.PacketBatch;

/**
 * The classes of traffic that a {@link FlowCutter} tells apart, and how. Immutable; any thread.
 *
 * <p>Each class has an index, by which flows remember theirs. Index 0 is the class of all that no
 * other one takes. Classes that follow others, when a user has changed them while packets come,
 * keep the index of the one of the same name, and the others keep theirs for the flows that have
 * them.
 */
public final class TrafficClasses {
  /** Name of the class with index 0. */
  public static final String REST = "default";

  /** Most classes, the first one and those that were replaced included. */
  public static final int MAX_CLASSES = 256;

  /**
   * Tells the class of a flow by its first packet. Called on the capture thread: must not throw,
   * and take no longer than it needs.
   */
  @FunctionalInterface
  public interface Classifier {
    /** Answers {@link #classOf} when no class takes a packet. */
    int NONE = -1;

    /**
     * The position, in the list of classes in use, of the class that takes packet {@code index} of
     * the batch; {@link #NONE} for none of them.
     */
    int classOf(PacketBatch batch, int index);
  }

  private final List<TrafficClass> classes;
  private final int[] indexes;
  private final boolean canShorten;
  private final IntFunction<? extends Classifier> classifiers;

  private TrafficClasses(
      List<TrafficClass> known,
      List<TrafficClass> inUse,
      IntFunction<? extends Classifier> classifiers) {
    List<TrafficClass> all = new ArrayList<>(known);
    indexes = new int[inUse.size()];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = put(all, inUse.get(i));
    }
    if (all.size() > MAX_CLASSES) {
      throw new IllegalArgumentException(
          "classes=%d: more than %d".formatted(all.size() - 1, MAX_CLASSES - 1));
    }
    classes = List.copyOf(all);
    canShorten = all.stream().anyMatch(each -> each.snaplenAfterCut() > 0);
    this.classifiers = classifiers;
  }

  private static int put(List<TrafficClass> all, TrafficClass added) {
    for (int index = 0; index < all.size(); index++) {
      if (all.get(index).name().equals(added.name())) {
        all.set(index, added);
        return index;
      }
    }
    all.add(added);
    return all.size() - 1;
  }

  /** All traffic is one class, {@link #REST}. */
  public static TrafficClasses only(Cutoff cutoff) {
    return only(cutoff, 0);
  }

  /**
   * All traffic is one class, {@link #REST}.
   *
   * @param snaplenAfterCut bytes to keep of each packet after the cut
   */
  public static TrafficClasses only(Cutoff cutoff, int snaplenAfterCut) {
    return new TrafficClasses(
        List.of(TrafficClass.of(REST, cutoff).withSnaplenAfterCut(snaplenAfterCut)),
        List.of(),
        linkType -> (batch, index) -> Classifier.NONE);
  }

  /**
   * These classes are in use from now on. A class of the same name as one before takes its place,
   * also for the flows that are there.
   *
   * @param inUse the classes that the classifiers choose from; names differ
   * @param classifiers gives a classifier for packets of a LINKTYPE_; called on the capture thread
   * @throws IllegalArgumentException if there are more than {@link #MAX_CLASSES} with those before
   */
  public TrafficClasses followedBy(
      List<TrafficClass> inUse, IntFunction<? extends Classifier> classifiers) {
    return new TrafficClasses(classes, inUse, classifiers);
  }

  /** All classes by their index, those that are not in use any more included. */
  public List<TrafficClass> all() {
    return classes;
  }

  /** How many classes there are. */
  public int size() {
    return classes.size();
  }

  Classifier classifier(int linkType) {
    return classifiers.apply(linkType);
  }

  /** Index of the class at a position of the list in use. */
  int indexOf(int position) {
    return position < 0 ? 0 : indexes[position];
  }

  /** True if packets may be kept in part. */
  boolean canShorten() {
    return canShorten;
  }
}
