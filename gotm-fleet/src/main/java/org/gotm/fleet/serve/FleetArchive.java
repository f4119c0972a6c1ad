package org.gotm.fleet.serve;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryserver.Answered;
import org.gotm.app.queryserver.Archive;
import org.gotm.app.queryserver.Inquiry;
import org.gotm.app.sensors.FleetAnswer;
import org.gotm.app.sensors.FleetQuery;
import org.gotm.app.sensors.Patience;
import org.gotm.app.sensors.Sensor;
import org.gotm.app.sensors.SensorCounts;

/**
 * What the sensors of a list have.
 *
 * @param sensors reads the list, which is done for each query, so that changes count at once
 * @param patience with sensors
 * @param counts of answers of sensors
 * @param log hears what is wrong with the list
 */
public record FleetArchive(
    Supplier<List<Sensor>> sensors, Patience patience, SensorCounts counts, Consumer<String> log)
    implements Archive {
  @Override
  public Answered answer(Inquiry inquiry) throws IOException {
    String query = QueryText.within(inquiry.condition(), inquiry.query());
    FleetAnswer all =
        new FleetQuery(read(), patience, inquiry.notes(), counts)
            .run(
                query,
                inquiry.limits(),
                inquiry.format(),
                inquiry.target()::get,
                inquiry.watcher());
    return new Answered(all.answer(), all.partial());
  }

  private List<Sensor> read() throws IOException {
    try {
      return known();
    } catch (StartException e) {
      log.accept("query: " + e.getMessage());
      throw new IOException("the list of sensors cannot be used", e);
    }
  }

  private List<Sensor> known() {
    List<Sensor> all = sensors.get();
    all.forEach(counts::know);
    return all;
  }

  /** What is wrong now, a line each, for {@code /healthz}. */
  List<String> errors() {
    try {
      known();
      return List.of();
    } catch (StartException e) {
      return List.of(e.getMessage());
    }
  }

  @Override
  public Map<String, Long> figures() throws IOException {
    return Map.of("sensors", (long) read().size());
  }
}
