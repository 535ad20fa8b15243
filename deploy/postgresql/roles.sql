-- The two roles of a hub's database. Run once for each PostgreSQL server, as a superuser; safe to run again:
--   psql -X -v ON_ERROR_STOP=1 -f roles.sql
-- then give each a password (\password hub_owner, \password hub_app) and make the database:
--   CREATE DATABASE hub OWNER hub_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;

-- Owns the tables. Only 'hub store migrate' and 'hub store copy' log in with it.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hub_owner') THEN
    CREATE ROLE hub_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
END $$;

-- What the hub's nodes log in with: reads and writes rows, never changes the schema, never rewrites the log.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hub_app') THEN
    CREATE ROLE hub_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT;
  END IF;
END $$;
