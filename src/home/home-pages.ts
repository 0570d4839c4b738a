import { z } from 'zod';
import { findOwnCheck, listOwnChecks } from '../audit/ledger/checks.js';
import { toSubjectRef } from '../core/connection.js';
import { type DataConsent, readDataConsents, withdrawDataConsents } from '../core/consented-data/consents.js';
import type { Ports } from '../core/deps.js';
import {
  checksReply,
  dataConsentsReply,
  devicesReply,
  exportReply,
  linksReply,
  notMeLinkReply,
  type ShownLink,
  servicesReply,
} from '../core/home-protocol.js';
import { countOwnRecord } from '../core/limits/limits.js';
import { endLinks, type Link, readLinks, toLinkReply } from '../core/links/links.js';
import { emptyReply } from '../core/page-protocol.js';
import { readPasskey } from '../enrolment/passkey-record.js';
import { readRecoveryCodes } from '../enrolment/recovery-codes.js';
import { FaceError } from '../errors.js';
import type { Endpoint } from '../http/rest/endpoint.js';
import { forgetKnownPlaces, readKnownPlaces } from '../notifications/known-places.js';
import { issueNotMe } from '../notifications/not-me.js';
import { dataNotStored, exportHoldings } from '../privacy/export.js';
import { toHoldingsReply } from '../privacy/holdings.js';
import { mayMakeCodesHere } from '../step-up/another-way.js';
import { findManaged, managedRef } from '../step-up/current-enrolment.js';
import type { FlowPorts } from '../step-up/flow.js';
import { forgetGlances } from '../step-up/glance.js';
import type { FoundSession } from '../step-up/session.js';
import { sessionEndpoint } from '../step-up/session-endpoint.js';
import { mayChangePasskey } from '../step-up/session-view.js';
import { type HomePage, type HomePages, toTexts } from './home-page.js';

const toShownLink = (link: Link, { connections }: Ports<'connections'>): ShownLink => ({
  ...toLinkReply(link),
  name: connections.get(link.other.connection)?.policy.organisation ?? link.other.connection,
});

export function createLinkEndpoints(deps: Ports<'state' | 'clock' | 'audit' | 'connections'> & FlowPorts): Endpoint[] {
  return [
    sessionEndpoint({
      deps,
      method: 'GET',
      path: '/face/links',
      action: 'read_links',
      summary: 'List the linked accounts of the person',
      description: 'Needs the session of a link with the purpose `manage`.',
      reply: linksReply,
      async handle({ session }) {
        const links = await readLinks(managedRef(session, deps), deps);
        return { links: links.map((link) => toShownLink(link, deps)) };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/links/end',
      action: 'end_link',
      summary: 'End the link to an account elsewhere',
      description: 'After this, applications receive no claims from that account. Ending an ended link succeeds.',
      fields: z.strictObject({ connection: z.string().min(1).max(100).describe('Id of the link, as in the list.') }),
      reply: emptyReply,
      async handle({ session, fields }) {
        await endLinks(managedRef(session, deps), { connection: fields.connection }, deps);
      },
    }),
  ];
}

function toShownConsent({ client, claims, givenAt, expiresAt }: DataConsent, clients: HomePage['clients'] | undefined) {
  const registered = clients?.get(client);
  return {
    client,
    name: registered?.name ?? client,
    claims,
    labels: Object.fromEntries(
      claims.flatMap((claim) => {
        const label = registered?.claims[claim]?.label;
        return label === undefined ? [] : [[claim, toTexts(label)]];
      }),
    ),
    givenAt,
    expiresAt,
  };
}

export function createDataConsentEndpoints(
  deps: Ports<'state' | 'clock' | 'audit' | 'settings' | 'connections'> & HomePages & FlowPorts,
): Endpoint[] {
  return [
    sessionEndpoint({
      deps,
      method: 'GET',
      path: '/face/data-consents',
      action: 'read_data_consents',
      summary: 'List the person’s consents to share claims',
      description:
        'Needs the session of a link with the purpose `manage`. Returns names of claims, never their values.',
      reply: dataConsentsReply,
      async handle({ session }) {
        const clients = deps.homePages.get(session.record.connection)?.clients;
        const consents = await readDataConsents(managedRef(session, deps), deps);
        return { dataConsents: consents.map((consent) => toShownConsent(consent, clients)) };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/data-consents/withdraw',
      action: 'withdraw_data_consent',
      summary: 'Withdraw the consent to share claims with a client',
      description:
        'After this, tokens for this client contain no claims of the person. Ending an ended consent succeeds.',
      fields: z.strictObject({ client: z.string().min(1).max(256).describe('Id of the client, as in the list.') }),
      reply: emptyReply,
      async handle({ session, fields }) {
        await withdrawDataConsents(managedRef(session, deps), { client: fields.client }, deps);
      },
    }),
  ];
}

const checksAtOnce = 10;
const checksExported = 1000;
const checkId = /^[\w-]{1,60}$/;

async function readDevices(session: FoundSession, deps: Ports<'state' | 'clock' | 'keys'>) {
  const who = managedRef(session, deps);
  const [passkey, recoveryCodes, knownPlaces] = await Promise.all([
    readPasskey(who, deps),
    readRecoveryCodes(who, deps),
    readKnownPlaces(who, deps),
  ]);
  return {
    passkey,
    recoveryCodes,
    mayChangePasskey: mayChangePasskey(session),
    mayMakeCodes: mayMakeCodesHere(session),
    mayMakeCallerPin: session.terms.hasShownFormer,
    knownPlaces,
  };
}

export function createHomePageEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'keys' | 'settings' | 'connections' | 'ledger'> &
    HomePages &
    FlowPorts,
): Endpoint[] {
  return [
    sessionEndpoint({
      deps,
      path: '/face/checks',
      action: 'read_checks',
      summary: 'List the person’s own checks',
      description:
        'Needs the session of a link with the purpose `manage`. Returns the decisions about the person, newest first, ten a page, for the retention of the log. Contains no other person and no network.',
      fields: z.strictObject({
        cursor: z.string().min(1).max(1500).optional().describe('Cursor of the previous reply.'),
      }),
      reply: checksReply,
      async handle({ session, fields: { cursor = null } }) {
        const who = managedRef(session, deps);
        const page = await listOwnChecks(who, { cursor, limit: checksAtOnce }, deps);
        return { checks: page.items, cursor: page.cursor };
      },
    }),
    sessionEndpoint({
      deps,
      method: 'POST',
      path: '/face/checks/not-me',
      action: 'report_check',
      codes: ['locked_out', 'not_found'],
      summary: 'Create a link to report a check of another person',
      description:
        'Returns the secret of a link as in notifications. Reports nothing yet: its page asks for a confirmation.',
      fields: z.strictObject({ id: z.string().regex(checkId).describe('Id of the check, as in the list.') }),
      reply: notMeLinkReply,
      async handle({ session, fields: { id } }) {
        const who = managedRef(session, deps);
        await countOwnRecord(who, deps);
        const check = await findOwnCheck(who, id, deps);
        if (check === null) throw new FaceError('not_found');
        // A failed attempt does not mean that someone else has the face check.
        const endsEnrolment = !check.event.endsWith('_refused') && check.event !== 'stopped';
        const secret = await issueNotMe(who, { endsEnrolment }, deps);
        return { secret: secret.use((text) => text) };
      },
    }),
    sessionEndpoint({
      deps,
      method: 'GET',
      path: '/face/devices',
      action: 'read_devices',
      summary: 'Get the remembered devices of the person',
      description:
        'Returns whether there is a passkey and recovery codes, and the number of known devices and networks. Does not identify them.',
      reply: devicesReply,
      handle: async ({ session }) => readDevices(session, deps),
    }),
    sessionEndpoint({
      deps,
      path: '/face/devices/forget',
      action: 'forget_known_places',
      codes: ['locked_out'],
      summary: 'Delete the remembered devices and networks of the person',
      description: 'The next check counts as the first from its device and network. The call is idempotent.',
      reply: emptyReply,
      async handle({ session }) {
        const who = managedRef(session, deps);
        await countOwnRecord(who, deps);
        await forgetKnownPlaces(who, deps);
        await forgetGlances(who, deps);
        await deps.audit.append({ action: 'known_places_forgotten', ...who, detail: {} });
      },
    }),
    sessionEndpoint({
      deps,
      method: 'GET',
      path: '/face/services',
      action: 'read_services',
      summary: 'List the services of the organization',
      description: 'Returns the services in the configuration of the connection, in its order.',
      reply: servicesReply,
      async handle({ session }) {
        const { connection } = findManaged(session, deps);
        const services = deps.homePages.get(connection.id)?.services ?? [];
        return { services: services.map((service) => ({ ...service, text: service.text && toTexts(service.text) })) };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/export',
      action: 'export_held',
      summary: 'Export the person’s own data',
      description: `Works as POST /subjects/export, but with the newest ${checksExported} checks of the person instead of the records of the trail, which contain other people.`,
      codes: ['profile_unavailable', 'locked_out'],
      reply: z.strictObject({ ...exportReply.shape, held: toHoldingsReply(deps.settings.holdings) }),
      async handle({ session }) {
        const person = findManaged(session, deps);
        const who = toSubjectRef(person);
        await countOwnRecord(who, deps);
        const held = await exportHoldings(person, deps);
        const { items } = await listOwnChecks(who, { cursor: null, limit: checksExported }, deps);
        await deps.audit.append({ action: 'subject_exported', ...who, detail: {} });
        return { held, checks: items, notHeld: dataNotStored };
      },
    }),
  ];
}
