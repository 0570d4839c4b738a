import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../../../examples/demo/run-command.js';
import { startOktaSimulator } from '../../../simulators/okta/index.js';
import { createAuditDeps, tokenChange, withAudit } from '../../../support/benches/audit.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { projectRoot } from '../../../support/run/paths.js';
import { adminKey } from '../../../support/servers/api-server.js';
import { startOperatedServer } from '../../../support/servers/operated-server.js';
import type { AuditEvent } from '../../core/audit-events.js';
import { secondsPerDay, toIso } from '../../core/units.js';
import { createLocalSigner } from '../../storage/keys/local-signer.js';
import { createSqliteState } from '../../storage/state/sqlite.js';

/* The command on real trails, and the program of docs/proof-pack.md that verifies its folder. */

const program = /\n```python\n([\s\S]*?)\n```/.exec(readFileSync(join(projectRoot, 'docs/proof-pack.md'), 'utf8'))?.[1];
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) process.stderr.write('SKIPPING the verification of proof packs in Python: there is no python3\n');

const root = createFolder('proof');
const keysFile = join(root, 'keys.json');
let okta: Awaited<ReturnType<typeof startOktaSimulator>>;
let ada: string;
let kim: string;
beforeAll(async () => {
  okta = await startOktaSimulator({});
  ada = await okta.createUser({ login: 'ada@example.com', password: 'first factor' });
  kim = await okta.createUser({ login: 'kim@example.com', password: 'first factor' });
  okta.org.groups.set('finance', { name: 'Finance', members: new Set([ada]) });
  pack = await prove(await writeFolder(stepsOf()));
});
afterAll(() => okta.close());

let pack: Awaited<ReturnType<typeof prove>>;

const by = 'owner';
const policy = (...rules: string[]) => ({ freshnessSec: 120, rules: rules.map((name) => ({ name })) });

/** Steps of a clock in seconds, and events. */
type Step = number | AuditEvent;
const about = (subject: string, connection = 'work') => ({ connection, subject });
const loaded = (...rules: string[]): AuditEvent => ({
  action: 'policy_loaded',
  ...about(''),
  detail: { mode: 'shadow', policy: policy(...rules) },
});
const enrolled = (subject: string): AuditEvent => ({
  action: 'enrolled',
  ...about(subject),
  detail: tokenChange('t', { proof: 'photo' }),
});
const unverified = (subject: string, connection = 'work'): AuditEvent => ({
  action: 'hook_decided',
  ...about(subject, connection),
  detail: { hook: 'token', outcome: 'unverified', rule: 'office', reason: 'no_check', fallback: 'omit_claim' },
});

const start = Date.now() - 20 * secondsPerDay * 1000;
let folders = 0;

/** Writes a data folder as a server leaves it. */
async function writeFolder(steps: readonly Step[]): Promise<string> {
  folders += 1;
  const folder = join(root, `data-${folders}`);
  mkdirSync(folder, { mode: 0o700 });
  const clock = createManualClock(start);
  const keys = join(root, 'signing-keys.json');
  const signer = await createLocalSigner({ file: keys, random: systemRandom, clock, log: createTextLog() });
  cpSync(keys, join(folder, 'signing-keys.json'));
  writeFileSync(keysFile, JSON.stringify({ keys: await signer.publicKeys() }));
  const state = createSqliteState({ file: join(folder, 'state.db'), clock });
  const deps = createAuditDeps({ file: join(folder, 'audit.jsonl'), signer, state, clock });
  await withAudit(deps, async (audit) => {
    for (const step of steps) {
      if (typeof step === 'number') clock.advanceSec(step);
      else await audit.append(step);
    }
  });
  await state.close();
  return folder;
}

const day = (count: number): string => new Date(start + count * secondsPerDay * 1000).toISOString();

/** Runs the command for the days after the first. */
async function prove(folder: string, ...options: string[]) {
  folders += 1;
  const out = join(root, `pack-${folders}`);
  const config = join(folder, 'config.json');
  const connection = {
    id: 'work',
    kind: 'okta',
    policy: { mode: 'shadow' },
    okta: okta.toSettings('Bearer a-secret-of-the-tests-0123456789'),
  };
  writeFileSync(config, JSON.stringify({ publicUrl: 'https://face.example.com', connections: [connection] }));
  const env = { FACESTEP_DATA: folder, FACESTEP_CONFIG: config };
  const ended = await runCli(['proof', '--from', day(1), '--to', day(5), '--out', out, ...options], env);
  const text = existsSync(out) ? readFileSync(join(out, 'proof.json'), 'utf8') : 'null';
  return { ...ended, out, proof: JSON.parse(text) };
}

const verify = (folder: string) => spawnSync('python3', ['-c', program ?? '', folder, keysFile], { encoding: 'utf8' });

const stepsOf = (): Step[] => [
  loaded('office'),
  enrolled(ada),
  enrolled(kim),
  1.5 * secondsPerDay,
  unverified(ada),
  unverified(kim),
  unverified('elsewhere', 'other'),
  60,
  { action: 'bypass_issued', ...about(ada), detail: { id: 'b', minutes: 60, application: null, approvals: 1, by } },
  { action: 'verification_refused', ...about(ada), detail: { tokenId: 't' } },
  60,
  loaded('office', 'travel'),
  { action: 'connection_mode_switched', ...about(''), detail: { mode: 'enforce', file: 'shadow', by } },
  2 * secondsPerDay,
  { action: 'recovery_link_made', ...about(ada), detail: { id: 'r', send: 'none', by } },
  { action: 'subject_erased', ...about(kim), detail: { receiptId: 'r', tokenId: null, by } },
  2 * secondsPerDay,
  unverified(ada),
];

type Listed = { readonly subject: string; readonly action: string };
const subjectsIn = (records: readonly Listed[]): string[] => records.map(({ subject }) => subject);

test('everyone of a connection is in the pack: policies, people, sign-ins without a face, and acts', async () => {
  const { code, stdout, stderr, proof, out } = pack;
  expect(code).toBe(0);
  expect(proof.policies).toMatchObject([
    { time: toIso(start as never), mode: 'shadow', by: null, policy: policy('office') },
    { mode: 'shadow', policy: policy('office', 'travel') },
    { mode: 'enforce', by, policy: null },
  ]);
  expect(subjectsIn(proof.lists.withoutFace)).toEqual([ada, kim]);
  expect(proof.lists).toMatchObject({
    configuration: [],
    enrolments: [],
    ended: [{ subject: kim, action: 'subject_erased' }],
    refusals: [{ subject: ada, code: 'face_mismatch' }],
    bypasses: [{ subject: ada, by }],
    recoveries: [{ subject: ada, action: 'recovery_link_made' }],
    administration: [{ action: 'bypass_issued' }, { action: 'connection_mode_switched' }, {}, {}],
  });
  expect(proof.people).toEqual([
    expect.objectContaining({ subject: ada, proof: 'photo', withoutFace: 1, refused: 1, login: null, hasToken: null }),
    expect.objectContaining({ subject: kim, enrolledAt: null, proof: null, withoutFace: 1 }),
  ]);
  expect(proof.gaps.map(({ kind }: { kind: string }) => kind)).toEqual(['silent', 'silent']);
  expect(stderr).toContain('gap: Trail 1 has no record from');
  expect(stdout).toContain('people: 2, trails: 1, gaps: 2');
  expect(proof.trails).toMatchObject([{ isSound: true, omitted: 1, lastSequence: 12, signedThrough: 13 }]);
  expect(readdirSync(out).sort()).toEqual([
    'heads-1.jsonl',
    'manifest.jws',
    'proof.html',
    'proof.json',
    'records-1.jsonl',
  ]);
  expect(readFileSync(join(out, 'records-1.jsonl'), 'utf8')).not.toContain('elsewhere');
  if (hasPython)
    expect(verify(out)).toMatchObject({ status: 0, stdout: expect.stringContaining('gaps: silent, silent') });
});

test('with a group, only its members are named, and the others are digests', async () => {
  const { proof, out } = await prove(await writeFolder(stepsOf()), '--group', 'Finance');
  expect(proof.people).toEqual([
    expect.objectContaining({ subject: ada, login: 'ada@example.com', hasToken: false, enrolledAt: day(0) }),
  ]);
  expect(subjectsIn(proof.lists.withoutFace)).toEqual([ada]);
  for (const file of readdirSync(out)) expect(readFileSync(join(out, file), 'utf8')).not.toContain(kim);
  if (hasPython) expect(verify(out)).toMatchObject({ status: 0 });
});

const lineAt = (text: string, at: number): string => text.split('\n')[at] ?? '';
const files = {
  'a record that is missing': ['records-1.jsonl', (text: string) => text.replace(`${lineAt(text, 3)}\n`, '')],
  'a changed record': ['records-1.jsonl', (text: string) => text.replace('"minutes":60', '"minutes":10')],
  'a changed rule': ['proof.json', (text: string) => text.replace('"travel"', '"office"')],
  'a rule that the page lacks': ['proof.html', (text: string) => text.replace('travel', 'office')],
  'other claims of the manifest': ['manifest.jws', (text: string) => text.replace(/\..*\./, '.e30.')],
  'an added file': ['more.jsonl', () => ''],
} as const;

(hasPython ? test.each(Object.entries(files)) : test.skip.each([['without Python', null]]))(
  'the program of the documentation refuses a pack with %s',
  async (_, change) => {
    const [file, changeText] = change as (typeof files)[keyof typeof files];
    const out = join(root, `copy-${++folders}`);
    cpSync(pack.out, out, { recursive: true });
    const path = join(out, file);
    const text = file === 'more.jsonl' ? '' : readFileSync(path, 'utf8');
    writeFileSync(path, changeText(text));
    if (file !== 'more.jsonl') expect(readFileSync(path, 'utf8')).not.toBe(text);
    const problem = file === 'more.jsonl' ? 'NOT VALID: files were added or removed: more.jsonl' : 'NOT VALID';
    expect(verify(out)).toMatchObject({ status: 1, stderr: expect.stringContaining(problem) });
  },
);

test('a record that was removed from the trail is a gap, and the program finds it in the signed pack too', async () => {
  const folder = await writeFolder(stepsOf());
  const trail = join(folder, 'audit.jsonl');
  const text = readFileSync(trail, 'utf8');
  writeFileSync(trail, text.replace(`${lineAt(text, 7)}\n`, ''));
  const { code, proof, out } = await prove(folder);
  expect(code).toBe(1);
  expect(proof.gaps[0]).toEqual({ kind: 'not_sound', trail: 1, sequence: 8 });
  if (hasPython)
    expect(verify(out)).toMatchObject({ status: 1, stderr: expect.stringContaining('records before 9 are missing') });
});

test('a trail that begins late, ends unsigned or has no policy, and a server without its trail, are gaps', async () => {
  const folder = await writeFolder([1.5 * secondsPerDay, unverified(ada), 60, unverified(ada)]);
  writeFileSync(join(folder, 'audit-heads.jsonl'), '');
  const other = await writeFolder([2 * secondsPerDay, unverified(kim)]);
  const rebuilt = await runCli(['ledger', 'rebuild', '--trail', other], { FACESTEP_DATA: folder, FACESTEP_CONFIG: '' });
  expect(rebuilt.code).toBe(0);
  const { proof } = await prove(folder);
  const chain = readFileSync(join(other, 'audit-chain'), 'utf8').slice(0, 12);
  expect(proof.gaps).toMatchObject([
    { kind: 'silent', from: new Date(start + (1.5 * secondsPerDay + 60) * 1000).toISOString(), to: day(5) },
    { kind: 'begun', at: new Date(start + 1.5 * secondsPerDay * 1000).toISOString() },
    { kind: 'not_signed', after: null },
    { kind: 'trail_missing', chain, records: 1 },
  ]);
  const both = await prove(folder, '--trail', folder, '--trail', other);
  expect(both.proof.trails).toHaveLength(2);
  expect(both.proof.gaps).not.toContainEqual(expect.objectContaining({ kind: 'trail_missing' }));
});

test('an edited record that becomes a digest is found by the record after it, which is a digest too', async () => {
  const folder = await writeFolder(stepsOf());
  const trail = join(folder, 'audit.jsonl');
  const lines = readFileSync(trail, 'utf8').split('\n');
  const edited = lines[4]?.replace('"connection":"work"', '"connection":"xxxx"') ?? '';
  writeFileSync(trail, lines.with(4, edited).join('\n'));
  const { code, out } = await prove(folder);
  expect(code).toBe(1);
  if (hasPython)
    expect(verify(out)).toMatchObject({ status: 1, stderr: expect.stringContaining('the line before 6 was changed') });
});

const kindsOf = (gaps: readonly { readonly kind: string }[]) => gaps.map(({ kind }) => kind);

test('a clock that was ahead hides no later record of the period; unreadable records are a gap', async () => {
  const ahead = 30 * secondsPerDay;
  const unreadable = { action: 'another_way_passed', ...about(ada), detail: { stepUpId: 's', way: 'other' } };
  const { proof } = await prove(
    await writeFolder([
      loaded('office'),
      1.5 * secondsPerDay,
      unverified(ada),
      ahead,
      unverified(kim),
      -ahead,
      unverified(kim),
      unreadable as AuditEvent,
    ]),
  );
  expect(subjectsIn(proof.lists.withoutFace)).toEqual([ada, kim]);
  expect(kindsOf(proof.gaps)).toEqual(['clock', 'silent', 'unreadable']);
});

test('an expired enrolment, one whose key was destroyed, and one that another trail ended do not count as enrolled', async () => {
  const expiring = { ...tokenChange('t', { expiresAt: day(2) }), proof: 'photo' as const };
  const one = await writeFolder([
    { action: 'enrolled', ...about('ed'), detail: expiring },
    { action: 'enrolled', ...about('kay'), detail: { ...tokenChange('t'), keyVersion: 2 } },
    1.2 * secondsPerDay,
    { action: 'key_destroyed', ...about('', ''), detail: { use: 'sealing', name: '2', by } },
    1.8 * secondsPerDay,
    { action: 'revoked', ...about(ada), detail: { tokenId: 't' } },
    { action: 'console_sign_in_refused', ...about('', ''), detail: { by: 'eve', issuer: 'i', subject: 'eve' } },
  ]);
  const two = await writeFolder([1.1 * secondsPerDay, enrolled(ada)]);
  const { proof, out } = await prove(one, '--trail', one, '--trail', two);
  const stateOf = (subject: string) => proof.people.find((each: Listed) => each.subject === subject);
  expect(stateOf('ed')).toMatchObject({ enrolledAt: day(0), expiresAt: day(2) });
  expect(stateOf('kay')).toMatchObject({ enrolledAt: null });
  expect(stateOf(ada)).toMatchObject({ enrolledAt: null });
  const page = readFileSync(join(out, 'proof.html'), 'utf8');
  expect(page).toContain('of whom 0 are enrolled');
  for (const file of readdirSync(out)) expect(readFileSync(join(out, file), 'utf8')).not.toContain('eve');
});

test.each([
  ['a group that the provider does not have', ['--group', 'Missing'], 'No group “Missing”'],
  ['a period in the future', ['--from', '2999-01-01', '--to', '2999-02-01'], 'must have begun'],
  ['a trail that is given twice', ['--trail', 'IT', '--trail', 'IT'], 'the same audit trail'],
  ['a data folder without signing keys', [], 'No signing keys'],
])('%s is refused, and no folder is written', async (title, options, message) => {
  const folder = await writeFolder(stepsOf());
  if (title.includes('keys')) rmSync(join(folder, 'signing-keys.json'));
  const { code, stderr, out } = await prove(folder, ...options.map((option) => (option === 'IT' ? folder : option)));
  expect({ code, stderr }).toEqual({ code: expect.any(Number), stderr: expect.stringContaining(message) });
  expect(code).not.toBe(0);
  expect(existsSync(out)).toBe(false);
  expect(existsSync(join(folder, 'signing-keys.json'))).toBe(!title.includes('keys'));
});

test('over the API, a pack is made of the trail of the server, and its page escapes what others wrote', async () => {
  const dataFolder = createFolder('proof-api');
  const directory = { async *listMembers() {}, searchGroups: async () => [], register: null };
  const operated = await startOperatedServer(
    { toConnections: () => [{ id: 'work', kind: 'memory', policy: { mode: 'shadow' } }] },
    { dataFolder, given: { directories: new Map([['work', async () => directory]]) } },
  );
  const { clock, signer } = operated.server.deps;
  const from = clock.now();
  mkdirSync(dataFolder, { recursive: true });
  await withAudit(createAuditDeps({ file: join(dataFolder, 'audit.jsonl'), signer, clock }), (audit) =>
    audit.append(unverified('<script>')),
  );
  operated.server.clock.advanceSec(60);
  const period = { connection: 'work', from: toIso(from), to: toIso(clock.now()) };
  const answer = await fetch(`${operated.server.origin}/v1/proof`, {
    method: 'POST',
    headers: { 'x-admin-key': adminKey, 'content-type': 'application/json' },
    body: JSON.stringify(period),
  });
  const lines = (await answer.text()).trim().split('\n');
  const parts = lines.map((line): { file: string; text: string } => JSON.parse(line));
  const page = parts.find(({ file }) => file === 'proof.html')?.text;
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('<script>');
  expect(parts.at(-1)?.file).toBe('manifest.jws');
  expect(await operated.post('/proof', { ...period, to: period.from })).toMatchObject({
    status: 400,
    body: { field: 'to' },
  });
  expect(await operated.post('/proof', { ...period, connection: 'other' })).toMatchObject({
    status: 404,
    body: { code: 'connection_unknown' },
  });
});
