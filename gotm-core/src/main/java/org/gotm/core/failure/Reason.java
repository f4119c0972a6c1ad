package org.gotm.core.failure;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why something failed, for a line that a user reads: a few words, without the name of a class. */
public final class Reason {
  private Reason() {}

  /** The words, without the file's name: for a line that names it. */
  public static String of(Throwable failure) {
    return switch (failure) {
      case UncheckedIOException e -> of(e.getCause());
      case IOException e -> words(e);
      default -> failure.toString(); // a defect: its class tells more
    };
  }

  /**
   * The words behind the name of the file, if it is known: for a line that names another, or none.
   */
  public static String withFile(Throwable failure) {
    return failure instanceof FileSystemException e && e.getFile() != null
        ? e.getFile() + ": " + of(e)
        : of(failure);
  }

  private static String words(IOException failure) {
    return switch (failure) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file or directory";
      case FileAlreadyExistsException _ -> "a file of that name exists";
      case NotDirectoryException _ -> "not a directory";
      case DirectoryNotEmptyException _ -> "the directory is not empty";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      case FileSystemException e -> e.getClass().getSimpleName(); // its message is the name
      case CharacterCodingException _ -> "it is not text in UTF-8";
      case EOFException e when e.getMessage() == null -> "it ends too early";
      default ->
          failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    };
  }
}
