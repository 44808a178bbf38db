#!/bin/bash
# Postern's side of a bench: the commands that the harness calls, one server with a fresh state on 127.0.0.1:2525.
# Works beside a _lib.sh of a larger lab (it then takes address and port from there) and alone.
# LAB_ROLE=relay: accepts from loopback for any domain, delivers by MX to port 25, no TLS outward.
# LAB_ROLE=local: accepts for u1..u$LAB_USERS@local.test and delivers into Maildirs, one each.
set -eu
if [ -r "$(dirname "$0")/_lib.sh" ]; then
  . "$(dirname "$0")/_lib.sh"
else
  peers=${TMPDIR:-/tmp} addr=127.0.0.1 port=2525
  role=${LAB_ROLE:-relay} tls=${LAB_TLS:-0} users=${LAB_USERS:-300}
  wait_gone() { # wait_gone PID SECONDS
    local i; for i in $(seq 1 $(($2 * 20))); do grep -q "^State:.[^ZX]" "/proc/$1/status" 2>/dev/null || return 0; sleep 0.05; done; return 1
  }
  dispatch() {
    case ${1:-} in
      version | start | stop | queue | flush | delivered | roles | notes) "$1" ;;
      addr | port) echo "${!1}" ;;
      *) echo "usage: $0 version|roles|start|stop|addr|port|queue|flush|delivered|notes" >&2; exit 2 ;;
    esac
  }
fi
home=${POSTERN_HOME:-$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)}
state=${LAB_STATE:-$peers}/postern-state
config=$state/postern.toml
boxes=${LAB_STATE:-$peers}/postern-boxes

roles() { echo "relay local tls idle"; }
version() { echo "Postern $(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' "$home/pom.xml" | head -n 1)"; }
notes() { echo "defaults; destination concurrency 20 rising to 50, no TLS outward; TLS toward clients by Conscrypt"; }

start() {
  rm -rf "$state"; mkdir -p "$state"; chmod 755 "$(dirname "$state")" "$state" # the domains' own ids pass through
  "$home/run" --build # nothing to do when it is built
  : > "$state/aliases" # in role local: each user's Maildir
  if [ "$role" = local ]; then # what aliases name is written by an unprivileged id
    mkdir -m 1777 "$state/boxes"
    local i; for i in $(seq 1 "$users"); do echo "u$i: $state/boxes/u$i/"; done > "$state/aliases"
  fi
  if [ "$tls" = 1 ]; then
    : "${BENCH_CERTIFICATE:=$peers/tls.pem}" "${BENCH_KEY:=$peers/tls.key}" "${BENCH_TLS_PROVIDER:=conscrypt}" # the lab's own
  fi
  cat > "$config" <<TOML
hostname = "mta.bench.test"
state = "state"

[[listener]]
name = "smtp"
kind = "smtp"
address = "$addr:$port"

[smtpd]
sessions = $((${LAB_IDLE:-0} + 1000))
tls_provider = "${BENCH_TLS_PROVIDER:-jsse}"

[smtp]
tls = "none"

[qmgr]
destination_concurrency_initial = 20
destination_concurrency = 50

TOML
  [ -z "${BENCH_CERTIFICATE:-}" ] || printf '[[certificate]]\nfile = "%s"\nkey = "%s"\n\n' "$BENCH_CERTIFICATE" "$BENCH_KEY" >> "$config"
  configure_"$role" >> "$config"
  launch
}
configure_relay() {
  cat <<TOML
[domains]
local = ["mta.bench.test"]
aliases = "aliases"
virtual_mailbox = ["box.test"]

[virtual]
base = "$boxes"
mailboxes = ["boxes"]
uid = 61100
gid = 61100

[table.boxes]
kind = "file"
path = "boxes.table"
TOML
  "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/boxes" "$boxes" > "$state/boxes.table"
}
configure_local() {
  cat <<TOML
[domains]
local = ["local.test"]
aliases = "aliases"
TOML
}
launch() {
  setsid "$home/bin/postern" -c "$config" start > "$state/log" 2>&1 < /dev/null &
  echo $! > "$state/pid"
}
stop() {
  local pid; pid=$(cat "$state/pid" 2>/dev/null || true); [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || true; wait_gone "$pid" 10 || kill -9 "$pid" 2>/dev/null || true
  rm -f "$state/pid"
}
queue() { "$home/bin/postern" -c "$config" queue list 2>/dev/null | grep -c '^[0-9A-Za-z]' || true; }
flush() { "$home/bin/postern" -c "$config" queue flush; }
delivered() { find "$state/boxes" -path '*/new/*' -type f 2>/dev/null | wc -l; }
dispatch "$@"
