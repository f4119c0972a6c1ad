#!/usr/bin/env bash
# One query to many sensors: query servers on loopback with TLS, among which a capture is dealt packet by packet. Says whether all
# packets come, in order, how long it takes, to the first packet and to the last, and how much memory. Then some sensors are gone.
# After mvn -DskipTests package: bench/fleet.sh [SENSORS [PACKETS]]
set -euo pipefail
cd "$(dirname "$0")/.."
sensors=${1:-200}
packets=${2:-1000000}
work=$(mktemp -d)
servers=
clean_up() {
  exec 3>&- || :
  [ -z "$servers" ] || wait "$servers" || :
  rm -rf "$work"
}
trap clean_up EXIT

python3 - "$work/all.pcap" "$packets" <<'PYTHON'
import struct, sys
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for i in range(int(sys.argv[2])):
        payload = struct.pack(">Q", i) * 20
        udp = struct.pack(">HHHH", 1024 + i % 50000, 53, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i & 65535, 0, 64, 17, 0, 0x0A000001, 0x0A000002 + i % 200) + udp
        frame = bytes(12) + b"\x08\x00" + ip
        out.write(struct.pack("<IIII", 1767225600 + i // 10000, i % 10000 * 100, len(frame), len(frame)) + frame)
PYTHON
./gotm keys "$work/keys" -host 127.0.0.1 >/dev/null

java=${JAVA_HOME:?a JDK 25}/bin/java
mkfifo "$work/in"
classes=gotm-app/target/test-classes:gotm-app/target/classes
for jar in gotm-app/target/lib/*.jar; do classes=$classes:$jar; done
"$java" -Xmx1g --enable-native-access=ALL-UNNAMED -cp "$classes" org.gotm.app.sensors.FleetRig "$work" "$work/all.pcap" "$sensors" \
  "$work/keys" <"$work/in" >"$work/out" 2>"$work/err" &
servers=$!
exec 3>"$work/in"
until grep -q list "$work/out"; do
  kill -0 "$servers" || { cat "$work/err" >&2 && exit 1; }
  sleep 0.2
done

tcpdump -nr "$work/all.pcap" -tt 2>/dev/null | sha256sum >"$work/expected"
begin=$(date +%s%N)
./gotm query -sensors "$work/sensors" -cert "$work/keys/client_cert.pem" -c 1 -w "$work/one.pcap" 2>/dev/null || [ $? = 3 ]
echo "sensors=$sensors: first packet after $((($(date +%s%N) - begin) / 1000000)) ms, start of the JVM included"
begin=$(date +%s%N)
./gotm query -sensors "$work/sensors" -cert "$work/keys/client_cert.pem" -format pcap-micro -w "$work/answer.pcap" &
query=$!
most=0
while kill -0 $query 2>/dev/null; do
  now=$(awk '/VmHWM/ { print $2 }' /proc/$query/status 2>/dev/null || echo 0)
  [ "${now:-0}" -le "$most" ] || most=$now
  sleep 0.1
done
wait $query
echo "sensors=$sensors packets=$packets bytes=$(stat -c %s "$work/answer.pcap"): whole answer after" \
  "$((($(date +%s%N) - begin) / 1000000)) ms, resident at most $((most / 1024)) MiB"
[ "$(tcpdump -nr "$work/answer.pcap" -tt 2>/dev/null | sha256sum)" = "$(cat "$work/expected")" ] || {
  echo "the answer is not what was dealt" >&2
  exit 1
}
echo "all packets came, in order"

# every tenth sensor is at a port where nobody listens
awk 'NR % 10 == 0 { print $1, "https://127.0.0.1:1"; next } { print }' "$work/sensors" >"$work/some"
code=0
./gotm query -sensors "$work/some" -cert "$work/keys/client_cert.pem" -c 1000 -w "$work/some.pcap" 2>"$work/said" || code=$?
tail -1 "$work/said"
named=$(grep -c 'sensor=.*refused' "$work/said")
[ $code = 4 ] && [ "$named" = $((sensors / 10)) ] || {
  echo "exit code $code, $named sensors named" >&2
  exit 1
}
echo "$named of $sensors sensors were gone, and named"
