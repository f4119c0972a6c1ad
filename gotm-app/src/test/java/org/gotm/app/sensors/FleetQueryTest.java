package org.gotm.app.sensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gotm.app.queryclient.ScriptedSensor.begin;
import static org.gotm.app.queryclient.ScriptedSensor.bytes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.gotm.app.daemon.StartException;
import org.gotm.app.queryclient.QueryRefusedException;
import org.gotm.app.queryclient.ScriptedSensor;
import org.gotm.app.queryclient.SensorKeys;
import org.gotm.core.pcapfile.Captures;
import org.gotm.ffm.Command;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many sensors, good and bad, and the one answer that they make. */
@Timeout(120)
class FleetQueryTest {
  private static final int SENSORS = 10;
  private static final Duration PATIENT = Duration.ofSeconds(60);
  private static final Duration IMPATIENT = Duration.ofSeconds(6);

  @TempDir Path folder;
  private final Queue<String> notes = new ConcurrentLinkedQueue<>();
  private Path capture;
  private Path answer;
  private FleetRig rig;

  @BeforeEach
  void start() throws IOException {
    Command.require("tcpdump", "tshark", "capinfos");
    capture = Captures.extract("eth-udp-dns.pcap", folder);
    answer = folder.resolve("answer");
    rig = new FleetRig(folder, capture, SENSORS);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private FleetAnswer ask(String query, Limits limits, AnswerFormat format, Duration timeout)
      throws IOException {
    List<Sensor> sensors = SensorList.read(rig.list(), new SensorKeys(null, null, null));
    return new FleetQuery(sensors, new Patience(4, timeout), notes::add)
        .run(query, limits, format, () -> Files.newOutputStream(answer), () -> {});
  }

  private FleetAnswer ask(String query, Duration timeout) throws IOException {
    return ask(query, Limits.NONE, AnswerFormat.PCAP, timeout);
  }

  private static List<String> packets(Path file, String expression) {
    return Command.check(
            "sh", "-c", "tcpdump -nn -tt -r \"$1\" \"$2\" 2>/dev/null", "-", file + "", expression)
        .lines()
        .toList();
  }

  @Test
  void shouldPutTogetherWhatWasDealtAmongSensors() throws IOException {
    FleetAnswer all = ask("", PATIENT);

    assertThat(packets(answer, "")).isEqualTo(packets(capture, "")).hasSizeGreaterThan(SENSORS);
    assertThat(all.missing()).isEmpty();
    assertThat(all.answer().isComplete()).isTrue();
    assertThat(notes).isEmpty();
  }

  @Test
  void shouldFindWhatTcpdumpFinds() throws IOException {
    FleetAnswer all = ask("src host 10.0.0.1", PATIENT);

    assertThat(packets(answer, "")).isEqualTo(packets(capture, "src host 10.0.0.1")).isNotEmpty();
    assertThat(all.answer().packets()).isEqualTo(packets(capture, "src host 10.0.0.1").size());
  }

  @Test
  void shouldSayInPcapngWhichSensorAPacketIsFrom() throws IOException {
    ask("", Limits.NONE, AnswerFormat.PCAPNG, PATIENT);

    List<String> names =
        Command.check(
                "sh",
                "-c",
                "tshark -r \"$1\" -T fields -e frame.interface_name 2>/dev/null",
                "-",
                answer + "")
            .lines()
            .toList();
    assertThat(names).hasSameSizeAs(packets(capture, ""));
    for (int i = 0; i < names.size(); i++) {
      assertThat(names.get(i)).isEqualTo("s" + i % SENSORS);
    }
  }

  @Test
  void shouldHoldLimitsForTheWholeAnswer() throws IOException {
    FleetAnswer all = ask("", new Limits(7, 0, Duration.ZERO), AnswerFormat.PCAP, PATIENT);

    assertThat(packets(answer, "")).isEqualTo(packets(capture, "").subList(0, 7));
    assertThat(all.answer().cutShort()).isEqualTo("limit of 7 packets");
    assertThat(all.missing()).isEmpty();
  }

  @Test
  void shouldNameTheSensorsThatFailAndGiveWhatTheOthersHave() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    byte[] pcap = Files.readAllBytes(capture);
    String whole = new String(pcap, StandardCharsets.ISO_8859_1);
    rig.stop(3);
    try (ScriptedSensor _ = scripted("garbage", out -> out.write(bytes(begin("garbage" + 1))));
        ScriptedSensor _ = scripted("huge", out -> endless(out, hugePacket()));
        ScriptedSensor _ = scripted("broken", out -> out.write(bytes(begin(first(whole)))));
        ScriptedSensor _ = scripted("blocks", out -> endless(out, emptyBlocks()));
        ScriptedSensor _ = scripted("silent", out -> await(ended));
        ScriptedSensor _ = scripted("dripping", out -> drip(out, whole, ended))) {
      FleetAnswer all = ask("", IMPATIENT);
      ended.countDown();

      assertThat(all.missing())
          .extracting(line -> line.replaceFirst(":.*", ""))
          .containsExactlyInAnyOrder(
              "s3", "garbage", "huge", "broken", "blocks", "silent", "dripping");
      assertThat(notes).hasSameSizeAs(all.missing());
    }
    List<String> expected = packets(capture, "");
    for (int i = expected.size() - 1; i >= 0; i--) {
      if (i % SENSORS == 3) {
        expected = without(expected, i);
      }
    }
    assertThat(packets(answer, "")).containsAll(expected);
  }

  private static List<String> without(List<String> lines, int i) {
    List<String> left = new java.util.ArrayList<>(lines);
    left.remove(i);
    return left;
  }

  private ScriptedSensor scripted(String name, ScriptedSensor.Script script) throws IOException {
    Path socket = folder.resolve(name + ".sock");
    rig.add(name, socket);
    return new ScriptedSensor(
        socket,
        out -> {
          try {
            script.answer(out);
          } catch (IOException e) {
            // it is not listened to any more
          }
        });
  }

  /** The file's header, and a part of the first packet. */
  private static String first(String pcap) {
    return pcap.substring(0, 24 + 20);
  }

  private static String hugePacket() {
    return new String(
        new byte[] {
          (byte) 0xd4,
          (byte) 0xc3,
          (byte) 0xb2,
          (byte) 0xa1,
          2,
          0,
          4,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          4,
          0,
          1,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          -1,
          -1,
          -1,
          127,
          -1,
          -1,
          -1,
          127
        },
        StandardCharsets.ISO_8859_1);
  }

  /** A pcapng section, and behind it blocks that mean nothing, for ever. */
  private static String emptyBlocks() {
    return new String(
        new byte[] {
          0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, -1, -1, -1, -1,
          -1, -1, -1, -1, 28, 0, 0, 0
        },
        StandardCharsets.ISO_8859_1);
  }

  private static void endless(OutputStream out, String head) throws IOException {
    out.write(bytes(begin(head)));
    String block =
        new String(new byte[] {99, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0}, StandardCharsets.ISO_8859_1);
    byte[] chunk = bytes("bb8\r\n" + block.repeat(250) + "\r\n");
    while (true) {
      out.write(chunk);
    }
  }

  private static void drip(OutputStream out, String pcap, CountDownLatch ended) throws IOException {
    out.write(bytes(begin()));
    for (int i = 0; ended.getCount() > 0; i++) {
      out.write(bytes("1\r\n" + pcap.charAt(Math.min(i, 30)) + "\r\n"));
      out.flush();
      java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void shouldAskAgainWhenASensorIsBusy() throws Exception {
    String busy = "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    Path socket = folder.resolve("busy.sock");
    rig.add("busy", socket);
    ScriptedSensor first =
        new ScriptedSensor(
            socket,
            out -> {
              out.write(bytes(busy));
              out.flush();
              Files.delete(socket);
              new ScriptedSensor(
                  socket, again -> again.write(bytes(begin() + ScriptedSensor.end())));
            });
    try (first) {
      assertThat(ask("", PATIENT).missing()).isEmpty();
    }
  }

  @Test
  void shouldRefuseAQueryThatNoSensorUnderstands() {
    assertThatThrownBy(() -> ask("host x", PATIENT))
        .isInstanceOf(QueryRefusedException.class)
        .hasMessageContaining("'x' is no address");
    assertThat(answer).doesNotExist();
  }

  @Test
  void shouldFailWhenNoSensorAnswers() {
    for (int i = 0; i < SENSORS; i++) {
      rig.stop(i);
    }

    assertThatThrownBy(() -> ask("", PATIENT))
        .isInstanceOf(StartException.class)
        .hasMessage("no sensor answers: 10 were asked");
    assertThat(notes).hasSize(SENSORS);
    assertThat(answer).doesNotExist();
  }

  @Test
  void shouldEndTheQueryWhenTheWatcherThrows() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatThrownBy(
            () ->
                new FleetQuery(
                        SensorList.read(rig.list(), new SensorKeys(null, null, null)),
                        new Patience(4, PATIENT),
                        notes::add)
                    .run(
                        "",
                        Limits.NONE,
                        AnswerFormat.PCAP,
                        () -> out,
                        () -> {
                          throw new IllegalStateException("enough");
                        }))
        .hasMessage("enough");
  }
}
