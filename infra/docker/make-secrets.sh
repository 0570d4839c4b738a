#!/bin/sh
# Makes the secrets of compose.yaml in ./secrets, once: what is there is kept. Run it as root, or chown them yourself.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
# Containers look into no folder of this machine: they see the files alone.
chmod 0711 secrets

random() { od -An -tx1 -N32 /dev/urandom | tr -d " \n"; }

if [ ! -e secrets/redis-url ]; then
  password=$(random)
  # Its own keys, and the few commands that docs/state.md names.
  commands='+get +set +del +eval +evalsha +info +ping +hello +select'
  ledger='+zadd +zrem +zrangebylex +zrevrangebylex +zlexcount +hset +hget +hmget +hdel'
  printf 'user default off\nuser facestep on >%s ~{facestep:* %s %s\n' "$password" "$commands" "$ledger" > secrets/redis-users
  printf 'redis://facestep:%s@redis:6379' "$password" > secrets/redis-url
fi
[ -e secrets/admin-key ] || random > secrets/admin-key

# The users inside the containers.
if [ "$(id -u)" = 0 ]; then
  chown 10001:10001 secrets/admin-key secrets/redis-url
  chown 999:999 secrets/redis-users
fi
