# Sourced by measurements that use the tools of app's tests: builds those, and prints the class path they run with.

. "$root/tools/find-jdk.sh"
find_jdk || { no_jdk "$0"; exit 2; }
command -v mvn >/dev/null || { no_maven "$0"; exit 2; }

tests_path() {
  local app=$root/app/target
  (cd "$root" && JAVA25_HOME=$JDK mvn -q -Dquick -Dmaven.test.skip=false -pl stack,app test-compile \
    dependency:build-classpath -Dmdep.outputFile=target/tests.classpath -Dmdep.includeScope=test) </dev/null >&2
  echo "$app/test-classes:$app/classes:$(cat "$app/tests.classpath")"
}
