import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createAuditDeps, tokenChange, withAudit } from '../../../../support/benches/audit.js';
import { createTextLog } from '../../../../support/fakes/sinks.js';
import { createFolder } from '../../../../support/run/folder.js';
import type { CoveragePage, EnrolmentCoverage } from '../../../connections/coverage.js';
import { SealedToken } from '../../../core/secrets.js';
import { FaceError } from '../../../errors.js';
import { parseToken } from '../../../face/token/format.js';
import { createCoverageCheck } from './census.js';

/* Whom the doctor counts as enrolled, by what the trail says of the tokens in the profiles. */

const trail = join(createFolder('census'), 'audit.jsonl');
const policy = { mode: 'enforce', whenNotEnrolled: 'refuse' } as const;

/** The text of a token of one photo, under key version 1. Tokens differ in their salt. */
function toToken(salt: number, engine = 3): SealedToken {
  const bytes = Buffer.alloc(168, 0);
  bytes.set([engine, 2, 0, 1]);
  bytes.writeUInt32BE(salt, 8);
  return new SealedToken(`fv1.${bytes.toString('base64url')}`);
}
const nameOf = (token: SealedToken): string => parseToken(token).tokenId;

const [theirs, renewed, ofNobody, ofAnother, elsewhere, unknown] = [1, 2, 3, 4, 5, 6].map((salt) => toToken(salt));
await withAudit(createAuditDeps({ file: trail }), async (audit) => {
  const append = (connection: string, subject: string, token: SealedToken) =>
    audit.append({ action: 'enrolled', connection, subject, detail: tokenChange(nameOf(token)) });
  await append('work', 'ada', theirs);
  await append('default', '', ofNobody);
  await append('work', 'grace', ofAnother);
  await append('home', 'ada', elsewhere);
  const change = tokenChange(nameOf(renewed), { kind: 'renewal' });
  await audit.append({ action: 'renewed', connection: 'work', subject: 'ada', detail: change });
});

const findEngine = async () => 3;

async function check(tokens: readonly SealedToken[], verifier: 'embedded' | 'facenition' = 'embedded') {
  const counted: EnrolmentCoverage[] = [];
  const read: number[] = [];
  const census = async (onPage: (page: CoveragePage) => void = () => {}): Promise<EnrolmentCoverage> => {
    for (const token of tokens) onPage({ users: 1, enrolled: 1, holders: [{ subject: 'ada', token }] });
    return { users: tokens.length, enrolled: tokens.length, isComplete: true };
  };
  const known = {
    verifier: { kind: verifier },
    trail,
    onRead: (users: number) => read.push(users),
    onCensus: (each: EnrolmentCoverage) => counted.push(each),
    findEngine,
  };
  const { run } = createCoverageCheck({ census }, { id: 'work', policy }, known, { log: createTextLog() });
  return { ...(await run()), enrolled: counted[0]?.enrolled, read };
}

test('the census counts users as enrolled if their token was issued to them or no trail mentions it', async () => {
  expect(await check([theirs, renewed, unknown])).toMatchObject({
    verdict: 'pass',
    enrolled: 3,
    read: [1, 2, 3],
  });
});

test.each([
  ['of POST /generate', ofNobody],
  ['of another user', ofAnother],
  ['of the same user at another connection', elsewhere],
  ['that is malformed', new SealedToken('a1b2c3')],
  ['that is truncated', new SealedToken('fv1.AwIAAQAAAAA')],
])('the census does not count a user as enrolled with a token %s', async (_name, token) => {
  expect(await check([theirs, token])).toMatchObject({
    verdict: 'warn',
    enrolled: 1,
    found: expect.stringContaining('1 user of these holds a token that was not made for this user'),
  });
});

test('the census reports the reason and no number if the provider cannot list users', async () => {
  const census = () => Promise.reject(new FaceError('provider_refused'));
  const onCensus = () => expect('a count').toBe('none');
  const known = { verifier: { kind: 'embedded' } as const, trail, onRead: () => {}, onCensus, findEngine };
  const { run } = createCoverageCheck({ census }, { id: 'work', policy }, known, { log: createTextLog() });
  expect(await run()).toMatchObject({ verdict: 'warn', found: expect.stringContaining('provider_refused') });
});

test('tokens of an engine that is not active are counted', async () => {
  const { found } = await check([unknown, toToken(7, 128), toToken(8, 2)]);
  expect(found).toContain('2 users hold a token of another recognition engine than the one in use');
  expect((await check([unknown])).found).not.toContain('engine');
});
