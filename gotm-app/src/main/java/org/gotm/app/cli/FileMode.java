package org.gotm.app.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The mode of files in octal, as what is masked out of it: the same mask makes folders that can be
 * entered by whoever may read them.
 */
final class FileMode implements ITypeConverter<Integer> {
  private static final int BITS = 3;
  private static final int ALL = 7;
  private static final int WRITE = 2;
  private static final int READ_AND_WRITE = 6;
  private static final int READ = 4;

  @Override
  public Integer convert(String text) {
    if (!text.matches("0?6[046]{2}")) {
      throw new TypeConversionException(
          "not a mode such as 0640: 6 for gotm's user, then 6, 4 or 0 for the group and for others");
    }
    int mode = Integer.parseInt(text, 8);
    int mask = 0;
    for (int shift = 2 * BITS; shift >= 0; shift -= BITS) {
      mask = mask << BITS | masked(mode >> shift & ALL);
    }
    return mask;
  }

  private static int masked(int rights) {
    return switch (rights) {
      case READ_AND_WRITE -> 0;
      case READ -> WRITE;
      default -> ALL;
    };
  }
}
