#!/usr/bin/env bash
# Makes a large store of made-up traffic and times queries over it with a cold page cache: to the first packet (-c 1) and to
# the end, asked of a program that is started for it and of a recorder that runs. Run as root, for the cache; needs a JDK 25,
# tcpdump, zstd, curl and iproute2, with -s also stenographer, openssl and gcc.
#
#   bench/query.sh [-g GIGABYTES] [-f FLOWS_A_SECOND] [-r ROTATION_MEGABYTES] [-t FOLDER] [-k] [-s MEGABYTES]
#
# -g is how much traffic there is before it is compressed (default 5), -t where the store is made, which takes 0.8 of that. -k
# keeps the store, or uses one that is there. -s plays so much of it to gotm and to Debian's stenographer over a veth pair, 50,000
# packets a second, and asks stenographer, too.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
gotm=$here/../gotm
gigabytes=5 flows=5000 rotation=1000 store= keep= steno= rate=50000
while getopts g:f:r:t:ks: option; do
  case $option in
  g) gigabytes=$OPTARG ;;
  f) flows=$OPTARG ;;
  r) rotation=$OPTARG ;;
  t) store=$OPTARG ;;
  k) keep=1 ;;
  s) steno=$OPTARG ;;
  *) exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "query.sh: needs root to drop the page cache" >&2; exit 1; }
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
work=$(mktemp -d "${TMPDIR:-/tmp}/gotm-query-XXXXXX")
store=${store:-$work/store}
space=gotm-query-$$
started=
stop() {
  pkill -P "$started" || : # stenotype outlives stenographer
  kill "$started" 2>/dev/null || :
  wait "$started" 2>/dev/null || :
  started=
}

cleanup() {
  [ -z "$started" ] || stop
  [ ! -e "/run/netns/$space" ] || ip netns del "$space"
  [ -n "$keep" ] || rm -rf "$store"
  rm -rf "$work"
}
trap cleanup EXIT

seconds() { awk -v from="$1" -v to="$(date +%s%N)" 'BEGIN { printf "%.2f", (to - from) / 1e9 }'; }

# The traffic is recorded whole: it ends by itself a little beyond 64 KiB a flow.
if [ ! -d "$store" ]; then
  from=$(date +%s%N)
  "$java" -Xmx1g "$here/../gotm-store/src/test/java/org/gotm/store/index/MixedTraffic.java" 1 "$flows" $((gigabytes * 1000000000)) |
    "$gotm" -r - -write "$store" -compress=zstd -rotationinterval=0 -rotationsize="${rotation}MB" -bytecutoff=0 -packetcutoff=0 \
      -metrics-address=off >"$work/log" 2>&1
  echo "made in $(seconds "$from") s"
fi
mapfile -t files < <(find "$store" -name '*.pcap.zst' | sort)
from=$(date +%s%N)
for file in "${files[@]}"; do [ -e "$file.gix" ] || echo "$file"; done >"$work/bare"
if [ -s "$work/bare" ]; then
  xargs "$gotm" index <"$work/bare"
  echo "indexed in $(seconds "$from") s"
fi
du --apparent-size -cb "${files[@]}" | tail -n 1 | awk '{ print $1 }' >"$work/kept"
du --apparent-size -cb "${files[@]/%/.gix}" | tail -n 1 | awk '{ print $1 }' >"$work/index"
echo "files ${#files[@]}, bytes $(cat "$work/kept"), index $(cat "$work/index")," \
  "$(awk -v a="$(cat "$work/index")" -v b="$(cat "$work/kept")" 'BEGIN { printf "%.3f", 100 * a / b }') %"

# What to ask for: out of the middle of the store.
zstd -dcq "${files[$((${#files[@]} / 2))]}" 2>/dev/null | tcpdump -nqtr - -c 200000 'ip and tcp' 2>/dev/null >"$work/packets" || :
awk '{ print $2; sub(":$", "", $4); print $4 }' "$work/packets" | sort | uniq -c | sort -n >"$work/ends"
awk '{ split($2, e, "."); host[e[1] "." e[2] "." e[3] "." e[4]] += $1; port[e[5]] += $1 } END {
  for (h in host) if (h !~ /^10\./) print "host", host[h], h
  for (p in port) if (p < 32768 || p > 61000) print "port", port[p], p }' "$work/ends" | sort -k1,1 -k2,2n >"$work/values"
host=$(awk '$1 == "host" && $2 > 4 { print $3; exit }' "$work/values")
port=$(awk '$1 == "port" && $2 > 4 { print $3; exit }' "$work/values")
busy=$(awk '{ print $2; sub(":$", "", $4); print $4 }' "$work/packets" | cut -d. -f1-4 | sort | uniq -c | sort -nr | awk 'NR == 1 { print $2 }')
tuple=$(awk 'NR == 1000 { sub(":$", "", $4); split($2, a, "."); split($4, b, ".")
  print "host " a[1] "." a[2] "." a[3] "." a[4] " and host " b[1] "." b[2] "." b[3] "." b[4] " and port " a[5] " and port " b[5] }' "$work/packets")

# The store is cold, the programs are not.
cold() {
  sync
  echo 3 >/proc/sys/vm/drop_caches
  [ ! -S "$work/socket" ] || curl -sS --unix-socket "$work/socket" http://gotm/debug/stats >"$work/stats"
  mkdir -p "$work/empty"
  "$gotm" query -write "$work/empty" tcp >"$work/answer.pcap"
}

# ask PROGRAM...: packets and seconds
ask() {
  cold
  local from
  from=$(date +%s%N)
  "$@" >"$work/answer.pcap" 2>"$work/err" || :
  echo "$(tcpdump -nr "$work/answer.pcap" --count 2>/dev/null | awk '{ print $1 }') $(seconds "$from")"
}

line() {
  printf '%-12s %-18s %10s packets %8s s\n' "$@"
}

# both CLIENT NAME QUERY [LIMIT]: a line to the first packet, one to the end
both() {
  local first whole
  read -ra first <<<"$(ask "$1" "$3" 1)"
  read -ra whole <<<"$(ask "$1" "$3" "${4:-}")"
  line "$1" "$2" "${first[0]}" "${first[1]}"
  line "$1" "$2${4:+ -c $4}" "${whole[0]}" "${whole[1]}"
}

# A client takes QUERY [LIMIT].
started() { "$gotm" query -write "$store" ${2:+-c "$2"} "$1"; }
running() { curl -sS --unix-socket "$work/socket" -d "$1" ${2:+-H "Steno-Limit-Packets: $2"} http://gotm/query; }

query() {
  both started "$@"
  both running "$@"
}

ip netns add "$space"
ip -n "$space" link set lo up
ip -n "$space" link add tap0 type veth peer name wire0
for interface in tap0 wire0; do
  ip netns exec "$space" sysctl -qw "net.ipv6.conf.$interface.disable_ipv6=1"
  ip -n "$space" link set "$interface" arp off mtu 9200 up
done
ip netns exec "$space" "$gotm" -interface tap0 -write "$store" -compress=off -metrics-address=off -user root \
  -query-socket "$work/socket" >"$work/log" 2>&1 &
started=$!
until running 'host 203.0.113.98' >"$work/answer.pcap" 2>"$work/err"; do
  kill -0 "$started" || { cat "$work/log" >&2; exit 1; }
  sleep 0.2
done

query 'nothing' 'host 203.0.113.99'
query 'rare host' "host $host"
query '5-tuple' "$tuple"
query 'rare port' "port $port"
query 'busy host' "host $busy" 1000
stop
find "$store" -name 'tap0_current*' -delete
[ -n "$steno" ] || exit 0

# Both record what was recorded, replayed over a veth pair: processor time a packet, when the last packet is found, the index.
gcc -O2 -o "$work/send" "$here/send.c"
"$gotm" query -write "$store" -format pcap-micro -limit-bytes $((steno * 1000000)) -w "$work/play.pcap" 2>/dev/null || :
count=$(tcpdump -r "$work/play.pcap" --count 2>/dev/null | awk '{ print $1 }')
last=$(tcpdump -nqtr "$work/play.pcap" 'ip and tcp' 2>/dev/null | tail -n 1 | awk '{ sub(":$", "", $4); split($2, a, "."); split($4, b, ".")
  print "host " a[1] "." a[2] "." a[3] "." a[4] " and host " b[1] "." b[2] "." b[3] "." b[4] " and port " a[5] " and port " b[5] }')
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# play PID: processor time of a process, in ns a packet, while all is replayed
play() {
  local before
  before=$(ticks "$1")
  ip netns exec "$space" "$work/send" wire0 "$work/play.pcap" "$count" "$rate" >"$work/sent"
  sleep 2
  awk -v t=$(($(ticks "$1") - before)) -v hz="$(getconf CLK_TCK)" -v n="$count" 'BEGIN { printf "%.0f", 1e9 * t / hz / n }'
}

# visible PROGRAM...: seconds until a query has an answer, 150 at most
visible() {
  local from
  from=$(date +%s%N)
  until [ $(($(date +%s%N) - from)) -gt 150000000000 ]; do
    "$@" >"$work/answer.pcap" 2>/dev/null || :
    [ "$(stat -c %s "$work/answer.pcap")" -le 24 ] || break
    sleep 0.5
  done
  seconds "$from"
}

ip netns exec "$space" "$gotm" -interface tap0 -filter '' -write "$work/live" -compress=off -bytecutoff=0 -packetcutoff=0 \
  -metrics-address=off -user root >"$work/log" 2>&1 &
started=$!
sleep 4
pid=$(pgrep -P "$started" java || echo "$started")
cost=$(play "$pid")
echo "gotm: $cost ns of processor a packet, the last packet found after $(visible "$gotm" query -write "$work/live" "$last") s"
stop
grep -o 'ledger total received=[0-9]* dropped=[0-9]*' "$work/log" || :
rm -rf "$work/live"

certificates=$work/certs
mkdir -p "$certificates" "$work/steno/packets" "$work/steno/index"
(
  cd "$certificates"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bench -keyout ca_key.pem -out ca_cert.pem
  for name in server client; do
    openssl req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout "${name}_key.pem" -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA ca_cert.pem -CAkey ca_key.pem -CAcreateserial -days 2 -out "${name}_cert.pem" \
      -extfile <(echo subjectAltName=IP:127.0.0.1)
  done
) 2>"$work/openssl.log"
cat >"$work/steno.conf" <<CONF
{ "Threads": [ { "PacketsDirectory": "$work/steno/packets", "IndexDirectory": "$work/steno/index",
    "MaxDirectoryFiles": 30000, "DiskFreePercentage": 1 } ],
  "StenotypePath": "/usr/sbin/stenotype", "Interface": "tap0", "Port": 1234, "Host": "127.0.0.1",
  "Flags": ["--seccomp=none", "--uid=root", "--gid=root", "--filesize_mb=1024"], "CertPath": "$certificates" }
CONF
ip netns exec "$space" stenographer -config="$work/steno.conf" -syslog=false >"$work/steno.log" 2>&1 &
started=$!
sleep 4
pid=$(pgrep -P "$started" stenotype) || { cat "$work/steno.log" >&2; exit 1; }
steno() {
  ip netns exec "$space" curl -sS --max-time 890 --cert "$certificates/client_cert.pem" --key "$certificates/client_key.pem" \
    --cacert "$certificates/ca_cert.pem" -d "$1" ${2:+-H "Steno-Limit-Packets: $2"} https://127.0.0.1:1234/query
}
cost=$(play "$pid")
echo "stenotype: $cost ns of processor a packet, the last packet found after $(visible steno "$last") s"
sleep 65 # until the last file is finished
echo "stenographer: packets $(du -sb "$work/steno/packets" | cut -f 1), index $(du -sb "$work/steno/index" | cut -f 1)"

both steno 'nothing' 'host 203.0.113.99'
both steno 'rare host' "host $host"
both steno '5-tuple' "$last"
both steno 'rare port' "port $port"
both steno 'busy host' "host $busy" 1000
stop
