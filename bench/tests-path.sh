# Sourced by measurements that use the tools of app's tests: builds those, and sets tests_path to the class path they run with.

. "$root/tools/find-jdk.sh"
find_jdk || { no_jdk "$0"; exit 2; }
command -v mvn >/dev/null || { no_maven "$0"; exit 2; }

(cd "$root" && JAVA_HOME=$JDK mvn -q -Dquick -Dmaven.test.skip=false -DskipTests -pl app -am package \
  dependency:build-classpath -Dmdep.outputFile=target/tests.classpath -Dmdep.includeScope=test) </dev/null >&2
tests_path=$root/app/target/test-classes:$root/app/target/classes:$(cat "$root/app/target/tests.classpath")
