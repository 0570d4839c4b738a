#!/bin/sh
# Creates the secrets of compose.yaml in ./secrets; existing files are kept. Run it as root, or chown the files yourself.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
# Containers mount only these files, no folder of this machine.
chmod 0711 secrets

random() { od -An -tx1 -N32 /dev/urandom | tr -d " \n"; }

if [ ! -e secrets/redis-url ]; then
  password=$(random)
  # Only its own keys, and the commands listed in docs/state.md.
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
