package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sensor is an interface of tshark, as it is of Wireshark. */
class ExtcapIT {
  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @TempDir Path folder;
  private Path script;
  private Path answer;

  /** tshark heeds its folder of extcap programs only for an ordinary user. */
  @BeforeEach
  void install() throws IOException {
    Command.require("tshark", "curl", "setpriv", "mkfifo");
    Path extcap = Files.createDirectory(folder.resolve("extcap"));
    script = Files.copy(GotmLaunch.HOME.resolve("deploy/extcap/gotm"), extcap.resolve("gotm"));
    answer = Files.createDirectory(folder.resolve("written")).resolve("answer.pcapng");
    Files.createDirectories(folder.resolve("home/.config/gotm"));
    Command.check("chmod", "777", answer.getParent() + "");
    Command.check("chmod", "755", folder + "", script + "");
  }

  private Command.Result asUser(List<String> command) {
    List<String> whole = new ArrayList<>();
    if (Command.check("id", "-u").strip().equals("0")) {
      whole.addAll(NOBODY);
    }
    whole.addAll(List.of("env", "HOME=" + folder.resolve("home"), "LC_ALL=C.UTF-8"));
    whole.add("WIRESHARK_EXTCAP_DIR=" + script.getParent());
    whole.addAll(command);
    return Command.run(whole);
  }

  private Command.Result tshark(String... arguments) {
    List<String> command = new ArrayList<>(List.of("tshark", "-n"));
    command.addAll(List.of(arguments));
    return asUser(command);
  }

  private void writeSensors(String lines) throws IOException {
    Files.writeString(folder.resolve("home/.config/gotm/sensors"), lines);
  }

  /** For an ordinary user, who needs two files. */
  private String certificates(RunningSensor sensor) throws IOException {
    Path me = sensor.certificateWithKey(folder.resolve("me_cert.pem"));
    Path ca = folder.resolve("ca_cert.pem");
    Files.copy(sensor.keys.resolve("ca_cert.pem"), ca);
    Command.check("chmod", "644", me + "", ca + "");
    return me.toString();
  }

  private static String shown(Path file, String filter) {
    return Command.check(
        "sh",
        "-c",
        "tshark -n -r \"$1\" -Y \"$2\" -T fields -e frame.time_epoch -e frame.len -e ip.src -e"
            + " udp.payload 2>/dev/null",
        "-",
        file + "",
        filter);
  }

  @Test
  void shouldBeAnInterface() throws IOException {
    assertThat(tshark("-D").output()).contains("gotm (gotm: packets of a sensor)");
    assertThat(tshark("-L", "-i", "gotm").output()).contains("EN10MB");

    writeSensors("# mine\neast https://10.1.2.3:1234 ~/me_cert.pem\nwest-2 unix:/run/x\n");
    assertThat(tshark("-D").output())
        .contains("gotm-east (gotm: packets of sensor east)", "gotm-west-2 (")
        .doesNotContain("gotm (");
  }

  @Test
  void shouldCaptureWhatTsharkFindsInTheFile() throws IOException {
    try (RunningSensor sensor = new RunningSensor(folder)) {
      String certificate = certificates(sensor);
      String expected = shown(sensor.capture, "udp.port == 53 && ip.addr == 10.0.0.1");

      Command.Result result =
          tshark(
              "-i",
              "gotm",
              "-o",
              "extcap.gotm.url:" + sensor.url(),
              "-o",
              "extcap.gotm.cert:" + certificate,
              "-o",
              "extcap.gotm.query:host 10.0.0.1",
              "-o",
              "extcap.gotm.from:1",
              "-f",
              "udp port 53",
              "-w",
              answer.toString());
      assertThat(result.exitCode()).as(result.output()).isZero();
      assertThat(shown(answer, "frame")).isEqualTo(expected).isNotEmpty();

      writeSensors("east %s %s\n".formatted(sensor.url(), certificate));
      tshark("-i", "gotm-east", "-f", "udp port 53 and host 10.0.0.1", "-w", answer.toString());
      assertThat(shown(answer, "frame")).isEqualTo(expected);
    }
  }

  @Test
  void shouldShowWhatTheSensorSays() throws IOException {
    try (RunningSensor sensor = new RunningSensor(folder)) {
      writeSensors("east %s %s\n".formatted(sensor.url(), certificates(sensor)));

      Command.Result wrong = tshark("-i", "gotm-east", "-f", "host 10.1.2", "-w", answer + "");
      assertThat(wrong.exitCode()).isEqualTo(1);
      assertThat(wrong.output()).contains("character 6: '10.1.2' is no address");

      Command.Result cut =
          tshark("-i", "gotm-east", "-o", "extcap.gotm_east.limitpackets:2", "-f", "udp");
      assertThat(cut.output()).contains("cut short after 2 packets: limit of 2 packets");
    }
  }

  @Test
  void shouldShowThatTheSensorCannotBeReached() throws IOException {
    writeSensors("east unix:/nowhere/query.sock\n");

    Command.Result result = tshark("-i", "gotm-east", "-f", "udp", "-w", answer + "");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).contains("gotm: unix:/nowhere/query.sock: curl: (7)");
  }

  @Test
  void shouldTakeNoValueForAPartOfTheScript() {
    String touch = "touch " + answer;
    String evil = "$(%1$s) `%1$s` \" ; %1$s ; ' ; %1$s\n%1$s\n& %1$s #".formatted(touch);

    for (String option :
        List.of(
            "--query",
            "--url",
            "--cert",
            "--key",
            "--cacert",
            "--from",
            "--limit-packets",
            "--extcap-capture-filter",
            "--extcap-interface")) {
      Command.Result result =
          asUser(
              List.of(
                  script + "",
                  "--capture",
                  "--extcap-interface",
                  "gotm",
                  "--fifo",
                  answer.resolveSibling("pipe") + "",
                  "--url",
                  "unix:/nowhere",
                  "--query",
                  "tcp",
                  option,
                  evil));
      assertThat(result.exitCode()).as(option).isEqualTo(1);
      assertThat(result.output()).as(option).startsWith("gotm: ");
    }
    assertThat(answer).doesNotExist();
  }
}
