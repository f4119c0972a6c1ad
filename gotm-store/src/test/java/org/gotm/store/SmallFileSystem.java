package org.gotm.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system of its own, mounted for one test; needs root. */
final class SmallFileSystem implements AutoCloseable {
  private final Path folder;

  private SmallFileSystem(Path folder) {
    this.folder = folder;
  }

  /**
   * Mounts one.
   *
   * @param type tmpfs, or ext4 in an image file
   * @param within a folder for the mount point and the image
   */
  static SmallFileSystem mount(String type, int mebibytes, Path within) throws IOException {
    Tool.requireRoot("mounting a file system needs root");
    Path folder = Files.createDirectory(within.resolve("mount"));
    if (type.equals("tmpfs")) {
      Tool.run("mount -t tmpfs -o size=$2m tmpfs \"$1\"", folder, mebibytes);
    } else {
      Path image = within.resolve("image");
      Tool.run(
          "truncate -s $2M \"$1\" && mkfs.ext4 -q -F -m 0 \"$1\" && mount -o loop \"$1\" \"$3\"",
          image,
          mebibytes,
          folder);
    }
    return new SmallFileSystem(folder);
  }

  /** The mount point. */
  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    Tool.run("umount \"$1\"", folder);
  }
}
