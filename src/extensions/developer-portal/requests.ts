import { z } from 'zod';
import { parseJsonAs } from '../../core/base/json.js';
import { changeExisting, changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import { addSec, epochMs, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { scopesField } from '../../http/rest/endpoint.js';
import { changeDeveloper, type Developer, findDeveloper } from './developers.js';
import {
  type ApplicationDraft,
  type ApplicationRequest,
  draftOf,
  isFinished,
  maxLengths,
  maxRedirectUris,
  requestGuard,
} from './request.js';

/** Returns false for a text with characters that hide or reorder text. */
const isPlain = (text: string): boolean => !/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text);

const isPlainLines = (text: string): boolean => isPlain(text.replace(/[\n\t]/g, ' '));

const lineField = (most: number) =>
  z.string().trim().min(1).max(most).refine(isPlain, 'expected one line of plain text');

export const textField = (most: number) =>
  z.string().trim().min(1).max(most).refine(isPlainLines, 'expected plain text');

export const messageField = textField(maxLengths.message).describe('Plain text that the other side can read.');

/** Fields of a request. The configuration may set lower maximums for the quotas. */
export const draftFields = {
  name: lineField(maxLengths.name).describe('Name of the program, for people.'),
  purpose: textField(maxLengths.purpose).describe('Purpose of the application, in your words.'),
  scopes: scopesField.transform((scopes) => [...new Set(scopes)]).describe('Scopes of its keys.'),
  connection: z
    .string()
    .max(100)
    .nullable()
    .prefault(null)
    .describe('Connection that it works with. If missing, the application stores its tokens itself.'),
  redirectUris: z
    .array(z.string().max(1024))
    .max(maxRedirectUris)
    .prefault([])
    .describe(
      'Redirect URIs of an OpenID client of that connection: `https`, complete, compared character for character. `localhost` is allowed only in the sandbox.',
    ),
  perMinute: z.int().min(1).describe('Requests per minute.'),
  perDay: z.int().min(1).describe('Requests per day, in UTC.'),
  contact: z
    .string()
    .trim()
    .max(maxLengths.contact)
    .refine(isPlain, 'expected one line of plain text')
    .prefault('')
    .describe('Contact for questions about it.'),
};

export const requestsOfDeveloper = { open: 10, kept: 50 } as const;

/** Limited, because one record holds the ids of all requests. */
const maxRequests = 2000;

const keptDays = { draft: 90, other: 365 } as const;

const storedOf = (id: string) => ({
  key: `application-request:${id}`,
  guard: requestGuard,
  expiresAt: ({ state, changedAt }: ApplicationRequest) =>
    addSec(changedAt, keptDays[state === 'draft' ? 'draft' : 'other'] * secondsPerDay),
});

const entryGuard = z.object({ id: z.string(), createdAt: epochMsGuard });

/** Ids of all requests, oldest first. Readers skip ids of deleted requests. */
const index = { key: 'application-requests', guard: z.array(entryGuard), expiresAt: () => null };

export async function findRequest(id: string, { state }: Ports<'state'>): Promise<ApplicationRequest | null> {
  return (await readStored(storedOf(id), { state }))?.record ?? null;
}

export async function listRequestsOf(developer: string, { state }: Ports<'state'>): Promise<ApplicationRequest[]> {
  const ids = (await findDeveloper(developer, { state }))?.requests ?? [];
  const found = await Promise.all(ids.map((id) => findRequest(id, { state })));
  return found
    .filter((request) => request !== null)
    .filter((each) => each.developer === developer)
    .toReversed();
}

/**
 * Creates a request. At a limit, the oldest finished request is deleted.
 * @throws `limit_reached` if too many requests are open
 */
export async function createRequest(
  wish: ApplicationDraft,
  { developer, application }: { readonly developer: Developer; readonly application: string | null },
  { clock, random, state }: Ports<'state' | 'clock' | 'random'>,
): Promise<ApplicationRequest> {
  const id = Buffer.from(random(12)).toString('hex');
  const now = clock.now();
  const request = draftOf(wish, { id, developer: developer.id, by: developer.name, application }, now);
  const closed = await findClosed(developer.id, { state });
  const { key, expiresAt } = storedOf(id);
  await state.write(key, request, { when: 'absent', expiresAt: expiresAt(request) });
  try {
    await changeDeveloper(
      developer,
      (record) => ({ ...record, requests: [...makeRoom(record.requests, closed), id] }),
      { state },
    );
    await addToIndex({ id, createdAt: now }, { state });
  } catch (error) {
    await forgetRequest(request, { state });
    throw error;
  }
  return request;
}

async function findClosed(developer: string, { state }: Ports<'state'>): Promise<ReadonlySet<string>> {
  const listed = (await findDeveloper(developer, { state }))?.requests ?? [];
  const found = await Promise.all(listed.map(async (id) => ({ id, request: await findRequest(id, { state }) })));
  return new Set(found.filter(({ request }) => request === null || isFinished(request)).map(({ id }) => id));
}

function makeRoom(requests: readonly string[], closed: ReadonlySet<string>): readonly string[] {
  // A request that was created concurrently counts as open.
  const open = requests.filter((id) => !closed.has(id));
  if (open.length >= requestsOfDeveloper.open) throw new FaceError('limit_reached');
  const dropped = new Set(
    requests.filter((id) => closed.has(id)).slice(0, Math.max(0, requests.length + 1 - requestsOfDeveloper.kept)),
  );
  return requests.filter((id) => !dropped.has(id));
}

async function addToIndex(entry: z.infer<typeof entryGuard>, { state }: Ports<'state'>): Promise<void> {
  const entries = (await readStored(index, { state }))?.record ?? [];
  const gone = entries.length < maxRequests ? new Set<string>() : await findDispensable(entries, { state });
  await changeStored(
    index,
    (former) => {
      const left = (former ?? []).filter(({ id }) => !gone.has(id));
      if (left.length >= maxRequests) throw new FaceError('limit_reached');
      return [...left, entry];
    },
    { state },
  );
}

async function findDispensable(
  entries: readonly { readonly id: string }[],
  { state }: Ports<'state'>,
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(entries.map(async ({ id }) => ({ id, request: await findRequest(id, { state }) })));
  const gone = found.filter(({ request }) => request === null).map(({ id }) => id);
  const oldest = found.find(({ request }) => request !== null && isFinished(request));
  return new Set(gone.length > 0 || oldest === undefined ? gone : [oldest.id]);
}

export async function forgetRequest(
  { id, developer, by }: ApplicationRequest,
  { state }: Ports<'state'>,
): Promise<void> {
  await state.delete(storedOf(id).key);
  await changeStored(index, (former) => (former ?? []).filter((each) => each.id !== id), { state });
  await changeDeveloper(
    { id: developer, name: by },
    (record) => ({ ...record, requests: record.requests.filter((each) => each !== id) }),
    { state },
  );
}

export const changeRequest = (
  id: string,
  change: (request: ApplicationRequest) => ApplicationRequest,
  deps: Ports<'state'>,
): Promise<ApplicationRequest> => changeExisting(storedOf(id), change, deps);

/** @throws `request_state` if the request is finished */
export function checkUnfinished(request: ApplicationRequest): void {
  if (isFinished(request)) throw new FaceError('request_state', { state: request.state });
}

const readAtOnce = 100;

export async function countSubmitted({ state }: Ports<'state'>): Promise<number> {
  const keys = ((await readStored(index, { state }))?.record ?? []).map(({ id }) => storedOf(id).key);
  let count = 0;
  for (let from = 0; from < keys.length; from += readAtOnce) {
    const found = await state.readMany(keys.slice(from, from + readAtOnce));
    count += found.filter((each) => each !== null && requestGuard.parse(each.value).state === 'submitted').length;
  }
  return count;
}

const placeGuard = z.tuple([z.int().nonnegative().transform(epochMs), z.string().regex(/^[0-9a-f]{24}$/)]);
type ListPlace = Pick<ApplicationRequest, 'createdAt' | 'id'>;

const toCursor = ({ createdAt, id }: ListPlace): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

function fromCursor(cursor: string): ListPlace {
  const place = parseJsonAs(Buffer.from(cursor, 'base64url'), placeGuard);
  if (place === undefined) throw new FaceError('request_malformed', { field: 'cursor' });
  return { createdAt: place[0], id: place[1] };
}

/** @throws `request_malformed` unless this server issued the cursor */
export async function listRequests(
  wanted: ApplicationRequest['state'] | undefined,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  { state }: Ports<'state'>,
): Promise<{ readonly requests: readonly ApplicationRequest[]; readonly cursor: string | null }> {
  const after = cursor === undefined ? null : fromCursor(cursor);
  const entries = ((await readStored(index, { state }))?.record ?? [])
    .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .filter(
      (each) =>
        after === null ||
        each.createdAt < after.createdAt ||
        (each.createdAt === after.createdAt && each.id < after.id),
    );
  const requests: ApplicationRequest[] = [];
  for (const [at, entry] of entries.entries()) {
    const request = await findRequest(entry.id, { state });
    if (request === null || request.state === 'draft' || (wanted !== undefined && request.state !== wanted)) continue;
    requests.push(request);
    if (requests.length === limit) return { requests, cursor: at + 1 < entries.length ? toCursor(entry) : null };
  }
  return { requests, cursor: null };
}
