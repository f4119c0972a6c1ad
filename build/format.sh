#!/bin/sh
# Checks the layout of the Java sources, or writes it: format.sh check|write. Generated bindings are left alone. Maven runs it in
# the repository's root, once it has fetched google-java-format (mvn -N initialize -Dgotm.format=write).
set -eu
case $1 in
check) how='--dry-run --set-exit-if-changed' ;;
write) how=--replace ;;
*) echo "format.sh: check or write, not $1" >&2 && exit 2 ;;
esac
sources=target/formatter/sources
find . -name '*.java' ! -path '*/generated/*' ! -path '*/target/*' >"$sources"
# shellcheck disable=SC2086
"$TOOLCHAIN_JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -jar target/formatter/google-java-format.jar \
  $how --skip-reflowing-long-strings "@$sources" || {
  echo "the sources above are not formatted: mvn -N initialize -Dgotm.format=write" >&2
  exit 1
}
