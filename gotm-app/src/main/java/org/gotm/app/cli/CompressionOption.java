package org.gotm.app.cli;

import java.util.List;
import org.gotm.store.api.Compression;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code gzip}, {@code zstd}, each with a level if wanted ({@code zstd:3}), or {@code off}. True
 * and false are gzip and off, as the original had a flag here.
 */
final class CompressionOption implements ITypeConverter<Compression> {
  @Override
  public Compression convert(String text) {
    if (GoBoolean.isTrue(text)) {
      return new Compression.Gzip(Compression.Gzip.DEFAULT_LEVEL);
    }
    int colon = text.indexOf(':');
    String codec = colon < 0 ? text : text.substring(0, colon);
    if (List.of("off", "none").contains(text) || GoBoolean.isFalse(text)) {
      return new Compression.None();
    }
    try {
      return switch (codec) {
        case "gzip" -> new Compression.Gzip(level(text, colon, Compression.Gzip.DEFAULT_LEVEL));
        case "zstd" -> new Compression.Zstd(level(text, colon, Compression.Zstd.DEFAULT_LEVEL));
        default ->
            throw new TypeConversionException(
                "'" + text + "' is not gzip, zstd or off, with a level as in zstd:3");
      };
    } catch (IllegalArgumentException e) {
      String message = e.getMessage();
      throw new TypeConversionException(message.substring(message.lastIndexOf(": ") + 2));
    }
  }

  private static int level(String text, int colon, int otherwise) {
    if (colon < 0) {
      return otherwise;
    }
    try {
      return Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' has a level that is not a number");
    }
  }
}
