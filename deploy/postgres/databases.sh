# Runs once, when the cluster is made: a database and a login for each file of /run/secrets, named like the file, but for
# the certificate and its key. Nobody but its owner connects to a database.
for file in /run/secrets/*; do
    [[ $file == *.pem ]] && continue
    psql --quiet -v ON_ERROR_STOP=1 -v service="$(basename "$file")" -v file="$file" \
        --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL' || exit 1
\set password `cat :file`
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL
done
