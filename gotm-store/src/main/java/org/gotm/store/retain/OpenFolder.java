package org.gotm.store.retain;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;

/**
 * A folder that is open, so that it stays the same one whatever is done to its name, and what is in
 * it. No link in it is followed. One thread.
 */
final class OpenFolder implements AutoCloseable {
  private final SecureDirectoryStream<Path> stream;
  private Iterator<Path> entries;

  private OpenFolder(DirectoryStream<Path> stream) throws IOException {
    if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
      stream.close();
      throw new IOException("this system cannot open folders without following links");
    }
    this.stream = secure;
  }

  /** Opens a folder, which may be a link. */
  static OpenFolder of(Path folder) throws IOException {
    return new OpenFolder(Files.newDirectoryStream(folder));
  }

  /** Opens a folder in this one; null if there is none of that name, or it is a link or a file. */
  OpenFolder child(String name) throws IOException {
    BasicFileAttributes found = attributes(name);
    if (found == null || !found.isDirectory()) {
      return null;
    }
    try {
      return new OpenFolder(stream.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return null; // somebody was faster
    }
  }

  /** What is known of a file in this folder, a link not followed; null if there is none. */
  BasicFileAttributes attributes(String name) throws IOException {
    try {
      return stream
          .getFileAttributeView(
              Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** The next name in the folder, in no order; null when all were told. */
  String nextName() throws IOException {
    try {
      if (entries == null) {
        entries = stream.iterator();
      }
      return entries.hasNext() ? entries.next().getFileName().toString() : null;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Deletes a file, if it is a file and there still. */
  void deleteFile(String name) throws IOException {
    BasicFileAttributes found = attributes(name);
    if (found != null && found.isRegularFile()) {
      try {
        stream.deleteFile(Path.of(name));
      } catch (NoSuchFileException e) {
        return; // another instance was faster
      }
    }
  }

  /** Deletes a folder in this one if it is empty; true if it is not there any more. */
  boolean deleteIfEmpty(String name) throws IOException {
    try {
      stream.deleteDirectory(Path.of(name));
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
