package org.gotm.app.queryserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gotm.ffm.Command;
import org.gotm.store.flows.FlowBed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records of flows over HTTP, of a recorder that writes them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowAnswersTest {
  private static final String ANY = "http://gotm";

  @TempDir private static Path allKeys;
  private static Path keys;

  @TempDir private Path folder;
  private FlowBed flows;
  private ServerRig rig;
  private Curl alice;
  private Curl local;

  @BeforeAll
  static void makeKeys() {
    Command.require("curl", "jq");
    keys = allKeys.resolve("ours");
    ServerRig.makeKeys(keys, "alice", "bob");
  }

  /** Flows 1 and 2 have ended, in any order; 3 goes on. */
  @BeforeEach
  void start() throws IOException {
    flows = new FlowBed(folder.resolve("out"), "eth0");
    rig = new ServerRig(folder, keys, () -> {}, Optional.of(flows.spool()::showIn));
    alice = Curl.as(keys, "client_alice");
    local = Curl.at(rig.socket());
    flows.send(1);
    flows.send(2);
    flows.send(2);
    flows.endFlows();
    flows.send(3);
    flows.awaitWritten();
  }

  @AfterEach
  void stop() {
    flows.end(); // or the next show would wait for somebody who moves the table
    rig.close();
    flows.close();
  }

  /** Has the table's thread work while something asks. */
  private String asked(Curl who, String url, String... more) {
    Thread table = Thread.ofPlatform().start(this::turn);
    try {
      return who.check(
          Stream.concat(List.of(more).stream(), List.of(url).stream()).toArray(String[]::new));
    } finally {
      table.interrupt();
      join(table);
    }
  }

  private void turn() {
    while (!Thread.currentThread().isInterrupted()) {
      flows.turn();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> sources(String lines) {
    return FlowBed.ends(lines.lines().toList());
  }

  @Test
  void shouldAnswerOverTlsAndTheSocketWhatHasEndedAndWhatGoesOn() {
    List<String> all = List.of("10.0.0.1 idle", "10.0.0.2 idle", "10.0.0.3 none");

    assertThat(sources(asked(alice, rig.url("/flows")))).containsExactlyInAnyOrderElementsOf(all);
    assertThat(sources(asked(local, ANY + "/flows?query=udp")))
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(sources(asked(local, ANY + "/flows?query=host+10.0.0.2")))
        .containsExactly("10.0.0.2 idle");
    assertThat(asked(local, ANY + "/flows?query=tcp")).isEmpty();
  }

  @Test
  void shouldAnswerWithJsonThatProgramsRead() throws IOException {
    String json = asked(local, ANY + "/flows?format=json");
    Path file = Files.writeString(folder.resolve("flows.json"), json);

    assertThat(
            Command.check("jq", "-r", "[.source_ip, .source_packets] | @tsv", file.toString())
                .lines())
        .containsExactlyInAnyOrder("10.0.0.1\t1", "10.0.0.2\t2", "10.0.0.3\t1");
  }

  @Test
  void shouldTellAtTheEndHowManyThereWereAndWhatLimitEndedIt() {
    assertThat(asked(local, ANY + "/flows", "--raw")).endsWith("\r\n0\r\nGotm-Flows: 3\r\n\r\n");
    assertThat(asked(local, ANY + "/flows?flows=2", "--raw"))
        .endsWith("\r\n0\r\nGotm-Flows: 2\r\nGotm-Cut-Short: limit of 2 flows\r\n\r\n");
  }

  @Test
  void shouldAnswerEachClientOnlyWhatItMaySee() throws Exception {
    Files.writeString(rig.access(), "alice host 10.0.0.1 or host 10.0.0.3\n");

    assertThat(sources(asked(alice, rig.url("/flows?query=host+10.0.0.1+or+host+10.0.0.2"))))
        .containsExactly("10.0.0.1 idle");
    assertThat(asked(Curl.as(keys, "client_bob"), rig.url("/flows")))
        .isEqualTo("you may not ask here\n");
    assertThat(rig.awaitLine("query='host 10.0.0.1")).contains("status=ok");
  }

  @Test
  void shouldRefuseInALine() {
    assertThat(asked(local, ANY + "/flows?query=bpf+%27udp%27", "-w", "%{http_code}"))
        .contains("bpf is for packets")
        .endsWith("\n400");
    assertThat(asked(local, ANY + "/flows?format=pcap", "-w", "%{http_code}"))
        .isEqualTo("the format is not text or json\n400");
  }

  @Test
  void shouldSayThatThereAreNone() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    try (ServerRig without = new ServerRig(other, keys, () -> {})) {
      assertThat(Curl.at(without.socket()).check(ANY + "/flows", "-w", "%{http_code}"))
          .isEqualTo("no records of flows are written here\n404");
    }
  }
}
