package org.gotm.ffm.ebpf;

import java.util.Set;
import java.util.TreeSet;
import org.gotm.ffm.linux.Errno;

/** What eBPF there is in the kernel, whoever brought it there; it takes root to know. */
public final class LoadedPrograms {
  private static final int PROG_GET_NEXT_ID = 11;
  private static final int MAP_GET_NEXT_ID = 12;
  private static final int START_ID = 0;
  private static final int NEXT_ID = 4;

  private LoadedPrograms() {}

  /** The numbers of all programs. */
  public static Set<Integer> programs() {
    return numbers(PROG_GET_NEXT_ID);
  }

  /** The numbers of all maps. */
  public static Set<Integer> maps() {
    return numbers(MAP_GET_NEXT_ID);
  }

  private static Set<Integer> numbers(int next) {
    Set<Integer> numbers = new TreeSet<>();
    try (BpfCommand command = new BpfCommand()) {
      int answer;
      while ((answer = command.run(next)) == 0) {
        int number = command.get(NEXT_ID);
        numbers.add(number);
        command.clear().set(START_ID, number);
      }
      if (answer != -Errno.ENOENT) {
        throw new AssertionError("cannot tell what is loaded: " + answer);
      }
    }
    return numbers;
  }
}
