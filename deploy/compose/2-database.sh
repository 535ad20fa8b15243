#!/bin/sh
# Gives the roles their passwords and makes the database. Runs once, on an empty volume; passwords go through standard input.
set -eu
psql -X -v ON_ERROR_STOP=1 --username postgres --dbname postgres <<SQL
ALTER ROLE hub_owner PASSWORD '$(cat /run/secrets/owner-password)';
ALTER ROLE hub_app PASSWORD '$(cat /run/secrets/app-password)';
CREATE DATABASE hub OWNER hub_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
SQL
