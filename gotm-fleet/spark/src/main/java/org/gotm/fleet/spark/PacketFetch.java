package org.gotm.fleet.spark;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.QueryRefusedException;
import org.gotm.app.sensors.FleetAnswer;
import org.gotm.app.sensors.FleetQuery;
import org.gotm.app.sensors.Patience;
import org.gotm.app.sensors.Sensor;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;

/** Fetches the packets of flows, from all sensors at a time, each with a few queries at once. */
final class PacketFetch {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Path folder;
  private final int atOnce;
  private final Limits limits;

  /**
   * Nothing is asked yet.
   *
   * @param folder for files of each query's packets
   * @param atOnce queries at a time to one sensor
   * @param limits of one answer
   */
  PacketFetch(Path folder, int atOnce, Limits limits) {
    this.folder = folder;
    this.atOnce = atOnce;
    this.limits = limits;
  }

  /**
   * A sensor's answer to one query.
   *
   * @param sensor its name
   * @param file the packets; it is not there if none came
   * @param problem why not all may be there; empty if they are
   */
  record Fetched(String sensor, Path file, String problem) {}

  /** All answers; a sensor that fails has one that says so. */
  List<Fetched> fetch(Map<String, List<FoundFlow>> flows, Map<String, Sensor> sensors) {
    Map<String, Semaphore> turns = new LinkedHashMap<>();
    List<Future<Fetched>> running = new ArrayList<>();
    List<Fetched> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String name : flows.keySet()) {
        Sensor sensor = sensors.get(name);
        if (sensor == null) {
          answers.add(new Fetched(name, null, "not in the list of sensors"));
          continue;
        }
        Semaphore turn = turns.computeIfAbsent(name, _ -> new Semaphore(atOnce));
        int number = 0;
        for (String query : FlowQueries.of(flows.get(name))) {
          Path file = folder.resolve("%d-%s.pcap".formatted(number++, name));
          running.add(threads.submit(() -> inTurn(turn, sensor, query, file)));
        }
      }
      for (Future<Fetched> one : running) {
        answers.add(one.get());
      }
    } catch (ExecutionException e) {
      throw new StartException("packets cannot be fetched: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("ended before all packets came", e);
    }
    return answers;
  }

  private Fetched inTurn(Semaphore turn, Sensor sensor, String query, Path file)
      throws IOException, InterruptedException {
    turn.acquire();
    try {
      return ask(sensor, query, file);
    } finally {
      turn.release();
    }
  }

  private Fetched ask(Sensor sensor, String query, Path file) throws IOException {
    List<String> notes = new ArrayList<>();
    FleetQuery asked = new FleetQuery(List.of(sensor), new Patience(1, TIMEOUT), notes::add);
    try {
      FleetAnswer answer = asked.run(query, limits, AnswerFormat.PCAP, () -> open(file), () -> {});
      String problem = String.join("; ", answer.missing());
      if (!answer.answer().isComplete()) {
        problem = problem.isEmpty() ? answer.answer().cutShort() : problem;
      }
      return new Fetched(sensor.name(), file, problem);
    } catch (StartException | QueryRefusedException e) {
      String told = notes.isEmpty() ? e.getMessage() : String.join("; ", notes);
      return new Fetched(sensor.name(), file, told);
    }
  }

  private static OutputStream open(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
  }
}
