package org.gotm.core.pcapfile;

import org.gotm.core.source.PacketSourceException;

/**
 * The packets that follow in a file are of another link type than those of the source; {@link
 * PcapngFileSource#next} gives them.
 */
public final class LinkTypeChangeException extends PacketSourceException {
  private static final long serialVersionUID = 1L;

  /**
   * A change in the middle of a file.
   *
   * @param name the file
   * @param linkType LINKTYPE_ value of the packets before
   * @param nextLinkType LINKTYPE_ value of those that follow
   */
  LinkTypeChangeException(String name, int linkType, int nextLinkType) {
    super(
        "%s: packets of link type %d follow those of link type %d; read on with next()"
            .formatted(name, nextLinkType, linkType));
  }
}
