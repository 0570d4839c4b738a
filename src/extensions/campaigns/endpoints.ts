import { z } from 'zod';
import type { Administrator } from '../../access/rights.js';
import { ownPageIn, requireConnection } from '../../core/connection.js';
import { pagePath } from '../../core/page-link.js';
import { addSec, secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { composeInvitation, findUnknownIn } from '../../notifications/email/invitation.js';
import { storeEmailPreview } from '../../notifications/email/shown.js';
import {
  countPeople,
  createCampaign,
  keepWords,
  noteBounces,
  remindCampaign,
  resumeCampaign,
  startCampaign,
  stopCampaign,
} from './administer.js';
import { campaignField, newCampaignFields, toCampaignReply, toPersonReply, wordsFields } from './fields.js';
import { readPeople } from './people-csv.js';
import { personStates, retryable } from './person.js';
import { type Campaign, wordsOf } from './record.js';
import {
  campaignPeopleReply,
  campaignsReply,
  groupsReply,
  keptWordsReply,
  oneCampaignReply,
  previewReply,
} from './replies.js';
import type { CampaignPorts } from './settings.js';
import { listCampaigns, parseCursor, readCampaign, readPage, toCursor } from './storage.js';

interface ActionCall {
  readonly fields: { readonly campaign: string };
  readonly administrator: Administrator;
}

const example = { name: 'Ada Lovelace', login: 'ada@example.com' };

export function createCampaignEndpoints(deps: CampaignPorts & { readonly wake: () => void }): Endpoint[] {
  const common = {
    tag: 'Campaigns',
    right: 'operate',
  } as const;
  const toReply = async (campaign: Campaign) => ({
    campaign: toCampaignReply(campaign, await countPeople(campaign, deps), deps),
  });
  const changed = async (campaign: Campaign) => {
    deps.wake();
    return toReply(campaign);
  };
  const stateCodes = ['not_found', 'campaign_state'] as const;
  const action = (name: string, change: typeof startCampaign) => ({
    ...common,
    path: `/campaigns/${name}`,
    codes: stateCodes,
    fields: z.strictObject({ campaign: campaignField }),
    reply: oneCampaignReply,
    handle: async ({ fields, administrator }: ActionCall) =>
      changed(await change(fields.campaign, administrator.name, deps)),
  });

  return [
    adminEndpoint({
      ...common,
      path: '/campaigns',
      status: 201,
      summary: 'Plan an enrolment campaign (dry run)',
      description:
        'The recipients are the members of a group at the provider, or the people in `people`: a CSV file whose first line contains the column `login` and, optionally, `email`, `name` and `language` (a file of a form, or base64). The plan is created in the background. It lists the recipients, and the skipped people with reasons. Nothing is sent before you start the campaign.',
      photos: {
        people: {
          atLeast: 0,
          atMost: 1,
          emptyIs: 'csv_header_missing',
          about: { description: 'A CSV file, at most 10 MB.', mediaType: 'text/csv' },
        },
      },
      codes: ['connection_unknown', 'csv_header_missing', 'limit_reached'],
      fields: newCampaignFields,
      reply: oneCampaignReply,
      async handle({ fields: { group, ...asked }, photos, administrator }) {
        const [file] = photos('people');
        if ((file === undefined) === (group === undefined))
          throw new FaceError('request_malformed', { field: 'group', reason: 'Expected either group or people.' });
        if (!deps.connections.has(asked.connection)) throw new FaceError('connection_unknown');
        const from =
          file === undefined ? { group: group ?? '' } : { people: await file.use((bytes) => readPeople(bytes)) };
        return changed(await createCampaign({ ...asked, from }, administrator.name, deps));
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/campaigns',
      summary: 'List campaigns',
      description: 'Returns all stored campaigns, newest first.',
      reply: campaignsReply,
      async handle() {
        const told = await Promise.all((await listCampaigns(deps)).map(toReply));
        return { campaigns: told.map(({ campaign }) => campaign) };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/campaigns/groups',
      summary: 'Search the groups of a provider',
      description:
        'Returns at most 20 groups whose name has the text. Entra ID finds the beginnings of words. Needs the permission to read groups, as planning does.',
      codes: ['connection_unknown', 'profile_unavailable'],
      fields: newCampaignFields
        .pick({ connection: true })
        .extend({ text: z.string().trim().min(1).max(256).describe('A part of the name.') }),
      reply: groupsReply,
      async handle({ fields: { connection, text } }) {
        const directory = await deps.directories.get(connection)?.();
        if (directory === undefined) throw new FaceError('connection_unknown');
        return { groups: (await directory.searchGroups(text)).map(({ id, name }) => ({ id, name })) };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/campaigns/people',
      summary: 'List the people of a campaign',
      description: 'Returns them in the order of the group or file.',
      codes: ['not_found'],
      fields: z.strictObject({
        campaign: campaignField,
        state: z
          .union([
            z.array(z.enum(personStates)).max(personStates.length),
            z.enum(personStates).transform((one) => [one]),
          ])
          .prefault([...personStates])
          .describe('One or several states; by default all.'),
        cursor: z.string().max(64).optional().describe('Cursor of the previous reply.'),
        limit: z.int().min(1).max(200).prefault(50),
      }),
      reply: campaignPeopleReply,
      async handle({ fields: { campaign: id, state: states, cursor, limit } }) {
        const from = cursor === undefined ? 0 : parseCursor(cursor);
        const campaign = await readCampaign(id, deps);
        const { people, next } = await readPage(campaign, { from, states, limit }, deps);
        return {
          people: people.map((person) => toPersonReply(person, campaign)),
          cursor: next === null ? null : toCursor(next),
        };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/campaigns/words',
      isSensitive: true,
      summary: 'Set your own text for an e-mail',
      description: 'Sets the text in one language. Empty fields reset to the built-in text.',
      codes: ['not_found'],
      fields: wordsFields,
      reply: keptWordsReply,
      async handle({ fields: { campaign, ...words }, administrator }) {
        if ((words.subject.trim() === '') !== (words.text.trim() === ''))
          throw new FaceError('request_malformed', {
            field: 'subject',
            reason: 'Expected subject and text, or neither.',
          });
        return { unknown: [...(await keepWords(campaign, words, administrator.name, deps))] };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/campaigns/preview',
      summary: 'Preview an e-mail',
      description: 'Returns text and HTML, also of text that is not saved. Show the HTML in a frame without scripts.',
      codes: ['not_found', 'connection_unknown', 'state_unavailable'],
      fields: wordsFields.partial({ subject: true, text: true }),
      reply: previewReply,
      async handle({ fields: { campaign: id, kind, language, ...given } }) {
        const campaign = await readCampaign(id, deps);
        const connection = requireConnection(campaign.connection, deps);
        const kept = wordsOf(campaign, kind, language);
        const words = { subject: given.subject ?? kept.subject, text: given.text ?? kept.text };
        const { subject, text, html } = composeInvitation(
          {
            language,
            words,
            to: example,
            address: `${deps.issuer}${pagePath}#example`,
            expiresAt: addSec(deps.clock.now(), campaign.linkDays * secondsPerDay),
            ownPage: ownPageIn(connection, language),
          },
          await deps.brandOf(connection),
        );
        const shown = html.toString();
        const page = `/console/email-preview/${await storeEmailPreview(shown, deps)}`;
        return { subject, text, html: shown, unknown: findUnknownIn(words), page, words };
      },
    }),
    adminEndpoint({
      ...action('start', startCampaign),
      isSensitive: true,
      summary: 'Start sending',
      description: 'Starts a planned campaign. A plan is valid for 30 days.',
    }),
    adminEndpoint({
      ...action('stop', stopCampaign),
      summary: 'Stop sending',
      description: 'E-mails that are being sent still arrive, and links that were sent stay valid.',
    }),
    adminEndpoint({
      ...common,
      path: '/campaigns/resume',
      isSensitive: true,
      summary: 'Resume sending',
      description:
        'Resumes a stopped campaign, or sends again to the people in the states of `again`: `uncertain` (an e-mail may have arrived), `failed`, `bounced`.',
      codes: stateCodes,
      fields: z.strictObject({
        campaign: campaignField,
        again: z.array(z.enum(retryable)).max(retryable.length).prefault([]),
      }),
      reply: oneCampaignReply,
      handle: async ({ fields, administrator }) =>
        changed(await resumeCampaign(fields.campaign, fields.again, administrator.name, deps)),
    }),
    adminEndpoint({
      ...action('remind', remindCampaign),
      isSensitive: true,
      summary: 'Send a reminder now',
      description:
        'Sends a reminder to everyone who received an e-mail and has not enrolled. The new link replaces the previous one.',
    }),
    adminEndpoint({
      ...common,
      path: '/campaigns/bounces',
      summary: 'Report bounced e-mails',
      description:
        'Addresses that the relay rejects immediately are recorded automatically. Later bounces arrive only in the mailbox of the sender.',
      codes: ['not_found'],
      fields: z.strictObject({ campaign: campaignField, addresses: z.array(z.string().max(254)).min(1).max(500) }),
      reply: z.strictObject({ found: z.int().describe('Number of matching recipients.') }),
      handle: async ({ fields: { campaign, addresses }, administrator }) => ({
        found: await noteBounces(await readCampaign(campaign, deps), addresses, administrator.name, deps),
      }),
    }),
    // This endpoint comes last, because its path also matches the paths of the endpoints above.
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/campaigns/:id',
      summary: 'Get the state of a campaign',
      description: 'Includes the number of people in each state.',
      codes: ['not_found'],
      reply: oneCampaignReply,
      async handle({ param }) {
        const { success, data } = campaignField.safeParse(param('id'));
        if (!success) throw new FaceError('not_found');
        return toReply(await readCampaign(data, deps));
      },
    }),
  ];
}
