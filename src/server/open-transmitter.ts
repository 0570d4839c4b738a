import { setTimeout as delay } from 'node:timers/promises';
import type { Setup } from '../../adapters/setup.js';
import { issuerOf } from '../config/issuer.js';
import { startTransmitter, type Transmitter } from '../security-events/transmitter.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { OpenPorts, ServerDeps } from './open-ports.js';

/**
 * Starts telling the configured receivers of security events.
 * @throws FaceError `state_unavailable`
 */
export function openTransmitter(
  config: Setup['config'],
  { trail, files, keyService }: Pick<OpenPorts, 'trail' | 'files' | 'keyService'>,
  { telemetry: { metrics }, ...deps }: ServerDeps & { readonly telemetry: Telemetry },
): Promise<Transmitter> {
  return startTransmitter({
    ...deps,
    trail,
    files,
    signer: keyService.signer,
    receivers: config.securityEvents,
    issuer: issuerOf(config),
    sleep: (ms, signal) => delay(ms, undefined, { signal, ref: false }).catch(() => {}),
    onDelivery: (receiver, outcome) => metrics.securityEvents.inc({ receiver, outcome }),
    onWaiting: (receiver, records) => metrics.securityEventsWaiting.set({ receiver }, records),
  });
}
