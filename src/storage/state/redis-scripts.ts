import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/*
 * Each operation is one script on one key, which makes it atomic and possible in a cluster. A record is "<revision>
 * <expiresAt or nothing> <json>", a counter "<sum> <expiresAt>". Redis expires keys by its own clock, but the caller
 * decides about expiry by `expiresAt` and its own clock.
 */

export interface Script {
  readonly lua: string;
  readonly sha1: string;
}

const toScript = (lua: string): Script => ({ lua, sha1: createHash('sha1').update(lua).digest('hex') });

/** ARGV: revision, expiresAt or '', json, lifetime in ms or '', condition ('any', 'absent' or a revision), now. */
export const writeRecord = toScript(`
local found = redis.call('GET', KEYS[1])
local revision
if found then
  local number, expiry = string.match(found, '^(%d+) (%d*) ')
  if expiry == '' or tonumber(expiry) > tonumber(ARGV[6]) then revision = number end
end
if revision == ARGV[1] then return 1 end
if ARGV[5] == 'absent' then
  if revision then return 0 end
elseif ARGV[5] ~= 'any' and revision ~= ARGV[5] then
  return 0
end
local record = ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. ARGV[3]
if ARGV[4] == '' then
  redis.call('SET', KEYS[1], record)
elseif tonumber(ARGV[4]) > 0 then
  redis.call('SET', KEYS[1], record, 'PX', ARGV[4])
else
  redis.call('DEL', KEYS[1])
end
return 1
`);

/** KEYS: records in one cluster slot. @returns their texts, empty if missing */
export const readRecords = toScript(`
local found = {}
for at, key in ipairs(KEYS) do found[at] = redis.call('GET', key) or '' end
return found
`);

/** ARGV: amount, expiresAt of a new counter, its lifetime in ms, now. */
export const addToCounter = toScript(`
local found = redis.call('GET', KEYS[1])
if found then
  local sum, expiry = string.match(found, '^(%-?%d+) (%d+)$')
  if tonumber(expiry) > tonumber(ARGV[4]) then
    sum = string.format('%.0f', tonumber(sum) + tonumber(ARGV[1]))
    redis.call('SET', KEYS[1], sum .. ' ' .. expiry, 'KEEPTTL')
    return sum
  end
end
if tonumber(ARGV[3]) > 0 then
  redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
else
  redis.call('DEL', KEYS[1])
end
return ARGV[1]
`);

/** KEYS: a sorted set, and its hash. ARGV, per row: sort, version or '', 1 (0: tombstone), value. */
export const putLedgerRows = toScript(`
for at = 1, #ARGV, 4 do
  local sort, version, is_row, value = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local is_taken = true
  if version ~= '' then
    local found = redis.call('HGET', KEYS[2], sort)
    if found then
      local known = string.match(found, '^([^:]*):')
      is_taken = known ~= '' and tonumber(known) < tonumber(version)
    end
  end
  if is_taken then
    if is_row == '1' then redis.call('ZADD', KEYS[1], 0, sort) else redis.call('ZREM', KEYS[1], sort) end
    if version ~= '' or value ~= '' then
      redis.call('HSET', KEYS[2], sort, version .. ':' .. is_row .. ':' .. value)
    end
  end
end
return 1
`);

export async function runScript(
  client: Redis | Cluster,
  { lua, sha1 }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha1, keys.length, ...keys, ...args);
  } catch (error) {
    // A restarted Redis server has lost the script. Sending its source caches it again.
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}
