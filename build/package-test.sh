#!/usr/bin/env bash
# Uses the packages as an operator does, in a bare Debian below a folder: no JDK, no Maven, no libpcap. Run by root after
# mvn -Ppackage verify. Needs mmdebstrap, lintian, man, tcpdump, tcpreplay, iproute2 and a Debian mirror in apt's sources.
set -euo pipefail
cd "$(dirname "$0")/.."

target=gotm-dist/target
captures=gotm-core/src/test/resources/captures
capture=$captures/eth-udp-dns.pcap
netns=gotm-package-$$
recorder=

fail() {
  echo "package-test: $*" >&2
  exit 1
}

done_with() { echo "package-test: $*"; }

clean_up() {
  local code=$?
  trap - EXIT
  [ -z "$recorder" ] || kill -KILL "$recorder" || :
  ip netns del "$netns" 2>/dev/null || :
  umount -R "$work"
  rmdir "$work"
  exit $code
}

[ "$(id -u)" = 0 ] || fail "needs root: it makes a root folder and a network namespace"
archives=("$target"/gotm-*-linux-x64.tar.gz)
packages=("$target"/gotm_*_amd64.deb)
[ -r "${archives[0]}" ] && [ -r "${packages[0]}" ] && [ ${#archives[@]}${#packages[@]} = 11 ] ||
  fail "$target: one tar.gz and one .deb are wanted: mvn -Ppackage -DskipTests clean verify"
archive=${archives[0]}
package=${packages[0]}
folder=$(basename "$archive" -linux-x64.tar.gz)

# --- a Debian with nothing in it, and a link between two ends

bare_debian() {
  local sources=/etc/apt/sources.list.d/debian.sources
  [ -r "$sources" ] || sources=/etc/apt/sources.list
  mmdebstrap --quiet --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "$sources"
  cp /etc/resolv.conf "$root/etc/"
  mount -t proc proc "$root/proc"
  cp "$capture" "$root/tmp/capture.pcap"
  ! in_root sh -c 'command -v java || command -v mvn || ldconfig -p | grep libpcap' || fail "the Debian is not bare"
}

link() {
  ip netns add "$netns"
  ip -n "$netns" link add cap0 type veth peer name send0
  ip -n "$netns" link set cap0 up
  ip -n "$netns" link set send0 up
}

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }

# in the link's namespace, with its interfaces in /sys
in_root_on_link() {
  exec ip netns exec "$netns" sh -c 'mount -t sysfs sysfs "$1/sys" && shift && exec "$@"' sh "$root" \
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

packets() { tcpdump -nn -r "$1" "${@:2}" 2>/dev/null | wc -l; }

expect() { [ "$2" = "$3" ] || fail "$1: $3, not $2"; }

# --- records what is sent over the link: record COMMAND...

start_recorder() {
  log=$work/log
  : >"$log"
  in_root_on_link "$@" >"$log" 2>&1 &
  recorder=$!
  for _ in $(seq 1200); do
    if grep -q 'Starting worker 0' "$log"; then return; fi
    kill -0 "$recorder" 2>/dev/null || fail "the recorder ended: $(cat "$log")"
    sleep 0.1
  done
  fail "the recorder does not start: $(cat "$log")"
}

stop_recorder() {
  kill -TERM "$recorder"
  wait "$recorder" || fail "the recorder's exit code is $?: $(cat "$log")"
  recorder=
  grep -q 'balanced=yes' "$log" || fail "not balanced: $(cat "$log")"
}

send() { ip netns exec "$netns" tcpreplay -q -t -i send0 "$capture" >/dev/null 2>&1; }

# what was sent has arrived, and is in a file of this folder
expect_recorded() {
  local file
  file=$(find "$root$1" -name '*.pcap')
  expect "packets in $file" "$(packets "$capture" udp port 53)" "$(packets "$file" udp port 53)"
}

# --- the tar.gz

tar_gz() {
  tar xzf "$archive" -C "$root/opt"
  local gotm=/opt/$folder/bin/gotm words
  in_root "$gotm" --version | grep -q "^gotm ${folder#gotm-} (Java 25" || fail "the version is wrong"
  in_root env GOTM_JVM_OPTIONS=-XX:AOTMode=on "$gotm" --version >/dev/null || fail "the AOT cache is not taken"
  expect "help for many sensors" "$(in_root "$gotm" fleet --help)" "$(in_root "$gotm" help fleet)"
  in_root "$gotm" -r /tmp/capture.pcap -bytecutoff 0 -packetcutoff 0 -rotationinterval 0 -write /tmp/read -compress=zstd 2>/dev/null
  zstd -qd "$(find "$root/tmp/read" -name '*.zst')" -o "$work/read.pcap"
  expect "packets read" "$(packets "$capture")" "$(packets "$work/read.pcap")"
  start_recorder "$gotm" -interface cap0 -write /tmp/live
  send
  stop_recorder
  expect_recorded /tmp/live
  words=$(in_root "$gotm" -r /tmp/capture.pcap -filter 'udp port 53' -write /tmp/filtered 2>&1) && fail "filters need libpcap"
  words=$(grep 'gotm: ' <<<"$words")
  case $words in
  *$'\n'*) fail "more than one line: $words" ;;
  *'install libpcap0.8'*) done_with "tar.gz runs on a bare Debian; without libpcap it says what filters need" ;;
  *) fail "this does not tell what to install: $words" ;;
  esac
}

# made again elsewhere, in another time zone, by a user who shares nothing, it has the same bytes but for the AOT cache: the JVM
# notes addresses and times in it
reproducible() {
  local again=$work/again timestamp
  timestamp=$(sed -n 's/.*<project.build.outputTimestamp>\(.*\)<.*/\1/p' pom.xml)
  mkdir -p "$again" "$work/one" "$work/two"
  cp -r "$target/lib" "$target/bom.json" "$again"
  (cd gotm-dist && umask 077 && TOOLCHAIN_JAVA_HOME=$(jdk25) TZ=Asia/Tokyo \
    sh src/main/build/stage.sh "${folder#gotm-}" "$timestamp" "$again") >/dev/null 2>&1
  expect "what the archive lists" "$(listing "$archive")" "$(listing "$again/${archive##*/}")"
  tar xzf "$archive" -C "$work/one"
  tar xzf "$again/${archive##*/}" -C "$work/two"
  expect "differences" "" "$(diff -rq --no-dereference -x gotm.aot "$work/one" "$work/two")"
  rm -r "$again" "$work/one" "$work/two"
  done_with "tar.gz is the same when it is made again, but for its AOT cache"
}

listing() { tar tvzf "$1" | grep -v '/gotm\.aot$'; }

jdk25() {
  local jdk
  for jdk in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
    if grep -qs '^JAVA_VERSION="25' "$jdk/release"; then echo "$jdk" && return; fi
  done
  fail "no JDK 25"
}

# --- the .deb

papers() {
  local completion=$root/usr/share/bash-completion/completions/gotm warnings
  warnings=$(MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$root/usr/share/man/man1/gotm.1.gz" 2>&1 >"$work/page")
  expect "warnings of man" "" "$warnings"
  grep -q -e '-rotationinterval' "$work/page" || fail "the manual page lacks options"
  bash -c '. "$1" && COMP_WORDS=(gotm --rotationint) COMP_CWORD=1 && _complete_gotm && [ "${COMPREPLY[*]}" = --rotationinterval ]' \
    bash "$completion" 2>/dev/null || fail "bash completes nothing"
}

units() {
  local unit program
  for unit in "$root"/usr/lib/systemd/system/gotm*.service; do
    program=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")
    [ "$program" != /usr/bin/rclone ] || continue # the operator's own
    in_root test -x "$program" || fail "${unit##*/} starts $program, which is not in the package"
  done
}

# with the rights that the unit gives
as_service() {
  start_recorder sh -c 'cd /var/lib/gotm && exec setpriv --reuid=gotm --regid=gotm --init-groups --no-new-privs \
    --bounding-set=-all,+net_raw --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw gotm -interface cap0 -write pcaps'
}

# in place of systemd, which is not to be had in a folder: writes down what the package asks of it
stand_in_for_systemd() {
  mkdir -p "$root/run/systemd/system" "$root/etc/systemd/system/multi-user.target.wants"
  printf '#!/bin/sh\necho "$*" >>/tmp/asked\ncase "$*" in *list-units*) echo gotm.service loaded ;; esac\n' >"$root/usr/bin/systemctl"
  printf '#!/bin/sh\necho "$*" >>/tmp/asked\n' >"$root/usr/bin/systemd-run"
  chmod 755 "$root/usr/bin/systemctl" "$root/usr/bin/systemd-run"
  ln -s /usr/lib/systemd/system/gotm.service "$root/etc/systemd/system/multi-user.target.wants/"
}

# the same with another version, as the next one
next_package() {
  dpkg-deb -R "$package" "$work/next"
  sed -i 's/^Version: .*/Version: 9.0/' "$work/next/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone -b "$work/next" "$root/tmp/next.deb" >/dev/null
  rm -r "$work/next"
}

expect_gone() {
  local left
  left=$(find "$root" -xdev -path "$root/tmp" -prune -o -path "$root/opt" -prune -o \
    -path "$root/var/lib/gotm/*" -prune -o -name '*gotm*' -print)
  expect "left behind" "$1" "${left//$root/}"
  expect "the user" "$2" "$(in_root getent passwd gotm | cut -d: -f1)"
}

install_and_purge() {
  cp "$package" "$root/tmp/gotm.deb"
  in_root apt-get update -qq
  in_root apt-get install -y -qq --no-install-recommends /tmp/gotm.deb >"$work/apt.log" 2>&1 || fail "$(cat "$work/apt.log")"
  in_root dpkg --purge gotm >/dev/null
  expect_gone "" gotm
  done_with ".deb installs, and nothing but the user is left when it is purged unused"
}

record_and_upgrade() {
  in_root dpkg -i /tmp/gotm.deb >/dev/null
  expect "rights of the folder" "gotm:gotm 750" "$(in_root stat -c '%U:%G %a' /var/lib/gotm)"
  papers
  units
  echo '# changed here' >>"$root/etc/default/gotm"
  as_service
  send
  next_package
  stand_in_for_systemd
  in_root dpkg -i /tmp/next.deb >/dev/null
  send
  stop_recorder
  in_root grep -q 'changed here' /etc/default/gotm || fail "an upgrade overwrites /etc/default/gotm"
  expect "version" 9.0 "$(in_root dpkg-query -W -f '${Version}' gotm)"
  expect "packets before and during the upgrade" $((2 * $(packets "$capture" udp port 53))) \
    "$(packets "$(find "$root/var/lib/gotm" -name '*.pcap')" udp port 53)"
  done_with ".deb records as user gotm with CAP_NET_RAW alone, through an upgrade"
  grep -qx -e '--system --no-block try-restart gotm.service' "$root/tmp/asked" || fail "an upgrade does not restart what runs"
  purged=$(in_root dpkg --purge gotm) # not by a pipe, which grep leaves before all is said
  grep -q '/var/lib/gotm is kept' <<<"$purged" || fail "purge does not say that captures are kept"
  expect_gone /var/lib/gotm gotm
  grep -qx 'stop gotm.service gotm@\*.service gotm-fleet.service' "$root/tmp/asked" || fail "a removal does not stop what runs"
  done_with ".deb is purged; captures are kept"
}

check_package() {
  lintian --allow-root --fail-on error "$package" >"$work/lintian.log" 2>&1 || fail "$(grep '^E' "$work/lintian.log")"
  done_with "lintian has no error"
}

# --- the container: the steps of its file, in a Debian as its base is

container() {
  local steps step instruction rest entry= workdir=/
  mapfile -t steps < <(sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' -e '/^#/d' deploy/Containerfile)
  for step in "${steps[@]}"; do
    read -r instruction rest <<<"$step"
    case $instruction in
    FROM | VOLUME) ;;
    RUN) in_root sh -c "$rest" >"$work/step.log" 2>&1 || fail "RUN $rest: $(cat "$work/step.log")" ;;
    # shellcheck disable=SC2086
    ADD) tar xzf ${rest% *} -C "$root${rest##* }" ;;
    WORKDIR) workdir=$rest && mkdir -p "$root$workdir" ;;
    ENTRYPOINT) entry=$(tr -d '[]"' <<<"$rest") ;;
    *) fail "$instruction: not known here" ;;
    esac
  done
  in_root sh -c "cd $workdir && $entry -r /tmp/capture.pcap -filter 'udp port 53' -write read" 2>/dev/null
  [ -n "$(find "$root/var/lib/gotm/read" -name '*.pcap')" ] || fail "the container does not write to its volume"
  # what docker gives a container that is run with --cap-add NET_RAW, of what counts here
  start_recorder sh -c "cd $workdir && exec setpriv --bounding-set=-all,+net_raw,+chown,+dac_override,+setuid,+setgid \
    $entry -interface cap0 -write live"
  send
  stop_recorder
  expect_recorded /var/lib/gotm/live
  done_with "the container's steps work, it records to its volume with CAP_NET_RAW"
}

work=$(mktemp -d)
root=$work/root
mount -t tmpfs -o size=2g,mode=755 none "$work"
trap clean_up EXIT
check_package
reproducible
bare_debian
link
cp -ax "$root" "$work/base"
tar_gz
install_and_purge
record_and_upgrade
umount "$root/proc"
rm -rf "$root"
mv "$work/base" "$root"
mount -t proc proc "$root/proc"
container
