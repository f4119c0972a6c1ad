package org.gotm.core;

/** Seeds of randomised tests: each is printed, and can be given again. */
public final class Seed {
  private Seed() {}

  /**
   * A new seed, or that of {@code -Dgotm.test.seed=}.
   *
   * @param test who uses it
   */
  public static long of(Class<?> test) {
    long seed = Long.getLong("gotm.test.seed", System.nanoTime());
    System.out.printf("%s: -Dgotm.test.seed=%d%n", test.getSimpleName(), seed);
    return seed;
  }
}
