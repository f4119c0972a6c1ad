import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Brings the classes of a library that was compiled for Java 5 to the class file version of Java 8,
 * in the copy that gotm starts from. The JVM keeps no older classes in its AOT cache, and takes a
 * fifth of a second to load and verify those of the command line parser.
 *
 * <p>Usage: {@code NewerClasses LIBRARY.jar}.
 */
public final class NewerClasses {
  private NewerClasses() {}

  public static void main(String[] args) throws Exception {
    Path jar = Path.of(args[0]);
    Path newer = jar.resolveSibling(jar.getFileName() + ".newer");
    try (JarFile from = new JarFile(jar.toFile());
        URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        JarOutputStream to = new JarOutputStream(Files.newOutputStream(newer))) {
      ClassFile compiler =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ConstantPoolSharingOption.NEW_POOL,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (JarEntry entry : from.stream().toList()) {
        byte[] content = from.getInputStream(entry).readAllBytes();
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        to.putNextEntry(copy);
        to.write(isOldClass(entry.getName(), content) ? newer(compiler, content) : content);
        to.closeEntry();
      }
    }
    Files.move(newer, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean isOldClass(String name, byte[] content) {
    return name.endsWith(".class") && content.length > 8 && content[7] < ClassFile.JAVA_6_VERSION;
  }

  private static byte[] newer(ClassFile compiler, byte[] content) {
    ClassModel model = compiler.parse(content);
    return compiler.transformClass(
        model,
        ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
            .andThen(
                (builder, element) -> {
                  if (element instanceof ClassFileVersion) {
                    builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
                  } else {
                    builder.with(element);
                  }
                }));
  }
}
