package org.gotm.ffm.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds a native library among several names and makes it visible to the generated bindings of this
 * module, which look their functions up in the libraries of the class loader.
 *
 * <p>Load first, touch a generated function afterwards: one that was not found stays unusable.
 */
public final class NativeLibrary {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle DLOPEN =
      link("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
  private static final MethodHandle DLCLOSE =
      link("dlclose", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle DLSYM =
      link("dlsym", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle DLADDR =
      link("dladdr", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle DLERROR = link("dlerror", FunctionDescriptor.of(ADDRESS));

  private static final int RTLD_LAZY = 1;

  /** Dl_info: file name, base, symbol name, symbol address. */
  private static final MemoryLayout DL_INFO = MemoryLayout.sequenceLayout(4, ADDRESS);

  private NativeLibrary() {}

  private static MethodHandle link(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  /**
   * Loads the first candidate that can be opened and has the symbol.
   *
   * @param library what to call it in messages
   * @param candidates paths (with a slash) or names for the dynamic loader, in order
   * @param probeSymbol a function that tells the right library from others
   * @param remedy what a user can do if there is none, such as the package to install
   * @return the file that was loaded
   * @throws NativeLibraryException if no candidate would do; it names every attempt
   */
  public static Path load(
      String library, List<String> candidates, String probeSymbol, String remedy) {
    List<String> attempts = new ArrayList<>();
    for (String candidate : candidates) {
      try {
        Path file = find(candidate, probeSymbol);
        System.load(file.toString());
        return file;
      } catch (UnsatisfiedLinkError e) {
        String reason = e.getMessage();
        attempts.add(reason.contains(candidate) ? reason : candidate + ": " + reason);
      }
    }
    throw new NativeLibraryException(
        "no usable %s: tried %s; %s".formatted(library, String.join("; ", attempts), remedy));
  }

  /** The address of a function that not every version of a loaded library has. */
  public static Optional<MemorySegment> symbol(String name) {
    return SymbolLookup.loaderLookup().find(name);
  }

  private static Path find(String candidate, String probeSymbol) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(candidate);
      MemorySegment handle = (MemorySegment) DLOPEN.invokeExact(name, RTLD_LAZY);
      if (MemorySegment.NULL.equals(handle)) {
        throw new UnsatisfiedLinkError(lastError());
      }
      try {
        return fileOf(arena, handle, candidate, probeSymbol);
      } finally {
        int ignored = (int) DLCLOSE.invokeExact(handle);
      }
    } catch (UnsatisfiedLinkError e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a call into the dynamic loader failed", e);
    }
  }

  private static Path fileOf(
      Arena arena, MemorySegment handle, String candidate, String probeSymbol) throws Throwable {
    MemorySegment symbol =
        (MemorySegment) DLSYM.invokeExact(handle, arena.allocateFrom(probeSymbol));
    MemorySegment info = arena.allocate(DL_INFO);
    if (MemorySegment.NULL.equals(symbol) || (int) DLADDR.invokeExact(symbol, info) == 0) {
      throw new UnsatisfiedLinkError("%s: has no function %s".formatted(candidate, probeSymbol));
    }
    boolean isPath = candidate.indexOf('/') >= 0;
    return Path.of(isPath ? candidate : text(info.get(ADDRESS, 0))).toAbsolutePath();
  }

  private static String lastError() throws Throwable {
    MemorySegment message = (MemorySegment) DLERROR.invokeExact();
    return MemorySegment.NULL.equals(message) ? "unknown error" : text(message);
  }

  private static String text(MemorySegment pointer) {
    return pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
