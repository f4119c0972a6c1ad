#!/usr/bin/env bash
# Captures the same traffic with gotm and with every peer that is installed, one after the other, and prints a table: packets
# sent, seen and lost, processor time of the tool and of the whole machine, sender and kernel too, the tool's microseconds a
# packet, bytes written, and how many of the packets the kernel cut. Everything happens on a veth pair in a network
# namespace made for it. Run as root; needs gcc, iproute2, and for the peers tcpdump, dumpcap (wireshark-common),
# netsniff-ng, stenographer.
#
#   bench/live.sh [-n PACKETS] [-p PACKETS_A_SECOND] [-f FRAME_BYTES] [-c FLOWS] [-w FOLDER] [-t TRACE.pcap] [TOOL...]
#
# Tools: gotm-cutoff gotm gotm-zstd tcpdump dumpcap netsniff-ng stenotype (default: these), gotm-usercut (gotm-cutoff that
# cuts nothing in the kernel), gotm-noindex (gotm-cutoff without an index), gotm-queried (gotm-cutoff with a query each second). A rate of 0 is as fast as it goes.
# FRAME_BYTES are those of the few large flows, FLOWS how many flows there are before the traffic repeats; TRACE is sent instead.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
packets=5000000 rate=0 frame=1066 flows=100000 folder=${TMPDIR:-/tmp} trace=
while getopts n:p:f:c:w:t: option; do
  case $option in
    n) packets=$OPTARG ;;
    p) rate=$OPTARG ;;
    f) frame=$OPTARG ;;
    c) flows=$OPTARG ;;
    w) folder=$OPTARG ;;
    t) trace=$(realpath "$OPTARG") ;;
    *) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
tools=("$@")
[ ${#tools[@]} -gt 0 ] || tools=(gotm-cutoff gotm gotm-zstd tcpdump dumpcap netsniff-ng stenotype)
[ "$(id -u)" = 0 ] || { echo "live.sh: needs root for the network namespace" >&2; exit 1; }

work=$(mktemp -d "$folder/gotm-bench-XXXXXX")
space=gotm-bench-$$
touched=/dev/shm/gotm-bench-$$
cleanup() {
  rm -f "$touched"
  ip netns del "$space" 2>/dev/null || :
  rm -rf "$work"
}
trap cleanup EXIT

gcc -O2 -o "$work/send" "$here/send.c"
if [ -z "$trace" ]; then
  trace=$work/trace.pcap
  gcc -O2 -o "$work/trace" "$here/trace.c"
  "$work/trace" "$trace" "$flows" 400 "$frame"
fi

ip netns add "$space"
ip -n "$space" link add tap0 type veth peer name wire0
for interface in tap0 wire0; do
  ip netns exec "$space" sysctl -qw "net.ipv6.conf.$interface.disable_ipv6=1"
  ip -n "$space" link set "$interface" arp off mtu 9200 up
done

# How each tool is started in an empty folder; it captures from tap0 into that folder.
command_of() {
  local gotm=("$here/../gotm" -interface tap0 -capture afpacket -filter '' -rotationinterval 1h -metrics-address off
    -flowtimeout 60s -write .)
  case $1 in
    gotm-cutoff | gotm-queried) command=("${gotm[@]}" -bytecutoff 65536 -packetcutoff 1000) ;;
    gotm-usercut) command=("${gotm[@]}" -bytecutoff 65536 -packetcutoff 1000 -kernelcut off) ;;
    gotm-noindex) command=("${gotm[@]}" -bytecutoff 65536 -packetcutoff 1000 -index off) ;;
    gotm) command=("${gotm[@]}" -bytecutoff 0 -packetcutoff 0) ;;
    gotm-zstd) command=("${gotm[@]}" -bytecutoff 65536 -packetcutoff 1000 -compress=zstd:1) ;;
    tcpdump) command=(tcpdump -n -i tap0 -B 65536 -s 0 -w out.pcap) ;;
    dumpcap) command=(dumpcap -q -i tap0 -B 64 -s 0 -w out.pcap) ;;
    netsniff-ng) command=(netsniff-ng --in tap0 --out out.pcap --silent --ring-size 64MiB) ;;
    stenotype)
      mkdir PKT0 IDX0
      command=(stenotype --iface=tap0 "--dir=$PWD" --threads=1 --blocks=64 --aiops=32 --seccomp=none --uid=root --gid=root
        --fileage_sec=3600 --preallocate_file_mb=0 --no_watchdogs -v --stats_sec=1)
      ;;
    *) echo "live.sh: tool=$1: not known" >&2; exit 2 ;;
  esac
}

# Packets that a tool says or shows it has seen.
seen_by() {
  case $1 in
    gotm*) sed -n 's/.*ledger total .* cut_in_kernel=\([0-9]*\) delivered=\([0-9]*\).*lost_output_full=\([0-9]*\).*/\1 \2 \3/p' log |
      awk '{print $1 + $2 - $3}' ;;
    tcpdump) sed -n 's/^\([0-9]*\) packets captured.*/\1/p' log ;;
    dumpcap) sed -n "s/^Packets received\/dropped on interface '.*': \([0-9]*\)\/.*/\1/p" log ;;
    netsniff-ng) tcpdump -r out.pcap --count 2>/dev/null | cut -d' ' -f1 ;;
    stenotype) # what it has written when the last statistics came, and what it says it has lost since the start
      sed -n "s/.* drops=\([0-9]*\).*/\1/p" log | tail -n 1 | awk -v sent="$sent" '{print sent - $1}' ;;
  esac
}

# Processor time of the whole machine so far, in ticks.
busy() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 }' /proc/stat; }

# A virtual machine may ask its host for memory only when it is first touched, and again when it has been free for a while. That
# wait is none of the tools' work: free memory is touched before each of them.
touch_memory() {
  local free
  free=$(awk '/^MemFree/ {print int($2 / 1024 / 3)}' /proc/meminfo)
  head -c "$((free < 6144 ? free : 6144))M" /dev/zero 2>/dev/null >"$touched" || : # /dev/shm may be small
  rm -f "$touched"
}

# Tools that do not say that they are ready have as much time as gotm.
is_ready() {
  case $1 in
    gotm*) grep -q 'Starting worker' log ;;
    *) sleep 1 ;;
  esac
}

hz=$(getconf CLK_TCK)
printf '%-12s %10s %10s %10s %6s %8s %10s %10s %14s %8s\n' tool sent seen lost 'lost%' 'cpu s' 'machine s' 'us/packet' \
  'bytes written' 'kernel%'
for tool in "${tools[@]}"; do
  mkdir "$work/$tool"
  cd "$work/$tool"
  command_of "$tool"
  command -v "${command[0]}" >/dev/null || { printf '%-12s not installed\n' "$tool"; continue; }
  touch_memory
  ip netns exec "$space" bash -c 'TIMEFORMAT="%U %S"; time "$@" >log 2>&1 & child=$!; wait $child' \
    live "${command[@]}" 2>time &
  shell=$!
  for _ in $(seq 100); do is_ready "$tool" 2>/dev/null && break; sleep 0.1; done
  sleep 1.5 # on a link that is at full rate already a tool may lose packets until it is warm
  asking=
  if [ "$tool" = gotm-queried ]; then
    while sleep 1; do "$here/../gotm" query -write . 'host 10.99.99.99' -w /dev/null 2>>queries || echo failed >>queries; done &
    asking=$!
  fi
  before=$(busy)
  sent=$(ip netns exec "$space" "$work/send" wire0 "$trace" "$packets" "$rate" | cut -d' ' -f1)
  [ -z "$asking" ] || { kill "$asking"; wait "$asking" 2>/dev/null || :; [ ! -s queries ] || cat queries >&2; }
  sleep 1.5
  machine=$(($(busy) - before))
  # the tool is the youngest process below the shell: ask it to stop, and it alone
  child=$(pgrep -P "$(pgrep -P "$shell" || echo "$shell")" || pgrep -P "$shell")
  kill -TERM $child 2>/dev/null || :
  for _ in $(seq 200); do kill -0 "$shell" 2>/dev/null || break; sleep 0.1; done
  kill -KILL $child 2>/dev/null || : # stenotype does not always end when it is asked to
  wait "$shell" || :
  seen=$(seen_by "$tool")
  seen=${seen:-0}
  rm -f .gotm.lock
  bytes=$(find . -type f ! -name log ! -name time -printf '%s\n' | awk '{sum += $1} END {print sum + 0}')
  kernel=$(sed -n 's/.*ledger total .* cut_in_kernel=\([0-9]*\).*/\1/p' log)
  tail -n 1 time | awk -v tool="$tool" -v sent="$sent" -v seen="$seen" -v bytes="$bytes" -v kernel="${kernel:-0}" \
    -v machine="$machine" -v hz="$hz" '{
    cpu = $1 + $2; lost = sent - seen; if (lost < 0) lost = 0
    printf "%-12s %10.0f %10.0f %10.0f %6.2f %8.2f %10.2f %10.3f %14.0f %8.1f\n", tool, sent, seen, lost, 100 * lost / sent, cpu,
      machine / hz, cpu * 1e6 / sent, bytes, 100 * kernel / sent
  }'
  cd "$work"
  rm -rf "${work:?}/$tool"
done
