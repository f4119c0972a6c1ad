package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gotm.app.docs.DocPages;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows to try does what it shows. */
class ReadmeTryIT {
  private static final Pattern TRY = Pattern.compile("(?ms)^## Try it.*?^```\\n(.*?)^```");

  @TempDir private Path folder;

  @Test
  void shouldPrintWhatTheReadmeShows() throws IOException {
    Command.require("tcpdump");
    for (String name : List.of("gotm", "gotm-core")) {
      Files.createSymbolicLink(folder.resolve(name), GotmLaunch.HOME.resolve(name));
    }
    Matcher shown = TRY.matcher(DocPages.text("README.md"));
    assertThat(shown.find()).isTrue();
    List<String> commands = shown.group(1).lines().filter(line -> line.startsWith("$ ")).toList();

    assertThat(commands).hasSize(2);
    StringBuilder seen = new StringBuilder();
    for (String command : commands) {
      String line = "cd '%s' && %s 2>&1".formatted(folder, command.substring(2));
      seen.append(command).append('\n').append(Command.check("sh", "-c", line));
    }
    assertThat(timeless(seen.toString().replace(folder.toRealPath().toString(), "HERE")))
        .isEqualTo(timeless(shown.group(1).replace("/home/me/gotm", "HERE")));
  }

  private static List<String> timeless(String log) {
    return log.lines().map(line -> line.replaceFirst("^[\\d/]{10} [\\d:]{8} ", "")).toList();
  }
}
