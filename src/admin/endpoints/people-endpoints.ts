import { z } from 'zod';
import { type Administrator, hasRight } from '../../access/rights.js';
import { type LoggedCheck, listChecks } from '../../audit/ledger/checks.js';
import { listLines } from '../../audit/ledger/log.js';
import { listPeople, readPerson, readPersons } from '../../audit/ledger/people.js';
import { toPersonReply } from '../../audit/ledger/person-reply.js';
import type { LogLine } from '../../audit/ledger/places.js';
import {
  foundPeopleReply,
  memberPeopleReply,
  namesReply,
  onePersonReply,
  peopleReply,
  personChecksReply,
  personLogReply,
} from '../../audit/ledger/replies.js';
import type { AccountNames } from '../../connections/account-names.js';
import type { PeopleSearch } from '../../connections/search-people.js';
import { type Connection, requireConnection } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { consumeLimit } from '../../core/limits/limits.js';
import type { Member } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { adminEndpoint, type Endpoint, instantField } from '../../http/rest/endpoint.js';
import { connectionField, cursorField, limitField, subjectField, toCheckReply, toLineReply } from './log-endpoints.js';

const mostNames = 100;

const mostMembers = 1000;

function withoutSignals({ result, events }: LoggedCheck): LoggedCheck {
  const without = (line: LogLine): LogLine => (line.action === 'liveness_judged' ? { ...line, reasons: [] } : line);
  return { result: without(result), events: events.map(without) };
}

const pageFields = { limit: limitField(200), cursor: cursorField.optional() };

const personFields = { connection: connectionField, subject: subjectField, ...pageFields };

const viewing = { tag: 'Ledger', right: 'view' } as const;

export function createPeopleEndpoints(
  deps: Ports<'auditEvents' | 'clock' | 'connections' | 'directories' | 'ledger' | 'state' | 'settings'> & {
    readonly accounts: AccountNames;
  },
): Endpoint[] {
  const { connections, accounts } = deps;
  const find = (id: string): Connection => requireConnection(id, deps);

  const toFound = async ({ connection, found }: PeopleSearch, text: string, by: Administrator) => {
    const read = (subject: string) => readPerson({ connection: connection.id, subject }, deps);
    const called = found.map(async (account) => ({
      ...account,
      ...toPersonReply(await read(account.subject), connections),
    }));
    return [...(await Promise.all(called)), ...(found.some(({ subject }) => subject === text) ? [] : await byId(text))];

    async function byId(subject: string) {
      const person = await read(subject);
      if (person.status === 'none' && person.lockedUntil === null) return [];
      const [account] = await accounts.read(connection, [subject], by);
      const names = { login: account?.login ?? null, email: account?.email ?? null, name: account?.name ?? null };
      return [{ ...toPersonReply(person, connections), ...names }];
    }
  };

  return [
    adminEndpoint({
      tag: 'Ledger',
      path: '/people/list',
      right: 'audit',
      summary: 'List people by their enrolment',
      description:
        'Returns the enrolment index by id, most recent enrolment first. Get names with /people/names. New entries appear after about a second.',
      codes: ['connection_unknown'],
      fields: z.strictObject({
        connection: connectionField.optional(),
        status: z
          .enum(['enrolled', 'expired', 'ended', 'locked', 'any'])
          .prefault('enrolled')
          .describe(
            '`ended`: within the retention of the log; `locked`: currently locked out; `any`: enrolled, expired or ended.',
          ),
        level: z.int().min(1).max(8).optional().describe('Only connections at that level.'),
        since: instantField
          .optional()
          .describe('Earliest time of the enrolment; for other states, of its end or of the end of the lockout.'),
        before: instantField.optional().describe('Exclusive end of the time range that `since` begins.'),
        checkedSince: instantField.optional().describe('Earliest time of the last check.'),
        checkedBefore: instantField.optional().describe('The last check was before this time, or there was none.'),
        ...pageFields,
      }),
      reply: peopleReply,
      async handle({ fields: { connection, level, limit, cursor = null, ...fields } }) {
        const named = connection === undefined ? [...connections.values()] : [find(connection)];
        const asked = named.filter(({ policy }) => level === undefined || policy.accuracy === level);
        const { status, since = null, before = null, checkedSince = null, checkedBefore = null } = fields;
        const filter = { connections: asked.map(({ id }) => id), status, since, before, checkedSince, checkedBefore };
        const page = await listPeople(filter, { cursor, limit }, deps);
        return { people: page.items.map((each) => toPersonReply(each, connections)), cursor: page.cursor };
      },
    }),
    adminEndpoint({
      tag: 'Ledger',
      path: '/people/locked',
      right: 'assist',
      summary: 'List locked-out people',
      description: 'Returns the people who are locked out now, the longest lockout first, as far as the log knows.',
      fields: z.strictObject(pageFields),
      reply: peopleReply,
      async handle({ fields: { limit, cursor = null } }) {
        const anyTime = { since: null, before: null, checkedSince: null, checkedBefore: null };
        const filter = { ...anyTime, connections: [...connections.keys()], status: 'locked' } as const;
        const page = await listPeople(filter, { cursor, limit }, deps);
        return { people: page.items.map((each) => toPersonReply(each, connections)), cursor: page.cursor };
      },
    }),
    adminEndpoint({
      tag: 'Ledger',
      method: 'GET',
      path: '/people/members',
      right: 'audit',
      summary: 'List the members of a group',
      description:
        'Returns the active users of a group at the provider with their enrolment, at most 1,000. Unlike /people/list, it includes users who are not enrolled.',
      codes: ['connection_unknown', 'not_found', 'provider_refused', 'profile_unavailable'],
      fields: z.strictObject({
        connection: connectionField,
        group: z.string().min(1).max(256).describe('Id of the group at the provider, or its name if unique.'),
        status: z
          .enum(['enrolled', 'expired', 'ended', 'none', 'locked'])
          .optional()
          .describe('`none`: not enrolled; `locked`: currently locked out. By default all.'),
      }),
      reply: memberPeopleReply,
      async handle({ fields: { connection: id, group, status }, administrator }) {
        const connection = find(id);
        const directory = await deps.directories.get(connection.id)?.();
        if (directory === undefined) throw new FaceError('connection_unknown');
        const members: Member[] = [];
        let isComplete = true;
        for await (const page of directory.listMembers(group)) {
          members.push(...page);
          if (members.length > mostMembers) {
            isComplete = false;
            break;
          }
          // Each further page is a call.
          await consumeLimit('administratorLookUps', administrator.id, deps);
        }
        const shown = members.slice(0, mostMembers);
        const people = await readPersons(
          shown.map(({ subject }) => ({ connection: id, subject })),
          deps,
        );
        const found = people.map((person, index) => ({
          ...toPersonReply(person, connections),
          login: shown[index]?.login ?? null,
          email: shown[index]?.email ?? null,
          name: null,
        }));
        const isAsked = (each: (typeof found)[number]): boolean =>
          status === undefined || (status === 'locked' ? each.lockedUntil !== null : each.status === status);
        return { people: found.filter(isAsked), isComplete };
      },
    }),
    adminEndpoint({
      ...viewing,
      path: '/people/one',
      summary: 'Get a person of the enrolment index',
      description: 'The status of a user who never enrolled is `none`. Does not call the provider.',
      fields: z.strictObject({ connection: connectionField, subject: subjectField }),
      reply: onePersonReply,
      async handle({ fields }) {
        return { person: toPersonReply(await readPerson(fields, deps), connections) };
      },
    }),
    adminEndpoint({
      ...viewing,
      path: '/people/log',
      summary: 'List the log entries of a person',
      description: 'Returns entries of the log about one person, newest first.',
      fields: z.strictObject(personFields),
      reply: personLogReply,
      async handle({ fields: { connection, subject, limit, cursor = null } }) {
        const page = await listLines({ people: [{ connection, subject }] }, { cursor, limit }, deps);
        return { lines: page.items.map(toLineReply), cursor: page.cursor };
      },
    }),
    adminEndpoint({
      ...viewing,
      path: '/people/checks',
      summary: 'List the face checks and other events of a person',
      description:
        'Returns one entry for each check, newest first, with its result and all its events. Without the right `audit`, the failed signals of a liveness check are omitted.',
      fields: z.strictObject(personFields),
      reply: personChecksReply,
      async handle({ fields: { connection, subject, limit, cursor = null }, administrator }) {
        const page = await listChecks({ people: [{ connection, subject }] }, { cursor, limit }, deps);
        const isAuditor = hasRight(administrator, 'audit');
        return {
          checks: page.items.map((check) => toCheckReply(isAuditor ? check : withoutSignals(check))),
          cursor: page.cursor,
        };
      },
    }),
    adminEndpoint({
      ...viewing,
      path: '/people/find',
      callsProviders: true,
      summary: 'Find a person',
      description:
        'Searches every provider for logins, e-mail addresses and names that begin with the text, enrolled or not. Also finds an id that is in the index. The search is case-insensitive and returns at most 20 people of one connection: enter more of the name to narrow it. Results are not stored, but cached in memory for a minute.',
      fields: z.strictObject({
        text: z
          .string()
          .min(1)
          .max(256)
          .describe('The beginning of a login, an e-mail address or a name; or a whole id.'),
      }),
      reply: foundPeopleReply,
      async handle({ fields, administrator }) {
        const text = fields.text.trim();
        const searches = await accounts.search(text, connections.values(), administrator);
        const people = await Promise.all(searches.map((search) => toFound(search, text, administrator)));
        const idsOf = (some: readonly PeopleSearch[]): string[] => some.map(({ connection }) => connection.id);
        return {
          people: people.flat(),
          unasked: idsOf(searches.filter(({ code }) => code !== null)),
          busy: idsOf(searches.filter(({ isBusy }) => isBusy)),
          answered: idsOf(searches.filter(({ code }) => code === null)),
        };
      },
    }),
    adminEndpoint({
      ...viewing,
      path: '/people/names',
      summary: 'Get the names of people',
      description:
        'Returns names by id, at one connection, in the requested order. Names are read from the provider and cached in memory for five minutes; they are not stored.',
      codes: ['connection_unknown'],
      fields: z.strictObject({
        connection: connectionField,
        subjects: z.array(subjectField).min(1).max(mostNames),
      }),
      reply: namesReply,
      async handle({ fields: { connection, subjects }, administrator }) {
        const found = await accounts.read(find(connection), subjects, administrator);
        return {
          names: subjects.map((subject, index) => ({
            subject,
            name: found[index]?.name ?? null,
            login: found[index]?.login ?? null,
            email: found[index]?.email ?? null,
          })),
        };
      },
    }),
  ];
}
