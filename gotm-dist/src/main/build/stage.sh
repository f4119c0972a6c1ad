#!/bin/sh
# Lays out what the packages hold and makes the tar.gz: stage.sh VERSION TIMESTAMP FOLDER. Run by Maven in gotm-dist, once the folder
# has the libraries (lib) and the bill of materials. Leaves debian.tar, the file system that the .deb is made of, beside it.
set -eu
version=$1
timestamp=$2
folder=$3
name=gotm-$version
repository=$(cd .. && pwd)
sources=$repository/gotm-dist/src/main
jdk=$TOOLCHAIN_JAVA_HOME

[ "$(uname -sm)" = "Linux x86_64" ] || {
  echo "stage.sh: packages are made for linux-x64, on it: this is $(uname -sm)" >&2
  exit 1
}

# What gotm and its libraries name; of java.desktop and java.sql they use a few names only, in what gotm has no use for. For
# those who look into a process that runs: jcmd, jfr.
modules() {
  {
    "$jdk/bin/jdeps" --multi-release 25 --ignore-missing-deps --no-recursive -s --module-path lib lib/*.jar
    "$jdk/bin/jdeps" --multi-release 25 --ignore-missing-deps --no-recursive -s "$name"/lib/fleet/*.jar
  } | sed -n 's/.* -> \(java\..*\|jdk\..*\)/\1/p' | sort -u | grep -vx 'java\.desktop\|java\.sql' | tr '\n' ,
  echo jdk.jcmd,jdk.jfr
}

runtime() {
  "$jdk/bin/jlink" --add-modules "$(modules)" --no-header-files --no-man-pages --output "$name/runtime"
}

papers() {
  mkdir -p "$name/share/man/man1" "$name/share/bash-completion/completions" "$name/share/doc/gotm"
  page=$name/share/man/man1/gotm.1
  "$name/runtime/bin/java" -cp "$name/lib/*" org.gotm.app.cli.ManPage "$page" "${timestamp%T*}" "$version"
  cat "$sources/man/sections.1" >>"$page"
  "$name/runtime/bin/java" -cp "$name/lib/*" picocli.AutoComplete -f -n gotm -o completion org.gotm.app.cli.GotmCommand
  sed 1d completion >"$name/share/bash-completion/completions/gotm"
  cp "$repository/LICENSE" "$repository/README.md" bom.json "$name/share/doc/gotm"
  cp -r "$repository/docs" "$repository/deploy" "$name/share/doc/gotm"
  mkdir "$name/share/gotm"
  mv "$name/share/doc/gotm/deploy/extcap" "$name/share/gotm"
}

program() {
  mkdir -p "$name/bin" "$name/lib"
  cp "$sources/bin/gotm" "$name/bin"
  cp lib/*.jar "$repository/gotm-app/src/main/build/jvm.options" "$name/lib"
  fleet
}

# in a folder of its own: a sensor needs none of it
fleet() {
  mkdir "$name/lib/fleet"
  cp "$repository/gotm-fleet/target/gotm-fleet.jar" "$repository/gotm-fleet/src/main/build/jvm.options" "$name/lib/fleet"
  for jar in "$repository"/gotm-fleet/target/lib/*.jar; do
    [ ! -e "$jar" ] || cp "$jar" "$name/lib/fleet"
  done
}

# By the packages' own runtime, and after the libraries have their date: the JVM takes a cache only for the very files that it
# was made with.
cache() {
  settle "$name"
  echo "gotm: making the packages' AOT cache" >&2
  GOTM_AOT_OUTPUT=$name/lib/gotm.aot "$name/bin/gotm" \
    "$repository/gotm-core/src/test/resources/captures/eth-udp-dns.pcap" aot-training >aot-training.log 2>&1 || {
    cat aot-training.log >&2
    exit 1
  }
  rm -r aot-training
}

# the same modes and dates wherever and whenever it is built
settle() {
  chmod -R u=rwX,go=rX "$1"
  find "$1" -exec touch -h -d "$timestamp" {} +
}

archive() {
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="$timestamp" --format=gnu -c "$@"
}

debian() {
  mkdir -p debian/usr/bin debian/usr/lib/gotm debian/usr/lib/systemd/system debian/etc/default debian/etc/gotm \
    debian/usr/share/lintian/overrides
  cp -r "$name/bin" "$name/lib" "$name/runtime" debian/usr/lib/gotm
  cp -r "$name/share" debian/usr
  ln -s ../lib/gotm/bin/gotm debian/usr/bin/gotm
  cp "$repository"/deploy/gotm*.service "$repository"/deploy/gotm*.timer debian/usr/lib/systemd/system
  cp "$repository/deploy/gotm.default" debian/etc/default/gotm
  cp "$repository/deploy/gotm.conf" debian/etc/gotm
  debian_papers
  settle debian
}

debian_papers() {
  doc=debian/usr/share/doc/gotm
  rm "$doc/LICENSE"
  cp "$sources/deb/copyright" "$doc"
  cp "$sources/deb/overrides" debian/usr/share/lintian/overrides/gotm
  sed "s/VERSION/$(echo "$version" | sed s/-/~/)/; s/DATE/$(LC_ALL=C date -u -R -d "$timestamp")/" "$sources/deb/changelog" |
    gzip -9n >"$doc/changelog.gz"
  gzip -9n debian/usr/share/man/man1/gotm.1
}

cd "$folder"
[ -r bom.json ] || {
  echo "stage.sh: bom.json is missing: its plugin does nothing in a Maven that is offline; run it without -o" >&2
  exit 1
}
rm -rf "$name" debian
program
runtime
papers
cache
settle "$name"
archive "$name" | gzip -9n >"$name-linux-x64.tar.gz"
debian
archive -C debian . >debian.tar
