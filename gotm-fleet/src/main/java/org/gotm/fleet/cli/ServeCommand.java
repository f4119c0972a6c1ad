package org.gotm.fleet.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gotm.app.cli.MetricsAddress;
import org.gotm.app.cli.QueryServerOptions;
import org.gotm.app.daemon.EventLog;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.daemon.LogFormat;
import org.gotm.app.daemon.LogStyle;
import org.gotm.app.daemon.Signals;
import org.gotm.app.daemon.StartException;
import org.gotm.app.help.HelpOptions;
import org.gotm.app.metrics.MetricsServer;
import org.gotm.app.metrics.Site;
import org.gotm.app.queryclient.SensorKeyOptions;
import org.gotm.app.queryclient.SensorKeys;
import org.gotm.app.queryserver.QueryCounts;
import org.gotm.app.queryserver.QueryServer;
import org.gotm.app.queryserver.QuerySettings;
import org.gotm.app.sensors.Sensor;
import org.gotm.app.sensors.SensorCounts;
import org.gotm.app.sensors.SensorListOptions;
import org.gotm.fleet.serve.FleetArchive;
import org.gotm.fleet.serve.FleetMetrics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code gotm fleet serve}. */
@Command(
    name = "serve",
    description = {
      "Answers queries with the packets of many sensors, to clients who need not reach those.",
      "SIGHUP reads certificates anew; the lists of sensors and of who may ask are read for each query."
    })
final class ServeCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  private static final long LOOK_NANOS = TimeUnit.HOURS.toNanos(1);

  @Spec private CommandSpec spec;
  @Mixin private QueryServerOptions serverOptions;
  @Mixin private SensorListOptions listOptions;
  @Mixin private SensorKeyOptions keyOptions;

  @Option(
      names = {"-metrics-address", "--metrics-address"},
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:8081",
      description =
          "Where /metrics and /healthz are; :9102, host:port or off (default: ${DEFAULT-VALUE}).")
  private String metricsAddress;

  @Override
  public Integer call() throws Exception {
    QuerySettings settings = serverOptions.settings(spec.commandLine());
    if (settings.isOff()) {
      throw usage("nobody could ask: give -query-address or -query-socket");
    }
    Path list = listOptions.file().orElseThrow(() -> usage("-sensors is missing"));
    Optional<InetSocketAddress> metrics = MetricsAddress.of(metricsAddress, spec.commandLine());
    SensorKeys keys = keyOptions.keys();
    Supplier<List<Sensor>> sensors = () -> listOptions.read(keys);
    int count = sensors.get().size(); // a wrong list is told of at once
    Signals signals = new Signals();
    signals.install();
    try (EventLog log = new EventLog(System.err, Clock.systemDefaultZone())) {
      log.use(LogStyle.of(LogFormat.TEXT, System.getenv()));
      log.accept("Asking %d sensors of %s".formatted(count, list));
      SensorCounts counts = new SensorCounts();
      serve(
          settings,
          metrics,
          new FleetArchive(sensors, listOptions.patience(), counts, log),
          signals,
          log);
    }
    return ExitCodes.OK;
  }

  private static void serve(
      QuerySettings settings,
      Optional<InetSocketAddress> metrics,
      FleetArchive archive,
      Signals signals,
      EventLog log)
      throws InterruptedException {
    try (QueryServer server = QueryServer.open(settings, Optional.empty(), log);
        MetricsServer page = metrics.isEmpty() ? null : MetricsServer.open(metrics.get(), log)) {
      QueryCounts counts = new QueryCounts();
      if (page != null) {
        FleetMetrics meters = new FleetMetrics(archive, counts, log);
        page.serve(meters::scrape, meters::errors, Site.NONE);
        log.accept(
            "Metrics and health at http://%s:%d"
                .formatted(metrics.get().getHostString(), page.port()));
      }
      server.start(archive, counts);
      Signals.Request request = signals.await(LOOK_NANOS);
      while (request != Signals.Request.STOP) {
        if (request == Signals.Request.ROTATE) {
          server.reload();
        }
        request = signals.await(LOOK_NANOS);
      }
      log.accept("Stopping");
    } catch (IOException e) {
      throw new StartException(e.getMessage(), e);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
