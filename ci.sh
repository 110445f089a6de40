#!/usr/bin/env bash
# Everything that has to hold: compiled with Error Prone and NullAway, all tests, the format. Arguments go to Maven.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

. tools/find-jdk.sh
find_jdk || { no_jdk ci.sh; exit 2; }
command -v mvn >/dev/null || { no_maven ci.sh; exit 2; }

# Maven runs on the same JDK as the code: the formatter uses the parser of the JDK it runs in.
export JAVA_HOME=$JDK
# Maven's own libraries may do what newer JDKs warn of; that is not about this code.
MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
# Quiet but for warnings, errors and what Surefire says of the tests.
log=org.slf4j.simpleLogger
MAVEN_OPTS+=" -D$log.log.org.apache.maven.plugins.dependency=error"
export MAVEN_OPTS="$MAVEN_OPTS -D$log.defaultLogLevel=warn -D$log.log.org.apache.maven.plugin.surefire=info"

out=$(mktemp)
trap 'rm -f "$out"' EXIT
failed=0
# What fuzzing says of its progress is left out; what it found is not.
progress='^(#[0-9]+\s|INFO: |".*# Uses: |#+ .*ecommended dictionary)'
# Two modules at a time, once the stack is there: they wait for much that is not the processor.
mvn -T 2 "$@" verify </dev/null 2>&1 | grep --line-buffered -avE "$progress" | tee "$out" || failed=1

# The library is for Java 21: where there is one its tests run on it, too. With -pl or -Dtest somebody wants less.
if (($# == 0 && failed == 0)); then
  if find_jdk_21; then
    mvn -pl stack -Djvm="$JDK21/bin/java" surefire:test </dev/null 2>&1 | tee -a "$out" || failed=1
  else
    echo 'ci.sh: no JDK 21 found: the library was compiled with --release 21, and tested on JDK 25 only'
  fi
fi

# Last, the summary of all modules in the words of Surefire's own.
awk '/Tests run:.*Skipped: [0-9]+ *$/ {
       gsub(/[^0-9 ]/, " "); run += $1; failures += $2; errors += $3; skipped += $4; seen = 1
     }
     END {
       if (seen) printf "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d\n", run, failures, errors, skipped
       else print "ci.sh: no tests were run"
     }' "$out"
exit "$failed"
