package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gotm.ffm.Command;
import org.gotm.ffm.snf.generated.snf_h;
import org.gotm.ffm.snf.generated.snf_ifaddrs;
import org.gotm.ffm.snf.generated.snf_inject_stats;
import org.gotm.ffm.snf.generated.snf_pkt_fragment;
import org.gotm.ffm.snf.generated.snf_recv_req;
import org.gotm.ffm.snf.generated.snf_ring_portinfo;
import org.gotm.ffm.snf.generated.snf_ring_qinfo;
import org.gotm.ffm.snf.generated.snf_ring_stats;
import org.gotm.ffm.snf.generated.snf_rss_mode_function;
import org.gotm.ffm.snf.generated.snf_rss_params;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generated bindings say what the C compiler makes of {@code native-headers/snf.h}. */
class SnfLayoutTest {
  private static final Map<String, GroupLayout> STRUCTS =
      Map.of(
          "snf_recv_req", snf_recv_req.layout(),
          "snf_ring_stats", snf_ring_stats.layout(),
          "snf_ifaddrs", snf_ifaddrs.layout(),
          "snf_ring_qinfo", snf_ring_qinfo.layout(),
          "snf_ring_portinfo", snf_ring_portinfo.layout(),
          "snf_rss_params", snf_rss_params.layout(),
          "snf_rss_mode_function", snf_rss_mode_function.layout(),
          "snf_pkt_fragment", snf_pkt_fragment.layout(),
          "snf_inject_stats", snf_inject_stats.layout());

  private static final Map<String, Integer> CONSTANTS = constants();

  @TempDir Path folder;

  private static Map<String, Integer> constants() {
    Map<String, Integer> constants = new LinkedHashMap<>();
    constants.put("SNF_VERSION_API", snf_h.SNF_VERSION_API());
    constants.put("SNF_F_PSHARED", snf_h.SNF_F_PSHARED());
    constants.put("SNF_F_AGGREGATE_PORTMASK", snf_h.SNF_F_AGGREGATE_PORTMASK());
    constants.put("SNF_F_RX_DUPLICATE", snf_h.SNF_F_RX_DUPLICATE());
    constants.put("SNF_LINK_UP", snf_h.SNF_LINK_UP());
    constants.put("SNF_TIMESOURCE_LOCAL", snf_h.SNF_TIMESOURCE_LOCAL());
    constants.put("SNF_TIMESOURCE_EXT_UNSYNCED", snf_h.SNF_TIMESOURCE_EXT_UNSYNCED());
    constants.put("SNF_TIMESOURCE_EXT_SYNCED", snf_h.SNF_TIMESOURCE_EXT_SYNCED());
    constants.put("SNF_TIMESOURCE_EXT_FAILED", snf_h.SNF_TIMESOURCE_EXT_FAILED());
    constants.put("SNF_TIMESOURCE_ARISTA_ACTIVE", snf_h.SNF_TIMESOURCE_ARISTA_ACTIVE());
    constants.put("SNF_TIMESOURCE_PPS", snf_h.SNF_TIMESOURCE_PPS());
    constants.put("SNF_RSS_FLAGS", snf_h.SNF_RSS_FLAGS());
    constants.put("SNF_RSS_IP", snf_h.SNF_RSS_IP());
    constants.put("SNF_RSS_SRC_PORT", snf_h.SNF_RSS_SRC_PORT());
    constants.put("SNF_RSS_DST_PORT", snf_h.SNF_RSS_DST_PORT());
    return constants;
  }

  @Test
  void shouldHaveTheSizesOffsetsAndValuesOfTheCompiler() throws IOException {
    Map<String, Long> expected = new LinkedHashMap<>();
    STRUCTS.forEach(
        (name, layout) -> {
          expected.put("sizeof(struct %s)".formatted(name), layout.byteSize());
          for (MemoryLayout member : layout.memberLayouts()) {
            member
                .name()
                .ifPresent(
                    field ->
                        expected.put(
                            "offsetof(struct %s, %s)".formatted(name, field),
                            layout.byteOffset(PathElement.groupElement(field))));
          }
        });
    CONSTANTS.forEach((name, value) -> expected.put(name, value.longValue()));

    assertThat(probe(List.copyOf(expected.keySet()))).isEqualTo(expected);
    assertThat(expected).hasSizeGreaterThan(60);
  }

  /** What a C program says that each of the expressions is. */
  private Map<String, Long> probe(List<String> expressions) throws IOException {
    FakeSnfBuild.requireGcc();
    StringBuilder program =
        new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n#include \"snf.h\"\n");
    program.append("int main(void) {\n");
    expressions.forEach(
        each -> program.append("printf(\"%ld\\n\", (long)(").append(each).append("));\n"));
    program.append("return 0;\n}\n");
    Path source = Files.writeString(folder.resolve("probe.c"), program);
    Path binary = folder.resolve("probe");
    Path headers = FakeSnfBuild.root().resolve("native-headers");
    Command.check("gcc", "-I", headers.toString(), source.toString(), "-o", binary.toString());
    List<String> answers = Command.check(binary.toString()).lines().toList();
    Map<String, Long> values = new LinkedHashMap<>();
    for (int i = 0; i < expressions.size(); i++) {
      values.put(expressions.get(i), Long.valueOf(answers.get(i)));
    }
    return values;
  }
}
