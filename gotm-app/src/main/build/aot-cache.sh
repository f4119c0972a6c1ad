#!/bin/sh
# Makes the AOT cache that ./gotm starts with, from a run over a small capture. Run in the repository's root.
set -eu
cache=gotm-app/target/gotm.aot
written=gotm-app/target/aot-training
rm -rf "$written" "$cache"
GOTM_AOT_OUTPUT=$cache ./gotm -r gotm-core/src/test/resources/captures/eth-udp-dns.pcap \
  -write "$written" -compress=zstd -metrics-address localhost:0 >gotm-app/target/aot-training.log 2>&1 || {
  cat gotm-app/target/aot-training.log >&2
  exit 1
}
rm -rf "$written"
