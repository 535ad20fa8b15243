#!/bin/sh
# Makes the secrets of the trial in ./secrets: random passwords, and a TLS certificate for localhost, hub-1 and hub-2 under an
# authority of its own, whose key is thrown away.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets && cd secrets
for name in postgres owner-password app-password; do [ -e "$name" ] || openssl rand -hex 24 | tr -d '\n' > "$name"; done
printf 'postgres:Host=/run/postgresql;Database=hub;Username=hub_app;Password=%s\n' "$(cat app-password)" > store
printf 'postgres:Host=/run/postgresql;Database=hub;Username=hub_owner;Password=%s\n' "$(cat owner-password)" > store-owner
if [ ! -e tls.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj '/CN=hub trial authority' -keyout ca.key -out ca.pem
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=hub' -addext 'subjectAltName=DNS:localhost,DNS:hub-1,DNS:hub-2' -keyout tls.key -out tls.csr
  openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -copy_extensions copy -days 365 -out tls.crt
  cat tls.crt tls.key > tls.pem
  rm ca.key tls.csr
fi
chmod 644 ca.pem tls.crt
# Compose mounts these files as they are: the users inside must own what only they may read.
if [ "$(id -u)" = 0 ]; then chown 10001:10001 store store-owner tls.key && chown 99:99 tls.pem; else echo "Run as root, or give store, store-owner and tls.key to user 10001 and tls.pem to user 99." >&2; fi
