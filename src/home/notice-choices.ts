import { z } from 'zod';
import { type SubjectRef, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { supportedLanguages } from '../core/language.js';
import { countOwnRecord } from '../core/limits/limits.js';
import { type Notices, noticesReply, notificationKinds } from '../core/page-protocol.js';
import { pushAddressGuard } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import type { Endpoint } from '../http/rest/endpoint.js';
import { readNotificationChoice, storeNotificationChoice } from '../notifications/choice.js';
import {
  addNotificationDevice,
  forgetNotificationDevices,
  readNotificationDevices,
  removeNotificationDevices,
} from '../notifications/devices.js';
import { findManaged } from '../step-up/current-enrolment.js';
import type { FlowPorts } from '../step-up/flow.js';
import type { FoundSession } from '../step-up/session.js';
import { sessionEndpoint } from '../step-up/session-endpoint.js';

const toDigest = (endpoint: string): string => digestOf(endpoint).toString('base64url');

async function readNotices(
  who: SubjectRef,
  deps: Ports<'state' | 'clock' | 'keys' | 'delivery' | 'webPush'>,
): Promise<Notices> {
  const { keys, delivery, webPush } = deps;
  const choice = await readNotificationChoice(who, deps);
  const devices = webPush === null ? [] : await readNotificationDevices(who, deps);
  return {
    on: notificationKinds.filter((kind) => !choice?.off.includes(kind)),
    email: choice?.email ?? true,
    emailAvailable: !delivery.outbox.includes('email'),
    push: webPush && {
      publicKey: await webPush.publicKey(await keys.currentVersion()),
      devices: devices.map(({ address }) => toDigest(address.endpoint)),
    },
  };
}

/** Finds the person who changes a setting. @throws `not_found` if the connection sends no notifications; `locked_out` */
async function admitChange(session: FoundSession, deps: Ports<'state' | 'clock' | 'settings'>): Promise<SubjectRef> {
  const person = findManaged(session, deps);
  if (!person.connection.policy.notices) throw new FaceError('not_found');
  const who = toSubjectRef(person);
  await countOwnRecord(who, deps);
  return who;
}

async function record(
  who: SubjectRef,
  deps: Ports<'state' | 'clock' | 'audit' | 'keys' | 'delivery' | 'webPush'>,
): Promise<{ readonly notices: Notices }> {
  const notices = await readNotices(who, deps);
  const { on, email, push } = notices;
  const off = notificationKinds.filter((kind) => !on.includes(kind));
  const detail = { off, email, devices: push?.devices.length ?? 0 };
  await deps.audit.append({ action: 'notices_chosen', ...who, detail });
  return { notices };
}

const changing = ['not_found', 'locked_out'] as const;

export function createNoticeChoiceEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings' | 'keys' | 'connections' | 'delivery' | 'webPush'> &
    FlowPorts,
): Endpoint[] {
  const common = { deps, reply: noticesReply } as const;
  return [
    sessionEndpoint({
      ...common,
      method: 'GET',
      path: '/face/notices',
      action: 'read_notices',
      summary: 'Get the notification settings of the person',
      description: 'Needs the session of a link with the purpose `manage`. `null` if the connection sends none.',
      async handle({ session }) {
        const person = findManaged(session, deps);
        return { notices: person.connection.policy.notices ? await readNotices(toSubjectRef(person), deps) : null };
      },
    }),
    sessionEndpoint({
      ...common,
      path: '/face/notices',
      action: 'choose_notices',
      summary: 'Choose notifications',
      description: 'Turns off all notifications that are not named. Returns `not_found` if the connection sends none.',
      codes: changing,
      fields: z.strictObject({
        on: z.array(z.enum(notificationKinds)).max(notificationKinds.length),
        email: z.boolean().describe('True to send e-mails although a device receives notifications.'),
        language: z.enum(supportedLanguages).describe('Language of the page, used for notifications.'),
      }),
      async handle({ session, fields }) {
        const who = await admitChange(session, deps);
        await storeNotificationChoice(who, fields, deps);
        return record(who, deps);
      },
    }),
    sessionEndpoint({
      ...common,
      path: '/face/notices/devices',
      action: 'add_notice_device',
      summary: 'Enable push notifications in this browser',
      description:
        'Takes the subscription that the browser created with the public key of `GET /face/notices`. At most five: another one replaces the oldest. Returns `not_found` if push notifications are not configured.',
      codes: changing,
      fields: z.strictObject({
        ...pushAddressGuard.shape,
        publicKey: z.string().max(100).describe('Push subscription of the browser.'),
      }),
      async handle({ session, fields: { publicKey, ...address } }) {
        const who = await admitChange(session, deps);
        const { webPush, keys } = deps;
        if (webPush === null) throw new FaceError('not_found');
        if (!webPush.takes(address)) throw new FaceError('request_malformed', { field: 'endpoint' });
        if (publicKey !== (await webPush.publicKey(await keys.currentVersion())))
          throw new FaceError('request_malformed', { field: 'publicKey' });
        await addNotificationDevice(who, address, deps);
        return record(who, deps);
      },
    }),
    sessionEndpoint({
      ...common,
      path: '/face/notices/devices/remove',
      action: 'remove_notice_device',
      summary: 'Disable push notifications',
      description: '`device` is the id of a browser from `GET /face/notices`; `null` for all browsers.',
      codes: changing,
      fields: z.strictObject({ device: z.string().max(100).nullable() }),
      async handle({ session, fields: { device } }) {
        const who = await admitChange(session, deps);
        if (device === null) await forgetNotificationDevices(who, deps);
        else {
          const devices = await readNotificationDevices(who, deps);
          const named = devices.filter(({ address }) => toDigest(address.endpoint) === device);
          await removeNotificationDevices(
            who,
            named.map(({ id }) => id),
            deps,
          );
        }
        return record(who, deps);
      },
    }),
  ];
}
