#!/usr/bin/env bash
# Writes gotm-ffm/src/main/java/org/gotm/ffm/{linux,pcap,snf}/generated anew with jextract.
# Takes the jextract of JEXTRACT_HOME/bin, else the one on PATH.
set -euo pipefail

fail() {
  printf 'regenerate.sh: %s\n' "$1" >&2
  exit 1
}

tool=${JEXTRACT_HOME:+$JEXTRACT_HOME/bin/}jextract
command -v -- "$tool" >/dev/null ||
  fail "cannot run '$tool': put jextract 25 on PATH or set JEXTRACT_HOME to the folder whose bin/jextract it is"
tool=$(realpath -- "$(command -v -- "$tool")")

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# jextract says "jextract <version>", "JDK version ..." and "LibClang version ...", one a line.
versions=$("$tool" --version 2>&1) || fail "'$tool --version' failed: $versions"
jextract_version=$(sed -n 's/^jextract //p' <<<"$versions")
clang_version=$(sed -n 's/^LibClang version .*version \([0-9.]*\).*/\1/p' <<<"$versions")

for library in linux pcap snf; do
  arguments=native-headers/$library.args
  package=org.gotm.ffm.$library.generated
  folder=gotm-ffm/src/main/java/org/gotm/ffm/$library/generated

  rm -rf -- "$folder"
  "$tool" "@$arguments" || fail "jextract @$arguments failed, see above; git restores $folder"

  # A name the headers do not have is passed over in silence by jextract.
  while read -r option name; do
    case $option in
      --include-function | --include-constant) grep -qF -- " $name(" "$folder/${library}_h.java" ;;
      *) [[ -e $folder/$name.java ]] ;;
    esac || fail "$arguments: $option $name: no such name in the headers"
  done < <(grep -- '^--include-' "$arguments")

  cat >"$folder/package-info.java" <<EOF
/**
 * Bindings made by jextract, never edited and never exported.
 *
 * <p>jextract $jextract_version with libclang $clang_version, run at the root of the repository by
 * {@code native-headers/regenerate.sh} as:
 *
 * <pre>{@code jextract @$arguments}</pre>
 */
package $package;
EOF
done
