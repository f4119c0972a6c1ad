package org.gotm.fleet.spark;

import java.net.InetAddress;
import java.util.List;
import org.apache.spark.sql.api.java.UDF1;

/** Whether an address is in one of some networks. */
final class InNetworks implements UDF1<String, Boolean> {
  private static final long serialVersionUID = 1L;

  private final Network[] networks;

  InNetworks(List<Network> networks) {
    this.networks = networks.toArray(Network[]::new);
  }

  @Override
  public Boolean call(String text) {
    InetAddress address = text == null ? null : Indicators.address(text);
    if (address == null) {
      return false;
    }
    byte[] bytes = address.getAddress();
    for (Network network : networks) {
      if (network.has(bytes)) {
        return true;
      }
    }
    return false;
  }
}
