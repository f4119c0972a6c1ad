package org.gotm.app.sensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.SensorKeys;
import org.gotm.core.pcapfile.Captures;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensorCountsTest {
  @TempDir Path folder;
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final SensorCounts counts = new SensorCounts();
  private FleetRig rig;

  @BeforeEach
  void start() throws IOException {
    counts.bindTo(registry);
    rig = new FleetRig(folder, Captures.extract("eth-udp-dns.pcap", folder), 2);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void ask() throws IOException {
    List<Sensor> sensors = SensorList.read(rig.list(), new SensorKeys(null, null, null));
    new FleetQuery(sensors, new Patience(2, Duration.ofSeconds(30)), note -> {}, counts)
        .run("", Limits.NONE, AnswerFormat.PCAP, OutputStream::nullOutputStream, () -> {});
  }

  private long answers(String sensor, String status) {
    return (long)
        registry
            .get("gotm.sensor.answers")
            .tags("sensor", sensor, "status", status)
            .counter()
            .count();
  }

  private long partial() {
    return (long) registry.get("gotm.answers.partial").counter().count();
  }

  @Test
  void shouldCountWhoAnswersWholeAndWhoDoesNot() throws IOException {
    ask();
    assertThat(partial()).isZero();
    rig.stop(1);
    ask();

    assertThat(answers("s0", "ok")).isEqualTo(2);
    assertThat(answers("s1", "ok")).isEqualTo(1);
    assertThat(answers("s1", "failed")).isEqualTo(1);
    assertThat(partial()).isEqualTo(1);
  }

  @Test
  void shouldCountNoAnswerAsPartialWhenThereIsNone() {
    rig.stop(0);
    rig.stop(1);

    assertThatThrownBy(this::ask).isInstanceOf(StartException.class);
    assertThat(answers("s0", "failed")).isEqualTo(1);
    assertThat(answers("s1", "failed")).isEqualTo(1);
    assertThat(partial()).isZero();
  }

  @Test
  void shouldTellOfASensorBeforeItsFirstAnswer() throws IOException {
    SensorList.read(rig.list(), new SensorKeys(null, null, null)).forEach(counts::know);

    assertThat(answers("s1", "ok")).isZero();
    assertThat(answers("s1", "failed")).isZero();
  }
}
