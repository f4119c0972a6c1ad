package org.gotm.store.query;

import java.util.Arrays;
import java.util.Base64;

/** A Community ID of version 1 that is looked for. One thread. */
final class CommunityId {
  static final String VERSION = "1:";

  private final byte[] digest;
  private final CommunityHash hash = new CommunityHash();

  private CommunityId(byte[] digest) {
    this.digest = digest;
  }

  /** Reads an ID; null if it is none. */
  static CommunityId parse(String text) {
    if (!text.startsWith(VERSION)) {
      return null;
    }
    try {
      byte[] digest = Base64.getDecoder().decode(text.substring(VERSION.length()));
      return digest.length == CommunityHash.LENGTH ? new CommunityId(digest) : null;
    } catch (IllegalArgumentException e) {
      return null; // no base64
    }
  }

  /** True if it is the ID of the flow that this header and what is above it tell of. */
  boolean isOf(PacketFacts.Layer layer) {
    byte[] found = hash.of(layer);
    return found != null && Arrays.equals(found, digest);
  }
}
