package org.gotm.store.index;

import org.gotm.store.terms.Terms;

/**
 * How the entries of a block are written, for both sides: a term as the difference to the one
 * before, then in how many granules of the group it is, then their numbers as differences. One
 * thread.
 */
final class Entries {
  private final Bits bits;
  private int termBits;

  Entries(Bits bits) {
    this.bits = bits;
  }

  /** Begins a block, with the bits that differences of terms are expected to have. */
  void begin(int newTermBits) {
    termBits = newTermBits;
  }

  /** Bits that the next difference is expected to have. */
  int termBits() {
    return termBits;
  }

  void putDifference(long difference) {
    bits.putRice(difference, termBits, Terms.BITS);
    adapt(difference);
  }

  long getDifference() throws Sidecar.InvalidSidecarException {
    long difference = bits.getRice(termBits, Terms.BITS);
    adapt(difference);
    return difference;
  }

  /** Follows the differences by one bit at most, so that a single large one does no harm. */
  private void adapt(long difference) {
    long high = difference >>> termBits;
    if (high > 1) {
      termBits = Math.min(termBits + 1, Terms.BITS - 1);
    } else if (high == 0 && termBits > 0 && difference >>> termBits - 1 == 0) {
      termBits--;
    }
  }

  void putCount(int count) {
    bits.putGamma(count);
  }

  int getCount() throws Sidecar.InvalidSidecarException {
    return bits.getGamma();
  }

  /** Writes how many granules lie between two that have the term. */
  void putGap(int gap, int gapBits) {
    bits.putRice(gap, gapBits, SidecarLayout.GROUP_BITS);
  }

  int getGap(int gapBits) throws Sidecar.InvalidSidecarException {
    return (int) bits.getRice(gapBits, SidecarLayout.GROUP_BITS);
  }

  /** Bits that a gap is expected to have where {@code count} of so many granules have a term. */
  static int gapBits(int count, int granules) {
    int usual = granules * 11 / 16 / count; // ln 2 of the mean
    return usual == 0 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(usual);
  }
}
