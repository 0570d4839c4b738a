import type { Clock } from '../../src/core/ports.js';
import { toIso } from '../../src/core/units.js';

/* What Okta calls the hooks with, as far as it is used. */

const request = { ipAddress: '127.0.0.1' };

/** A token hook call about a user, with only what is used. */
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

/** A registration hook call about an existing user, with only what is used. */
export const toProgressiveEvent = (clock: Clock, user: string, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.user.pre-registration',
  requestType: 'progressive.profile',
  data: { context: { user: { id: user }, request }, userProfileUpdate: { employeeNumber: '1234' } },
});

/** A SAML assertion hook call about a user, with only what is used. */
export const toSamlEvent = (clock: Clock, user: string, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.saml.tokens.transform',
  data: {
    context: { user: { id: user }, request, protocol: { issuer: { id: '0oath92zlO60urQOP0g3' } } },
    assertion: { claims: { role: { attributeValues: [{ value: 'engineer' }] } } },
  },
});

/** A password import hook call, with only what is used. */
export const toPasswordEvent = (clock: Clock, username: string, eventId: string, password = rightPassword) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.user.credential.password.import',
  data: { context: { credential: { username, password } } },
});

/** The password that the former directory of the tests takes, for everybody. */
export const rightPassword = 'correct horse';

/** A call that tells of one event about a user, with only what is used. */
export const toLifecycleEvent = (user: string, uuid: string, eventType = 'user.lifecycle.deactivate') => ({
  eventType: 'com.okta.event_hook',
  data: { events: [{ uuid, eventType, outcome: { result: 'SUCCESS' }, target: [{ type: 'User', id: user }] }] },
});

/** A registration hook call about somebody who signs up, with only what is used. */
export const toSignUpEvent = (clock: Clock, login: string, receipt: string | undefined, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.user.pre-registration',
  requestType: 'self.service.registration',
  data: { context: {}, userProfile: { login, facestepReceipt: receipt } },
});
