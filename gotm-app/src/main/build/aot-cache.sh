#!/bin/sh
# Makes the AOT cache that ./gotm starts with: classes as they are once loaded, and what the JIT learned about the way of a
# packet. Run in the repository's root.
set -eu
cache=gotm-app/target/gotm.aot
written=gotm-app/target/aot-training
rm -rf "$written" "$cache"
echo "gotm: making the AOT cache, which later starts are quick with" >&2
GOTM_AOT_OUTPUT=$cache ./gotm gotm-core/src/test/resources/captures/eth-udp-dns.pcap "$written" \
  >gotm-app/target/aot-training.log 2>&1 || {
  cat gotm-app/target/aot-training.log >&2
  exit 1
}
rm -rf "$written"
