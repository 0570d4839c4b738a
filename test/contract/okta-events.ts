import type { Clock } from '../../src/core/ports.js';
import { toIso } from '../../src/core/units.js';

const request = { ipAddress: '127.0.0.1' };

export const toTokenEvent = (clock: Clock, user: string, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.oauth2.tokens.transform',
  data: {
    context: { user: { id: user }, request, protocol: { client: { id: '0oafacestepapp000001' } } },
    identity: { claims: { sub: user } },
    access: { claims: { uid: user, sub: 'somebody@example.com' } },
  },
});

/** Creates a registration hook call about an existing user. */
export const toProgressiveEvent = (clock: Clock, user: string, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.user.pre-registration',
  requestType: 'progressive.profile',
  data: { context: { user: { id: user }, request }, userProfileUpdate: { employeeNumber: '1234' } },
});

export const toSamlEvent = (clock: Clock, user: string, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.saml.tokens.transform',
  data: {
    context: { user: { id: user }, request, protocol: { issuer: { id: '0oath92zlO60urQOP0g3' } } },
    assertion: { claims: { role: { attributeValues: [{ value: 'engineer' }] } } },
  },
});

export const toPasswordEvent = (clock: Clock, username: string, eventId: string, password = rightPassword) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.user.credential.password.import',
  data: { context: { credential: { username, password } } },
});

export const rightPassword = 'correct horse';

export const toLifecycleEvent = (user: string, uuid: string, eventType = 'user.lifecycle.deactivate') => ({
  eventType: 'com.okta.event_hook',
  data: { events: [{ uuid, eventType, outcome: { result: 'SUCCESS' }, target: [{ type: 'User', id: user }] }] },
});

/** Creates a registration hook call for a sign-up. */
export const toSignUpEvent = (clock: Clock, login: string, receipt: string | undefined, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.user.pre-registration',
  requestType: 'self.service.registration',
  data: { context: {}, userProfile: { login, facestepReceipt: receipt } },
});
