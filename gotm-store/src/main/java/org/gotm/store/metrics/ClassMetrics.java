package org.gotm.store.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.gotm.core.capture.Ledger;

/**
 * The metrics of classes of traffic, with the class's name as a label, for any registry of
 * Micrometer. Any thread.
 */
@SuppressWarnings("exports") // who binds it to a registry has Micrometer's module
public final class ClassMetrics implements MeterBinder {
  private final List<MeteredWorker> workers;
  private final List<String> names;

  /**
   * Metrics of these classes in each worker's ledger.
   *
   * @param names by the index of the class; those that a registry has already may be among them
   */
  public ClassMetrics(List<MeteredWorker> workers, List<String> names) {
    this.workers = List.copyOf(workers);
    this.names = List.copyOf(names);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (MeteredWorker worker : workers) {
      for (int i = 0; i < names.size(); i++) {
        new ClassMeters(registry, worker.ledger(), worker.tags().and("class", names.get(i)), i)
            .add();
      }
    }
  }

  private record ClassMeters(MeterRegistry registry, Ledger ledger, Tags tags, int index) {
    void add() {
      counter(
          "gotm.class.packets.kept",
          "Packets of a class that were kept",
          l -> l.classes().kept(index));
      counter(
          "gotm.class.packets.cut",
          "Packets of a class that were cut",
          l -> l.classes().cut(index));
      counter("gotm.class.bytes", "Bytes of a class on the wire", l -> l.classes().bytes(index));
    }

    private void counter(String name, String help, ToDoubleFunction<Ledger> value) {
      FunctionCounter.builder(name, ledger, value).description(help).tags(tags).register(registry);
    }
  }
}
