import { beforeEach, describe, expect, test } from '@jest/globals';
import { approveAsManager, numberIn, secondMailbox, startRecoveryBench } from '../../support/benches/recovery.js';
import { waitForApproval } from '../../support/data/recoveries.js';
import { loginOf } from '../../support/fakes/simulated-profile.js';
import { FaceError } from '../errors.js';
import { advanceRecovery } from './advance.js';
import { isAccountOf } from './approve.js';
import { listRecovery, readRecovery } from './record.js';
import { proofOf } from './stage.js';

type Bench = Awaited<ReturnType<typeof startRecoveryBench>>;
let bench: Bench;
let grace: { 'x-admin-key': string };
let joan: { 'x-admin-key': string };

const twoApprovals = { groups: ['g1'], action: 'two_approvals', delayHours: 1, takesKeys: true };
const anna = { connection: 'acme', subject: 'anna' };

async function start(recovery: object = {}): Promise<void> {
  bench = await startRecoveryBench({
    recovery: { owners: ['owner@example.com'], privileged: twoApprovals, managerClaim: 'employee_number', ...recovery },
  });
  grace = await bench.addAgent('grace');
  joan = await bench.addAgent('joan');
}
beforeEach(() => start());

const approve = async (id: string, by = grace) =>
  (await bench.server.postJson(`/recoveries/${id}/approve`, { number: '4711' }, by)).body;
const list = async () => (await bench.server.send('GET', '/recoveries', { headers: grace })).body.recoveries;
const records = () => bench.detailsOf('recovery_approved');

/** Starts requests that overlap: a record is written after each of the others has replied, or writes one, too. */
async function overlap(requests: readonly (() => Promise<unknown>)[]): Promise<void> {
  const { audit } = bench.server.deps;
  const { append } = audit;
  let arrived = 0;
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrive = (): void => {
    arrived += 1;
    if (arrived >= requests.length) open();
  };
  audit.append = async (event) => {
    if (event.action === 'recovery_approved') {
      arrive();
      await gate;
    }
    return append.call(audit, event);
  };
  await Promise.all(requests.map((request) => request().finally(arrive)));
  audit.append = append;
}

describe('an approval that counts has one record', () => {
  test('if administrators approve twice at once', async () => {
    const { id } = await waitForApproval(anna, bench.server.deps, { isPrivileged: true });
    for (const by of [grace, joan]) await overlap([1, 2].map(() => () => approve(id, by)));
    expect(
      proofOf((await readRecovery(id, bench.server.deps)).stage)!
        .approvals.map(({ by }) => by)
        .toSorted(),
    ).toEqual(['grace', 'joan']);
    expect(records().length).toBe(2);
  });

  test('one approval and one record are kept if two administrators approve at once', async () => {
    const { id } = await waitForApproval(anna, bench.server.deps);
    await overlap([grace, joan].map((by) => () => approve(id, by)));
    expect(proofOf((await readRecovery(id, bench.server.deps)).stage)!.approvals.length).toBe(1);
    expect(records().length).toBe(1);
  });

  test('if the browser of the person asks twice after the manager passed the check', async () => {
    bench.profile.details.set('anna', { motto: secondMailbox('anna'), employee_number: loginOf('mona') });
    await bench.enrol('mona', 'eve');
    await bench.enrol('anna', 'ada');
    await bench.passDays(8);
    bench.profile.groups.set('anna', [{ id: 'g1', name: null }]);
    const browser = bench.browse();
    await browser.begin('anna');
    await browser.prove('manager');
    expect(numberIn(await browser.showFace('ada'))).toMatch(/\d{4}/);
    await approveAsManager(bench.server, bench.server.messages.find(({ to }) => to === loginOf('mona'))!, 'eve');
    const waiting = await readRecovery(bench.knownIds()[0]!, bench.server.deps);
    const visit = { recovery: waiting, connection: bench.connection, source: '192.0.2.1' };
    await overlap([1, 2].map(() => () => advanceRecovery(visit, bench.server.deps)));
    // A late request that read the recovery before the first one changed it.
    await advanceRecovery(visit, bench.server.deps);
    expect(records()).toMatchObject([{ by: 'manager' }]);
    expect((await browser.step()).text).toContain('1 of 2 approvals');
    expect(bench.server.messages.filter(({ to }) => to === loginOf('mona')).length).toBe(1);
  });

  test('and without a record nothing is approved; it can be approved again', async () => {
    const { id } = await waitForApproval(anna, bench.server.deps);
    const { audit } = bench.server.deps;
    const { append } = audit;
    audit.append = async (event) => {
      if (event.action === 'recovery_approved') throw new FaceError('state_unavailable');
      return append.call(audit, event);
    };
    expect(await approve(id)).toMatchObject({ code: 'state_unavailable' });
    audit.append = append;
    expect(await list()).toMatchObject([{ stage: 'approval', approvals: [] }]);
    bench.server.clock.advanceSec(61);
    expect(await approve(id)).toMatchObject({ recovery: { stage: 'ready', approvals: ['grace'] } });
    expect(records().length).toBe(1);
  });
});

test('API keys approve no recovery if the configuration says so', async () => {
  await start({ takesKeys: false });
  const one = await waitForApproval(anna, bench.server.deps);
  expect(await approve(one.id)).toMatchObject({ code: 'role_missing' });
  const two = await waitForApproval(anna, bench.server.deps, { isPrivileged: true });
  expect(await approve(two.id)).toMatchObject({ code: 'role_missing' });
});

describe('the list of recoveries', () => {
  test('has those that expired while they waited for seven days', async () => {
    await bench.enrol('anna', 'ada');
    await bench.passDays(8);
    const browser = bench.browse();
    await browser.begin('anna');
    await browser.prove('help_desk');
    await browser.showFace('ada');
    expect(await list()).toMatchObject([{ stage: 'approval', outcome: null }]);
    bench.server.clock.advanceSec(25 * 3600);
    expect(await list()).toMatchObject([{ stage: 'ended', outcome: 'expired' }]);
    expect((await browser.step()).text).toContain('not recovered');
    expect(await approve(bench.knownIds()[0]!)).toMatchObject({ code: 'recovery_not_waiting' });
    await bench.passDays(6);
    expect(await list()).toMatchObject([{ outcome: 'expired' }]);
    await bench.passDays(1);
    expect(await list()).toEqual([]);
  });

  test('makes room for a new one by those that are gone or expired', async () => {
    const { deps, clock } = bench.server;
    const expired = await waitForApproval(anna, deps, { expiresAt: clock.now() });
    const waiting = await waitForApproval(anna, deps);
    const { state } = deps;
    const { expiresAt } = waiting;
    const [kept, former] = [waiting, expired].map(({ id }) => ({ ...anna, id, expiresAt }));
    const gone = Array.from({ length: 998 }, (_, index) => ({ ...anna, id: `gone-${index}`, expiresAt }));
    await state.write('recoveries:acme', [kept!, former!, ...gone], { when: 'any', expiresAt });
    const added = { ...waiting, id: 'b'.repeat(24) };
    await listRecovery(added, deps);
    const found = await state.read('recoveries:acme');
    expect(found?.value).toMatchObject([{ id: added.id }, { id: waiting.id }]);
  });
});

test('an administrator whose name is written in another Unicode form is the person of the account', () => {
  const account = { subject: 'u1', login: 'jos\u00e9@example.com', email: null, phone: null, name: null };
  expect(isAccountOf(account, { byId: 'a1', by: 'JOSE\u0301@example.com (idp.example.com, a1)' })).toBe(true);
});
