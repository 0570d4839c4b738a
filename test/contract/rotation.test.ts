import { expect, test } from '@jest/globals';
import { applySteps, isDone, pushingSecret } from '../../src/admin/operations/steps.js';
import type { ServedHooks } from '../../src/connections/hook.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { startHooks } from '../../support/servers/hook-server.js';
import { openOktaBench } from './okta.js';

/* A secret is replaced while people sign in: with both accepted meanwhile no call is refused, without it some are. */

const old = 'Bearer the secret that the provider has from before';
const fresh = 'Bearer the secret that the provider is given now';

/** Steps of a rotation in turn, each while calls go on, with some calls after each. @returns whether each call was let in */
async function whileCalling(call: () => Promise<boolean>, steps: readonly (() => unknown)[]): Promise<boolean[]> {
  const calls: boolean[] = [];
  let isOver = false;
  const loop = (async () => {
    while (!isOver) calls.push(await call());
  })();
  try {
    for (const step of [() => {}, ...steps]) {
      await step();
      const enough = calls.length + 3;
      while (calls.length < enough) await Promise.race([loop, new Promise(setImmediate)]);
    }
  } finally {
    isOver = true;
    await loop;
  }
  return calls;
}

/** What `facestep provision --apply` does, with `--push-secrets`. */
async function push({ steps }: Provisioning): Promise<void> {
  for await (const { after } of applySteps(steps.map(pushingSecret), createTextLog())) {
    expect(isDone(after)).toBe(true);
  }
}

/** A server whose hooks are taken over between two requests, as after SIGHUP. */
async function startServer(served: ServedHooks) {
  const hooks = new Map([['workforce', served]]);
  const { port } = await startHooks(hooks);
  return {
    publicUrl: `http://127.0.0.1:${port}`,
    reload: (others: ServedHooks) => void hooks.set('workforce', others),
  };
}

const notice = 'called with the previous secret';

async function openOkta() {
  const bench = await openOktaBench();
  const ada = { login: 'ada@example.com', password: 'correct horse' };
  const id = await bench.okta.createUser(ada);
  const configure = (hooks: object) => ({ okta: { hooks, passwordImport: undefined } });
  const before = configure({ secret: { value: old } });
  const both = configure({ secret: { value: fresh }, previousSecret: old });
  const after = configure({ secret: { value: fresh } });
  const server = await startServer(bench.connect(before).hooks);
  const { publicUrl } = server;
  await push(bench.provision({ ...before, publicUrl }));
  let signIns = 0;
  return {
    bench,
    server,
    before,
    both,
    after,
    push: (settings: typeof before) => push(bench.provision({ ...settings, publicUrl })),
    /** Okta mints tokens without the claim where it is refused. */
    async signIn() {
      signIns += 1;
      await bench.passStepUp(id, `step-up-${signIns}`);
      const { ok } = await bench.okta.signIn(ada);
      return ok && JSON.stringify(bench.okta.org.hookAnswers.at(-1)).includes('"verified"');
    },
  };
}

test('rotating the secret at Okta refuses no hook call, and the log reports the use of the previous secret once', async () => {
  const { bench, server, both, after, push, signIn } = await openOkta();
  const calls = await whileCalling(signIn, [
    () => server.reload(bench.connect(both).hooks),
    () => expect(bench.core.log.text()).toContain(`{"message":"${notice}","connection":"workforce","hook":"token"}`),
    () => push(both),
    () => bench.clock.advanceSec(61),
    () => server.reload(bench.connect(after).hooks),
  ]);
  expect(calls).not.toContain(false);
  expect(bench.core.log.text().split(notice)).toHaveLength(2);
  // The event hook has it too.
  const grace = await bench.okta.createUser({ login: 'grace@example.com', password: 'correct horse' });
  await bench.okta.changeStatus(grace, 'suspend');
  await bench.okta.settleEvents();
  const failed = bench.okta.org.log.filter(({ outcome }) => outcome.result === 'FAILURE');
  expect(failed).toEqual([]);
});
