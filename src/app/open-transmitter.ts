import { findApplication } from '../access/applications.js';
import { signsRs256 } from '../config/keys.js';
import { issuerOf } from '../config/schema.js';
import type { Setup } from '../connections/setup.js';
import type { Connection } from '../core/connection.js';
import type { Jobs } from '../core/jobs.js';
import { pause } from '../core/resilience.js';
import { createFindEmail } from '../security-events/find-email.js';
import { createPoll } from '../security-events/poll.js';
import { type DeliveryOutcome, deliveryOutcomes } from '../security-events/ports.js';
import { createSets } from '../security-events/set.js';
import type { SecurityEvents } from '../security-events/ssf/deps.js';
import { type EventStream, toStream, toWebhookStream } from '../security-events/stream.js';
import { deleteStream, listStreams, type StreamRecord, toEventStream } from '../security-events/streams.js';
import { startTransmitter } from '../security-events/transmitter.js';
import { createUndelivered } from '../security-events/undelivered.js';
import { createSecurityEventSigner } from '../storage/keys/security-event-signer.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { OpenedPorts, ServerDeps } from './open-ports.js';

/**
 * Starts delivering security events and webhooks.
 * @returns `null` if there are neither
 */
export async function openTransmitter(
  config: Setup['config'],
  { trail, files, state, keyService }: Pick<OpenedPorts, 'trail' | 'files' | 'state' | 'keyService'>,
  {
    telemetry: { metrics },
    connectionOf,
    jobs,
    ...deps
  }: ServerDeps & {
    readonly telemetry: Telemetry;
    readonly jobs: Jobs;
    readonly connectionOf: (id: string) => Connection | undefined;
  },
) {
  const isSigning = signsRs256(config.keys);
  if (!isSigning && config.webhooks.length === 0) return null;
  const { keys } = keyService;
  const issuer = issuerOf(config);
  const signer = createSecurityEventSigner(keyService.openOidcKeys);
  const receivers = config.securityEvents;
  // Called to fail early if the key file cannot be read.
  if (receivers.length > 0) await signer.publicKeys();
  const delivery = {
    ...deps,
    state,
    files,
    sets: createSets(signer, createFindEmail(connectionOf, deps), { ...deps, issuer }),
    sleep: pause,
    onDelivery: (receiver: string, outcome: DeliveryOutcome) => metrics.securityEvents.inc({ receiver, outcome }),
  };

  const toCurrent = async (record: StreamRecord): Promise<readonly EventStream[]> => {
    const application = await findApplication(record.application, { state });
    if (application === null) {
      await deleteStream(record.id, { state });
      return [];
    }
    const stream = toEventStream(record, { issuer, keys });
    return [application.scopes.includes('ssf.manage') ? stream : { ...stream, status: 'disabled' }];
  };

  const configured = [...receivers.map(toStream), ...config.webhooks.map(toWebhookStream)];
  const readStreams = async (): Promise<readonly EventStream[]> =>
    isSigning ? (await Promise.all((await listStreams({ state })).map(toCurrent))).flat() : [];

  const transmitter = await startTransmitter({
    ...delivery,
    jobs,
    trail,
    files,
    isStateShared: config.state.kind !== 'sqlite',
    streams: configured,
    readStreams,
    onWaiting(receiver, records) {
      metrics.securityEventsWaiting.set({ receiver }, records);
      // Starts the series at 0, so that alerts notice the first dead letter.
      metrics.securityEvents.inc({ receiver, outcome: 'dead' }, 0);
    },
    // Series of deleted streams are removed, because applications may create any number.
    onEnded(receiver) {
      metrics.securityEventsWaiting.remove({ receiver });
      for (const outcome of deliveryOutcomes) metrics.securityEvents.remove({ receiver, outcome });
    },
  });
  const stopping = new AbortController();
  const securityEvents: SecurityEvents = {
    signer,
    keys,
    transmitter,
    poll: createPoll(delivery),
    receivers,
    stopping: stopping.signal,
  };
  return {
    /** `null` without RSA keys, which sign security events. */
    securityEvents: isSigning ? securityEvents : null,
    undelivered: createUndelivered(async () => [...configured, ...(await readStreams())], { ...delivery, trail }),
    endPolls: () => stopping.abort(),
    close: () => transmitter.close(),
  };
}
