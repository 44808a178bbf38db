#!/bin/sh
# Figures of compiled tables (one million entries) and of the routing decision, on one core: tests/bench/table.sh
home=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
java=$("$home/bin/jdk") || exit $?
lib=$home/dist/target/postern/lib
[ -e "$lib/postern.jar" ] || { echo "not built: run $home/run --build" >&2; exit 69; }
exec taskset -c 0 "$java/bin/java" -XX:+UseSerialGC -Xmx64m --enable-native-access=ALL-UNNAMED -cp "$lib/*" "$home/tests/bench/TableBench.java"
