#!/usr/bin/env bash
# Runs the package's units as an operator does, under a real systemd: in a Debian that is booted below a folder. Run by root
# after mvn -Ppackage verify. Needs mmdebstrap, systemd-nspawn, tcpreplay, curl and a Debian mirror in apt's sources.
set -euo pipefail
cd "$(dirname "$0")/.."

capture=gotm-core/src/test/resources/captures/eth-udp-dns.pcap
patience=120
nspawn=

fail() {
  echo "service-test: $*" >&2
  [ -z "$nspawn" ] || inside journalctl -q --no-pager -n 60 -o cat >&2 || :
  exit 1
}

done_with() { echo "service-test: $*"; }

clean_up() {
  local code=$?
  trap - EXIT
  if [ -n "$nspawn" ]; then
    kill -TERM "$nspawn" || :
    wait "$nspawn" || :
  fi
  umount -R "$work"
  rmdir "$work"
  exit $code
}

[ "$(id -u)" = 0 ] || fail "needs root: it boots a Debian"
packages=(gotm-dist/target/gotm_*_amd64.deb)
[ -r "${packages[0]}" ] && [ ${#packages[@]} = 1 ] || fail "gotm-dist/target: one .deb is wanted: mvn -Ppackage -DskipTests clean verify"
package=${packages[0]}

# --- a Debian that runs

bootable_debian() {
  local sources=/etc/apt/sources.list.d/debian.sources
  [ -r "$sources" ] || sources=/etc/apt/sources.list
  mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus,iproute2,adduser,zlib1g,libpcap0.8,rclone \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "$sources"
  rm -f "$root/etc/machine-id"
}

boot() {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q -D "$root" --boot --private-network --capability=CAP_BPF \
    --system-call-filter=bpf --register=no --keep-unit --machine="gotm-$$" --console=read-only >"$work/console" 2>&1 &
  nspawn=$!
  until_true "the Debian boots" booted
}

# pid 1 of it is the only child
booted() {
  first=$(pgrep -P "$nspawn" | head -n 1) && [ -n "$first" ] && inside systemctl is-system-running 2>/dev/null | grep -q 'running\|degraded'
}

inside() {
  nsenter -t "$first" -m -u -i -n -p -C -r -w -- /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER= SYSTEMD_COLORS=0 "$@"
}

until_true() {
  local end=$((SECONDS + patience))
  until "${@:2}"; do
    [ $SECONDS -lt $end ] || fail "in $patience s it is not so: $1"
    sleep 0.2
  done
}

# --- what is seen of a unit

says() { until_true "$1 says: $2" logged "$1" "$2"; }
logged() { inside journalctl -q --no-pager -o cat -u "$1" --since "@$since" | grep -F -- "$2" >/dev/null; }
from_now_on() { since=$(date +%s.%6N); }
send() { nsenter -t "$first" -n tcpreplay -q -t -i send0 "$capture" >/dev/null 2>&1; }
pid() { inside systemctl show -P MainPID "$1"; }
health() { nsenter -t "$first" -n curl -s -m 5 -w '%{http_code}' "http://localhost:$1/healthz" || :; }
healthy() { [ "$(health "$1")" = $'ok\n200' ]; }

restart() {
  from_now_on
  inside timeout $patience systemctl restart "$1" || fail "systemctl restart $1"
}

config() { inside sed -i "$1" /etc/gotm/gotm.conf; }
defaults() { inside tee /etc/default/gotm >/dev/null; }

install_deb() { inside timeout $patience dpkg -i "$1" >"$work/dpkg.log" 2>&1 || fail "dpkg -i $1: $(cat "$work/dpkg.log")"; }

# the same with another version, as the next one
next_package() {
  dpkg-deb -R "$package" "$work/next"
  sed -i "s/^Version: .*/Version: $1/" "$work/next/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone -b "$work/next" "$root/var/tmp/next.deb" >/dev/null
  rm -r "$work/next"
}

# --- the tests

starts_without_its_interface() {
  cp "$package" "$root/var/tmp/gotm.deb"
  install_deb /var/tmp/gotm.deb
  inside sed -i 's/^GOTM_INTERFACES=.*/GOTM_INTERFACES=cap0/' /etc/default/gotm
  inside systemctl -q enable gotm
  restart gotm
  says gotm 'waiting for interface=cap0'
  inside systemctl show -P StatusText gotm | grep -q '^waiting for interface=cap0' || fail "the status does not say what it waits for"
  [[ $(health 9102) = *'waiting for interface=cap0'*503 ]] || fail "/healthz while it waits: $(health 9102)"
  [ -z "$(inside systemctl list-jobs --no-legend)" ] || fail "jobs wait: $(inside systemctl list-jobs)"
  inside ip link add cap0 type veth peer name send0
  inside ip link set send0 up
  inside ip link set cap0 up
  says gotm 'Starting worker 0'
  until_true "/healthz is well" healthy 9102
  inside systemctl show -P StatusText gotm | grep -q 'recording cap0' || fail "the status does not say that it records"
  done_with "the unit starts without its interface, says so, and records when it comes"
}

takes_its_options_from_the_file() {
  logged gotm 'diskfree=10%' || fail "diskfree=10% is not in the log"
  defaults <<'ORIGINAL'
GOTM_INTERFACES=cap0
GOTM_ARGS=-timeinterval 31s -flowtimeout 30s -rotationinterval 60s -write pcaps \
    -filter 'vlan or not vlan' -packetcutoff 1000 -bytecutoff 65536 -metrics-address :9102 -diskfree 20%
ORIGINAL
  restart gotm
  says gotm 'diskfree=10% does not count, as the command line says -diskfree=20%'
  says gotm 'Starting worker 0'
  defaults <<<'GOTM_INTERFACES=cap0'
  restart gotm
  says gotm 'Starting worker 0'
  from_now_on
  config '$aclass=dns:port 53:never'
  inside systemctl reload gotm || fail "systemctl reload gotm"
  says gotm 'Class dns: port 53: never cut'
  done_with "options are the file's, the command line wins and the log says so, a reload counts"
}

shares_flows_by_ebpf() {
  config '$aworkers=2'
  restart gotm
  says gotm 'spread by the outermost flow'
  inside install -D -m 0644 /usr/share/doc/gotm/deploy/ebpf.conf /etc/systemd/system/gotm.service.d/ebpf.conf
  inside systemctl daemon-reload
  restart gotm
  says gotm 'spread by the innermost flow (eBPF)'
  says gotm 'Starting worker 1'
  ! logged gotm 'flows are not cut in the kernel' || fail "flows are not cut in the kernel"
  send
  from_now_on
  inside systemctl stop gotm
  says gotm 'balanced=yes'
  inside systemctl start gotm
  done_with "with the drop-in several workers share flows by eBPF and the kernel cuts them, under the unit's own filter of system calls"
}

upgrades_what_would_start() {
  local old
  old=$(pid gotm)
  config '$arotationintervall=1s'
  next_package 9.0
  install_deb /var/tmp/next.deb
  grep -q 'gotm.service goes on with the old version.*rotationintervall: no such option' "$work/dpkg.log" ||
    fail "the upgrade does not say what is wrong: $(cat "$work/dpkg.log")"
  [ "$(pid gotm)" = "$old" ] || fail "the process did not stay"
  config '/^rotationintervall=/d'
  inside ip link set cap0 down
  from_now_on
  next_package 9.1
  install_deb /var/tmp/next.deb
  says gotm 'waiting for interface=cap0'
  [ "$(pid gotm)" != "$old" ] || fail "an upgrade does not restart what runs"
  inside ip link set cap0 up
  says gotm 'Starting worker 1'
  done_with "an upgrade restarts what would start, waits for nobody, and leaves alone what is wrong"
}

runs_instances() {
  inside ip link add cap1 type veth peer name send1
  inside ip link set send1 up
  inside ip link set cap1 up
  inside tee /etc/default/gotm-cap1 >/dev/null <<<'GOTM_INSTANCE_ARGS=-metrics-address :9103'
  restart gotm@cap1
  says gotm@cap1 'Starting worker 0 on interface cap1'
  until_true "the instance's /healthz" healthy 9103
  inside test -d /var/lib/gotm/cap1/pcaps || fail "the instance has no folder of its own"
  done_with "an instance has options of its own besides those of all"
}

moves_records_to_a_store() {
  config '$aflows=true'
  restart gotm
  says gotm 'Starting worker 1'
  send
  inside systemctl stop gotm
  from_now_on
  inside timeout $patience systemctl start gotm-flows-convert || fail "systemctl start gotm-flows-convert"
  says gotm-flows-convert 'flow records of 1 files are in lake=/var/lib/gotm/lake'
  [ -n "$(inside find /var/lib/gotm/lake -name 'part-*.parquet')" ] || fail "the conversion leaves no Parquet"
  inside install -d -o gotm -g gotm /srv/store
  inside install -m 0640 -g gotm /dev/stdin /etc/gotm/rclone.conf <<<$'[store]\ntype = alias\nremote = /srv/store'
  inside timeout $patience systemctl start gotm-flows-upload || fail "systemctl start gotm-flows-upload"
  [ -z "$(inside find /var/lib/gotm/lake -name 'part-*')" ] || fail "files stay behind: $(inside find /var/lib/gotm/lake)"
  inside find /srv/store -path '/srv/store/lake/date=*/hour=*/sensor=*/part-*.parquet' | grep -q . || fail "nothing comes to the store"
  done_with "records become Parquet and move to a store, by the units"
}

serves_analysts() {
  config '$aquery-socket=/run/gotm/query.sock'
  restart gotm
  says gotm 'Starting worker 1'
  inside tee /etc/gotm/sensors >/dev/null <<<'here unix:/run/gotm/query.sock'
  inside gotm keys /etc/gotm/fleet-keys -host localhost -client alice >/dev/null
  inside chown gotm: /etc/gotm/fleet-keys/server_key.pem
  inside tee /etc/default/gotm-fleet >/dev/null <<<'GOTM_FLEET_ARGS=-query-address localhost:1234'
  restart gotm-fleet
  until_true "/healthz of gotm-fleet" healthy 8081
  inside gotm query -url https://localhost:1234 -cert /etc/gotm/fleet-keys/client_alice_cert.pem -w /var/tmp/answer.pcap 'udp port 53' ||
    fail "gotm query of gotm-fleet"
  [ "$(tcpdump -nr - 'udp port 53' <"$root/var/tmp/answer.pcap" 2>/dev/null | wc -l)" -gt 0 ] || fail "the answer of gotm-fleet is empty"
  ! logged gotm-fleet 'cannot give way' || fail "the unit does not let queries give way"
  inside systemctl reload gotm-fleet || fail "systemctl reload gotm-fleet"
  inside systemctl stop gotm-fleet
  [ "$(inside systemctl show -P Result gotm-fleet)" = success ] || fail "gotm-fleet does not stop"
  done_with "analysts are served by the unit of many sensors"
}

keeps_the_user() {
  inside install -d -o gotm -g gotm /srv/pcaps
  inside dpkg --purge gotm >"$work/dpkg.log" 2>&1 || fail "purge: $(cat "$work/dpkg.log")"
  grep -q 'user gotm is kept' "$work/dpkg.log" || fail "purge does not say that the user is kept: $(cat "$work/dpkg.log")"
  [ "$(inside stat -c %U /srv/pcaps)" = gotm ] || fail "captures elsewhere have lost their owner"
  done_with "purge keeps captures and their owner"
}

work=$(mktemp -d)
root=$work/root
mount -t tmpfs -o size=2g,mode=755 none "$work"
trap clean_up EXIT
bootable_debian
boot
starts_without_its_interface
takes_its_options_from_the_file
shares_flows_by_ebpf
upgrades_what_would_start
runs_instances
moves_records_to_a_store
serves_analysts
keeps_the_user
