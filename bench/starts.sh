#!/usr/bin/env bash
# Starts gotm again and again on a link that is already at full rate, with its default options, and prints what each start
# received and dropped. Everything happens on a veth pair in a network namespace made for it. Run as root; needs gcc, iproute2.
#
#   bench/starts.sh [STARTS] [PACKETS_A_SECOND] [GOTM...]
#
# A rate of 0 is as fast as it goes. Several gotm (default: the one beside this folder) take turns.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
starts=${1:-10} rate=${2:-0}
shift $(($# < 2 ? $# : 2))
gotms=("$@")
[ ${#gotms[@]} -gt 0 ] || gotms=("$here/../gotm")
[ "$(id -u)" = 0 ] || { echo "starts.sh: needs root for the network namespace" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/gotm-starts-XXXXXX")
space=gotm-starts-$$
sender=
cleanup() {
  [ -z "$sender" ] || kill "$sender" 2>/dev/null || :
  ip netns del "$space" 2>/dev/null || :
  rm -rf "$work"
}
trap cleanup EXIT

gcc -O2 -o "$work/send" "$here/send.c"
gcc -O2 -o "$work/trace" "$here/trace.c"
"$work/trace" "$work/trace.pcap" 100000 400 1066

ip netns add "$space"
ip -n "$space" link set lo up
ip -n "$space" link add tap0 type veth peer name wire0
for interface in tap0 wire0; do
  ip netns exec "$space" sysctl -qw "net.ipv6.conf.$interface.disable_ipv6=1"
  ip -n "$space" link set "$interface" arp off mtu 9200 up
done
ip netns exec "$space" "$work/send" wire0 "$work/trace.pcap" 1000000000000 "$rate" >/dev/null &
sender=$!
sleep 1

for start in $(seq "$starts"); do
  for gotm in "${gotms[@]}"; do
    rm -rf "$work/out"
    ip netns exec "$space" timeout -s TERM 4 "$gotm" -interface tap0 -write "$work/out" >"$work/log" 2>&1 || :
    echo "$start $gotm $(grep -o 'ledger total received=[0-9]* dropped=[0-9]*' "$work/log" | cut -d' ' -f3-)"
  done
done
