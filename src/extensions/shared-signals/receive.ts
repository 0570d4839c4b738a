import type { Request, Response } from 'express';
import { requireConnection } from '../../core/connection.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { digestOf, hasDigest } from '../../core/secrets.js';
import { addSec } from '../../core/units.js';
import { noteChecksEnd } from '../../enrolment/revoke.js';
import { mountRoute, type RouteExchange } from '../../http/front-door.js';
import { forgetKnownPlaces } from '../../notifications/known-places.js';
import { noteContacts } from '../../recovery/contacts.js';
import { forgetGlances } from '../../step-up/glance.js';
import { forgetPassedStepUp } from '../../step-up/passed-step-up.js';
import type { MountPorts, OpenedExtension } from '../extension.js';
import { findSubject, type SetClaims, toSignals } from './signal.js';
import { createFindKey, knownSec, type SetRefusal, setRefusals, type Transmitter, verifySet } from './transmitter.js';

/** Maximum body. A SET has 1 to 2 KiB. */
const maxSetBytes = 16 * 1024;

/** Mounts the addresses that transmitters push events to (RFC 8935). */
export const mountSignals: NonNullable<OpenedExtension['mount']> = (app, deps) => {
  for (const [connection, { signals = [] }] of deps.sectionsOf) {
    if (signals.length === 0) continue;
    const transmitters = signals.map((each) => ({ ...each, findKey: createFindKey(each, deps) }));
    mountRoute(app, `/signals/${connection}`, {
      methods: ['POST'],
      pools: deps.bodyPools.clients,
      anonymousLimitBytes: maxSetBytes,
      async answer(exchange) {
        const received = await receive(exchange, transmitters, deps);
        if (typeof received === 'string') {
          exchange.response.status(400).json({ err: received, description: setRefusals[received] });
        } else {
          await apply(connection, received, deps);
          exchange.response.status(202).end();
        }
      },
    });
  }
};

/** Verifies a SET. Nothing is looked up or stored before. */
async function receive(
  { request, allowance, readBody }: RouteExchange<Request, Response>,
  transmitters: readonly Transmitter[],
  deps: MountPorts,
): Promise<SetClaims | SetRefusal> {
  const shown = request.get('authorization') ?? '';
  const isShown = (text: string): boolean => hasDigest(shown, digestOf(`Bearer ${text}`));
  const proven = transmitters.filter(({ token }) => token?.use(isShown) ?? true);
  if (proven.length === 0) return 'authentication_failed';
  if (proven.some(({ token }) => token !== null)) allowance.promoteToAuthenticated('signals', maxSetBytes);
  if (request.is('application/secevent+jwt') === false) return 'invalid_request';
  return verifySet((await readBody()).toString('utf8'), proven, deps);
}

/**
 * Applies the events of a SET once. It is noted last, so that a SET whose effect failed can be sent again.
 * @throws `locked_out`, `profile_unavailable`
 */
async function apply(connection: string, claims: SetClaims, deps: MountPorts): Promise<void> {
  const { iss: transmitter, jti } = claims;
  const signals = toSignals(claims);
  if (signals.length === 0) return;
  const key = `signal:${digestOf(JSON.stringify([connection, transmitter, jti])).toString('base64url')}`;
  if ((await deps.state.read(key)) !== null) return;
  await consumeLimit('clientLookUps', JSON.stringify(['signals', connection, transmitter]), deps);
  for (const { name, isChange, user } of signals) {
    const detail = { event: name, transmitter, jti };
    const subject = await findSubject(user, transmitter, requireConnection(connection, deps));
    deps.log.info('security event received', { connection, isKnown: subject !== null, ...detail });
    if (subject === null) continue;
    const who = { connection, subject };
    // Checks end first, so that none can pass and make a device known again.
    await noteChecksEnd(who, deps);
    if (name !== 'credential-change' && name !== 'identifier-changed') await forgetPassedStepUp(who, deps);
    if (isChange) {
      await noteContacts(who, { account: jti }, deps);
      await forgetKnownPlaces(who, deps);
      await forgetGlances(who, deps);
    }
    await deps.audit.append({ action: 'signal_received', ...who, detail });
  }
  await deps.state.write(key, true, { when: 'any', expiresAt: addSec(deps.clock.now(), knownSec) });
}
