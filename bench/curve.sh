#!/usr/bin/env bash
# Prints the share of packets that gotm loses with a cutoff of 64 KiB and 1000 packets, over rates, frame sizes of the large
# flows, and numbers of flows, as a table of live.sh's runs. Run as root; needs what live.sh needs.
#
#   bench/curve.sh [SECONDS_A_RUN]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-5}
printf '%9s %6s %12s %10s %10s %6s %10s\n' 'packets/s' frame flows sent lost 'lost%' us/packet
for frame in 128 400 1514; do
  for flows in 20000 1000000; do
    for rate in 200000 500000 0; do
      packets=$((seconds * (rate > 0 ? rate : 800000)))
      line=$("$here/live.sh" -n "$packets" -p "$rate" -f "$frame" -c "$flows" gotm-cutoff | tail -n 1)
      echo "$line" | awk -v rate="$rate" -v frame="$frame" -v flows="$flows" '{
        printf "%9s %6d %12.0f %10d %10d %6.2f %10.3f\n", rate ? rate : "flat out", frame, flows, $2, $4, $5, $7
      }'
    done
  done
done
