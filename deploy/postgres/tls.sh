# Runs when the cluster is made, and by hand after the certificate was changed: PostgreSQL takes a key only from a file of
# its own that nobody else reads. Over the network nothing goes in clear.
install -m 600 /run/secrets/certificate.pem "$PGDATA/server.crt" &&
    install -m 600 /run/secrets/key.pem "$PGDATA/server.key" &&
    sed -i 's/^host all all all /hostssl all all all /' "$PGDATA/pg_hba.conf" &&
    psql --quiet -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
        -c "ALTER SYSTEM SET ssl = on" -c "SELECT pg_reload_conf()" >/dev/null || exit 1
