package org.gotm.app.sensors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.SensorClient;
import org.gotm.app.queryclient.SensorKeys;

/** The clients of a query, one for all sensors that are asked with the same keys. Any thread. */
final class SensorClients implements AutoCloseable {
  private final Duration connectTime;
  private final Map<SensorKeys, SensorClient> byKeys = new HashMap<>();
  private final List<SensorClient> all = new ArrayList<>();
  private SensorClient local;

  SensorClients(Duration timeout) {
    connectTime =
        timeout.compareTo(SensorClient.CONNECT_TIME) < 0 ? timeout : SensorClient.CONNECT_TIME;
  }

  /**
   * The client for a sensor.
   *
   * @throws StartException if a file of its keys cannot be used
   */
  synchronized SensorClient of(Sensor sensor) {
    if (sensor.address().isRemote()) {
      return byKeys.computeIfAbsent(
          sensor.keys(), keys -> added(SensorClient.withKeys(keys, connectTime)));
    }
    if (local == null) {
      local = added(SensorClient.local());
    }
    return local;
  }

  private SensorClient added(SensorClient client) {
    all.add(client);
    return client;
  }

  @Override
  public synchronized void close() {
    all.forEach(SensorClient::close);
  }
}
