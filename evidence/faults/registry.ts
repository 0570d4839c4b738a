import { authorize } from './authorize.js';
import { clock } from './clock.js';
import { connections } from './connections.js';
import { diskFull } from './disk-full.js';
import type { Fault } from './fault.js';
import { idp } from './idp.js';
import { kill } from './kill.js';
import { kms } from './kms.js';
import { memory } from './memory.js';
import { failover, redis } from './redis.js';

/** All faults, in the order of docs/faults.md. */
export const faults: Readonly<Record<string, Fault>> = {
  kill,
  redis,
  failover,
  'disk-full': diskFull,
  clock,
  kms,
  idp,
  connections,
  authorize,
  memory,
};
