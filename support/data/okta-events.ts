import type { Clock } from '../../src/core/ports.js';
import { toIso } from '../../src/core/units.js';

const request = { ipAddress: '127.0.0.1' };

const toEvent = <Data extends object>(clock: Clock, eventId: string, eventType: string, data: Data) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: `com.okta.${eventType}`,
  data,
});

export const toTokenEvent = (clock: Clock, user: string, eventId: string) =>
  toEvent(clock, eventId, 'oauth2.tokens.transform', {
    context: { user: { id: user }, request, protocol: { client: { id: '0oafacestepapp000001' } } },
    identity: { claims: { sub: user } },
    access: { claims: { uid: user, sub: 'somebody@example.com' } },
  });

/** Creates a registration hook call about an existing user. */
export const toProgressiveEvent = (clock: Clock, user: string, eventId: string) => ({
  ...toEvent(clock, eventId, 'user.pre-registration', {
    context: { user: { id: user }, request },
    userProfileUpdate: { employeeNumber: '1234' },
  }),
  requestType: 'progressive.profile',
});

/** Creates a registration hook call for a sign-up. */
export const toSignUpEvent = (clock: Clock, login: string, receipt: string | undefined, eventId: string) => ({
  ...toEvent(clock, eventId, 'user.pre-registration', {
    context: {},
    userProfile: { login, facestepReceipt: receipt },
  }),
  requestType: 'self.service.registration',
});

export const toSamlEvent = (clock: Clock, user: string, eventId: string) =>
  toEvent(clock, eventId, 'saml.tokens.transform', {
    context: { user: { id: user }, request, protocol: { issuer: { id: '0oath92zlO60urQOP0g3' } } },
    assertion: { claims: { role: { attributeValues: [{ value: 'engineer' }] } } },
  });

export const rightPassword = 'correct horse';

export const toPasswordEvent = (clock: Clock, username: string, eventId: string, password = rightPassword) =>
  toEvent(clock, eventId, 'user.credential.password.import', { context: { credential: { username, password } } });

export const toLifecycleEvent = (user: string, uuid: string, eventType = 'user.lifecycle.deactivate') => ({
  eventType: 'com.okta.event_hook',
  data: { events: [{ uuid, eventType, outcome: { result: 'SUCCESS' }, target: [{ type: 'User', id: user }] }] },
});
