# postgres.sh - a throw-away PostgreSQL on a private socket, for tests and benchmarks.
# pg_start DIR sets PG_CONNINFO; pg_stop ends it.  PostgreSQL refuses to run as root.
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
as_pg() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
pg_start() {
    pg_dir=$(mktemp -d /tmp/amparo-pg.XXXXXX)
    [ "$(id -u)" = 0 ] && chown postgres "$pg_dir"
    as_pg "$pg_bin/initdb" -D "$pg_dir/data" -U amparo -A trust -E UTF8 --locale=C >/dev/null || return 1
    as_pg "$pg_bin/pg_ctl" -s -w -D "$pg_dir/data" -l "$pg_dir/log" \
        -o "-c listen_addresses='' -k $pg_dir -c fsync=off -c max_connections=200" start || return 1
    as_pg "$pg_bin/createdb" -h "$pg_dir" -U amparo amparo || return 1
    PG_CONNINFO="host=$pg_dir user=amparo dbname=amparo"
}
pg_stop() {
    as_pg "$pg_bin/pg_ctl" -s -m immediate -D "$pg_dir/data" stop
    rm -rf "$pg_dir"
}
