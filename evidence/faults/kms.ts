import { setTimeout as sleep } from 'node:timers/promises';
import { kmsEnvironment, startKms, type Trouble } from '../../support/servers/kms/index.js';
import type { Fault } from './fault.js';
import { runOnStage, type Stage } from './stage.js';

export const kms: Fault = {
  about: 'the key service (AWS KMS) denies, throttles, fails, keeps silent or is slow, and comes back',
  async run({ size, say }) {
    const service = await startKms();
    const keys = {
      kind: 'aws-kms',
      region: service.region,
      endpoint: service.url,
      sealing: [{ version: 1, keyId: service.createKey('HMAC_256') }],
      signing: { keyId: service.createKey('ECC_NIST_P256') },
    };
    const troubles: readonly Trouble[] = size === 'full' ? ['denied', 'throttled', 'broken', 'silent'] : ['denied'];
    try {
      return await runOnStage({ config: { keys }, env: () => kmsEnvironment }, async (stage) => {
        const { client, pictures, journal } = stage;
        const [user = '', ...newcomers] = await stage.createUsers(troubles.length + 2);
        const unseen = await stage.createUsers(troubles.length);
        for (const each of [user, ...unseen]) await client.enrol(each, pictures.person[0]);
        // The replica restarts, because a new process has cached no token keys.
        await stage.replicas[0].stop();
        await stage.replicas[0].start();
        await client.checkFace(user, pictures.person[1]);
        const backAfterSec: Record<string, number> = {};
        const disturb = async (when: string, newcomer: string): Promise<void> => {
          journal.turnTo(when);
          say(`  ${when}`);
          await client.callHook(user, when);
          await client.checkFace(user, pictures.person[1]);
          await client.enrol(newcomer, pictures.person[0]);
        };
        for (const [at, trouble] of troubles.entries()) {
          await client.checkFace(user, pictures.person[1]);
          service.cause(trouble);
          await disturb(trouble, newcomers[at] ?? '');
          journal.turnTo(`${trouble}, first check of a user since the start`);
          // More tries than the lockout allows, because failures of the key service must not count as failed tries.
          for (let n = 0; n < 6; n += 1) await client.checkFace(unseen[at] ?? '', pictures.person[1]);
          service.cause('none');
          backAfterSec[trouble] = await untilBack(stage, user);
        }
        service.slowDown(300);
        await disturb('answers 300 ms late', newcomers.at(-1) ?? '');
        service.slowDown(0);
        journal.turnTo('back');
        await stage.enrolMissing(newcomers);
        await client.checkFace(user, pictures.person[1]);
        return { enrolled: [user, ...newcomers, ...unseen], figures: { backAfterSec } };
      });
    } finally {
      await service.close();
    }
  },
};

/**
 * Waits until a circuit breaker calls the key service again (src/storage/keys/aws-kms-calls.ts).
 * @returns seconds
 */
async function untilBack({ client, pictures, journal }: Stage, user: string): Promise<number> {
  journal.turnTo('coming back');
  const began = performance.now();
  while (!(await client.enrol(user, pictures.person[0]))) await sleep(500);
  return Math.round((performance.now() - began) / 1000);
}
