# Sourced by ./halfopen and ./ci.sh: find_jdk sets JDK (its home) and JDK_VERSION, or returns 1.
# A version is read from the JDK's "release" file: asking java itself would cost a process start on every launch.

JDK_WANTED=25

# is_jdk DIR: is it a JDK, and new enough?
is_jdk() {
  local line
  JDK_VERSION=
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
  while IFS= read -r line || [[ -n $line ]]; do
    case $line in
      JAVA_VERSION=*) JDK_VERSION=${line#*=} JDK_VERSION=${JDK_VERSION//[$'"\r']/} ;;
    esac
  done <"$1/release"
  local major=${JDK_VERSION%%[!0-9]*}
  [[ -n $major ]] && ((10#$major >= JDK_WANTED))
}

find_jdk() {
  local dir java
  for dir in "${JAVA_HOME:-}" /usr/lib/jvm/* "${HOME:-/nowhere}"/.sdkman/candidates/java/*; do
    if [[ -n $dir ]] && is_jdk "$dir"; then JDK=$dir; return 0; fi
  done
  if [[ -x /usr/libexec/java_home ]]; then # macOS
    dir=$(/usr/libexec/java_home -v "$JDK_WANTED+" 2>/dev/null) || dir=
    if [[ -n $dir ]] && is_jdk "$dir"; then JDK=$dir; return 0; fi
  fi
  if java=$(command -v java) && java=$(readlink -f "$java"); then
    dir=${java%/bin/java}
    if is_jdk "$dir"; then JDK=$dir; return 0; fi
  fi
  return 1
}

# find_jdk_21: sets JDK21, the home of a JDK of just this version, or returns 1.
find_jdk_21() {
  local dir
  for dir in "${JAVA21_HOME:-}" /usr/lib/jvm/* "${HOME:-/nowhere}"/.sdkman/candidates/java/*; do
    if [[ -n $dir && -x $dir/bin/java && -r $dir/release ]] && grep -q '^JAVA_VERSION="21[."]' "$dir/release"; then
      JDK21=$dir
      return 0
    fi
  done
  return 1
}

no_jdk() {
  echo "$1: needs a JDK $JDK_WANTED or newer and found none: apt install openjdk-$JDK_WANTED-jdk (Debian, Ubuntu)," \
    "sdk install java (SDKMAN) or brew install --cask temurin (macOS), or set JAVA_HOME" >&2
}

no_maven() {
  echo "$1: needs Maven to build and found no mvn: apt install maven (Debian, Ubuntu)," \
    "sdk install maven (SDKMAN) or brew install maven (macOS)" >&2
}
