#!/usr/bin/env bash
# Formats all Java sources. On the JDK of the code: the parser of an older one stops at newer syntax.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/find-jdk.sh
find_jdk || { no_jdk format.sh; exit 2; }
command -v mvn >/dev/null || { no_maven format.sh; exit 2; }
export JAVA_HOME=$JDK
export MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
mvn -q spotless:apply "$@" </dev/null
