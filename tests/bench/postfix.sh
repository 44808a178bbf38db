#!/bin/bash
# Driver of the Postfix that tests/interop/peers unpacked. Runs as root in the bench's private mount namespace, where it lays
# the unpacked tree over /usr, /etc and /var, so that the paths compiled into Postfix exist there and nowhere else.
# Same commands as driver.sh. Durability is Postfix's own: fsync stays on; logging too, to a file.
set -eu
unpacked=${BENCH_POSTFIX:?the folder of the unpacked package}
state=${LAB_STATE:?a folder of this run}/postfix
boxes=$LAB_STATE/postfix-boxes
port=2526

version() { echo "Postfix $(LD_LIBRARY_PATH=$unpacked/usr/lib/postfix "$unpacked/usr/sbin/postconf" -dh mail_version 2>/dev/null)"; }

lay_over() { # once per namespace
  mountpoint -q /var/spool/postfix 2>/dev/null && return 0
  mkdir -p "$state"/{spool,lib,etc,var/spool/postfix,var/lib/postfix}
  cp -a "$unpacked/etc/postfix" "$state/etc/"
  cp "$unpacked/usr/share/postfix/master.cf.dist" "$state/etc/postfix/master.cf.proto"
  cp "$unpacked/usr/share/postfix/main.cf.dist" "$state/etc/postfix/main.cf.proto"
  grep -v '^#' "$unpacked/usr/share/postfix/dynamicmaps.cf" > "$state/etc/postfix/dynamicmaps.cf" || true
  sed '/^postfix:/d' /etc/passwd > "$state/etc/passwd"
  echo 'postfix:x:61001:61001::/var/spool/postfix:/usr/sbin/nologin' >> "$state/etc/passwd"
  sed '/^postfix:/d; /^postdrop:/d' /etc/group > "$state/etc/group"
  printf 'postfix:x:61001:\npostdrop:x:61002:\n' >> "$state/etc/group"
  cp /etc/resolv.conf "$state/etc/resolv.conf" # the bench's: it would be hidden
  mount -t overlay overlay -o "lowerdir=$unpacked/usr:/usr" /usr
  mount -t overlay overlay -o "lowerdir=$state/etc:/etc" /etc
  local name; for name in spool lib; do
    mkdir -p "$state/var/$name/postfix"
    mount -t overlay overlay -o "lowerdir=$state/var/$name:/var/$name" "/var/$name"
    mount --bind "$state/$name" "/var/$name/postfix" # the disk itself, not an overlay: queue files are synced
  done
}

smtpd_tls() { # for main.cf: TLS for those who ask, all else as Postfix has it by default
  if [ "${LAB_TLS:-0}" = 1 ]; then
    printf 'smtpd_tls_security_level = may\nsmtpd_tls_cert_file = %s\nsmtpd_tls_key_file = %s\n' "$BENCH_CERTIFICATE" "$BENCH_KEY"
  else
    echo 'smtpd_tls_security_level = none'
  fi
}

start() {
  lay_over
  rm -rf "$state"/spool/* "$state"/lib/*; chown 61001:61001 "$state/lib"
  # /etc is a read-only overlay: the configuration has a folder of its own.
  local conf=$state/conf; rm -rf "$conf"; cp -a "$state/etc/postfix" "$conf"
  cat > "$conf/main.cf" <<CF
compatibility_level = 3.6
maillog_file_prefixes = $state
maillog_file = $state/mail.log
myhostname = mta.bench.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
default_process_limit = 200
in_flow_delay = 0
default_destination_concurrency_limit = 50
initial_destination_concurrency = 20
message_size_limit = 52428800
minimal_backoff_time = 60s
queue_run_delay = 60s
smtp_tls_security_level = none
$(smtpd_tls)
alias_maps =
alias_database =
notify_classes =
virtual_mailbox_domains = box.test
virtual_mailbox_base = $boxes
virtual_mailbox_maps = texthash:$conf/boxes
virtual_uid_maps = static:61100
virtual_gid_maps = static:61100
virtual_mailbox_limit = 0
CF
  "$(dirname "$0")/boxes" "$boxes" > "$conf/boxes"
  # column 5 is chroot; the public smtpd listens on our port
  awk -v port="$port" '/^smtp[ \t]+inet/ { $1 = port } /^[a-z0-9]/ { $5 = "n" } { print }' \
    "$conf/master.cf.proto" > "$conf/master.cf"
  postfix -c "$conf" start > "$state/start.log" 2>&1
}

stop() {
  local pid; pid=$(tr -d ' ' < /var/spool/postfix/pid/master.pid 2>/dev/null || true)
  [ -n "$pid" ] || return 0
  postfix -c "$state/conf" abort > /dev/null 2>&1 || kill "$pid" 2>/dev/null || true
}

queue() { find /var/spool/postfix/{incoming,active,deferred,maildrop} -type f 2>/dev/null | wc -l; }

flush() { postqueue -c "$state/conf" -f; }

case ${1:-} in
  version | start | stop | queue | flush) "$1" ;;
  port) echo "$port" ;;
  notes) echo "default_process_limit=200, in_flow_delay=0, no peer name lookup, no client limits, destination concurrency 20 rising to 50, no chroot" ;;
  *) echo "usage: $0 version|start|stop|port|queue|flush|notes" >&2; exit 2 ;;
esac
