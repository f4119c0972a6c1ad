package org.gotm.app.shunt;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.gotm.core.packet.FlowKey;

/**
 * A dumbno service, which adds an ACL to a switch: one JSON object over UDP asks for it, {@code ok}
 * is the answer.
 *
 * <p>Each request has a socket of its own, since answers do not say what they answer: one that
 * comes late finds nobody. The name of the service is looked up each time, so it may move.
 */
final class DumbnoShunt implements Shunt {
  private static final int TIMEOUT_MILLIS = 2000;
  private static final int MAX_ANSWER = 256;

  private final InetSocketAddress address;

  /** At this address, whose name need not be known yet. */
  DumbnoShunt(InetSocketAddress address) {
    this.address = address;
  }

  @Override
  public String name() {
    return "dumbno=%s:%d".formatted(address.getHostString(), address.getPort());
  }

  /** An ACL is about IP addresses. */
  @Override
  public boolean takes(LargeFlow flow) {
    return flow.isIp();
  }

  @Override
  public void filter(LargeFlow flow) throws ShuntException {
    byte[] request = request(flow).getBytes(StandardCharsets.US_ASCII);
    String answer;
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(InetAddress.getByName(address.getHostString()), address.getPort());
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.send(new DatagramPacket(request, request.length));
      DatagramPacket packet = new DatagramPacket(new byte[MAX_ANSWER], MAX_ANSWER);
      socket.receive(packet);
      answer = PrintableText.of(packet.getData(), packet.getLength());
    } catch (SocketTimeoutException e) {
      throw new ShuntException("no answer in 2 s", e);
    } catch (UnknownHostException e) {
      throw new ShuntException("the host is not known", e);
    } catch (PortUnreachableException e) {
      throw new ShuntException("nobody listens there", e);
    } catch (IOException e) {
      throw new ShuntException("cannot be asked (%s)".formatted(e.getMessage()), e);
    }
    if (!answer.equals("ok")) {
      throw new ShuntException("the answer is not ok but '%s'".formatted(answer));
    }
  }

  /** What is asked: ports only where there are some; the protocol is that of all IP then. */
  static String request(LargeFlow flow) {
    FlowKey key = flow.key();
    String ends =
        "\"src\":\"%s\",\"dst\":\"%s\"".formatted(key.firstAddress(), key.secondAddress());
    return flow.hasPorts()
        ? "{%s,\"sport\":%d,\"dport\":%d,\"proto\":\"%s\"}"
            .formatted(ends, key.firstPort(), key.secondPort(), flow.protocol())
        : "{%s,\"proto\":\"ip\"}".formatted(ends);
  }
}
