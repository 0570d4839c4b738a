import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { auditEvents } from '../../src/app/audit-events.js';
import { createFileAudit } from '../../src/audit/file.js';
import type { SecurityEventReceiver } from '../../src/config/security-events.js';
import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import { createFindEmail } from '../../src/security-events/find-email.js';
import { createPoll } from '../../src/security-events/poll.js';
import type { DeliveryOutcome } from '../../src/security-events/ports.js';
import { createSets } from '../../src/security-events/set.js';
import type { SecurityEvents } from '../../src/security-events/ssf/deps.js';
import { toStream } from '../../src/security-events/stream.js';
import { listStreams, toEventStream } from '../../src/security-events/streams.js';
import { startTransmitter } from '../../src/security-events/transmitter.js';
import { createAuditDeps } from '../benches/audit.js';
import { createTestJobs } from '../fakes/jobs.js';
import { createKeysInMemory, createTestSecurityEventSigner } from '../fakes/keys.js';
import { systemRandom } from '../fakes/sinks.js';
import { createFolder } from '../run/folder.js';
import { endAfterwards } from '../run/for-file.js';

const signer = await createTestSecurityEventSigner();

/** Starts a transmitter of security events with its own audit log over a shared store, like a replica. */
export async function startTestTransmitter(
  { state, clock, log, issuer }: Pick<CoreDeps, 'state' | 'clock' | 'log' | 'issuer'>,
  {
    receivers = [],
    fetch: push = (url, init) => fetch(url, init),
  }: { readonly receivers?: readonly SecurityEventReceiver[]; readonly fetch?: Fetch } = {},
) {
  const folder = createFolder('transmitter');
  mkdirSync(folder, { recursive: true });
  const trail = await createFileAudit(createAuditDeps({ file: join(folder, 'audit.jsonl'), clock, log }));
  const keys = createKeysInMemory(systemRandom(32));
  const outcomes: string[] = [];
  const stopping = new AbortController();
  const sleep = (_ms: number, signal: AbortSignal): Promise<void> => delay(5, undefined, { signal }).catch(() => {});
  const delivery = {
    state,
    clock,
    log,
    random: systemRandom,
    files: {
      securityEvents: join(folder, 'security-events.json'),
      deadLetters: join(folder, 'dead-letters.jsonl'),
    },
    fetch: push,
    sets: createSets(
      signer,
      createFindEmail(() => undefined, { clock }),
      { issuer, clock },
    ),
    sleep,
    onDelivery: (stream: string, outcome: DeliveryOutcome) => void outcomes.push(`${stream} ${outcome}`),
  };
  const transmitter = await startTransmitter({
    ...delivery,
    auditEvents,
    jobs: createTestJobs({ clock, log }, sleep),
    trail,
    streams: receivers.map(toStream),
    isStateShared: true,
    readStreams: async () => (await listStreams({ state })).map((record) => toEventStream(record, { issuer, keys })),
    onWaiting: () => {},
    onEnded: () => {},
  });
  const securityEvents: SecurityEvents = {
    signer,
    keys,
    transmitter,
    receivers,
    stopping: stopping.signal,
    poll: createPoll(delivery),
  };
  return {
    securityEvents,
    trail,
    outcomes,
    endPolls: () => stopping.abort(),
    close: endAfterwards(async () => {
      await transmitter.close();
      await trail.close();
    }),
  };
}
