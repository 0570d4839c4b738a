import { kmsEnvironment, startKms, type Trouble } from '../test/simulators/kms/index.js';
import type { Fault } from './fault.js';
import { checkInvariants } from './invariants.js';
import { openStage } from './stage.js';

/** The key service denies, throttles, breaks, keeps silent or is slow; then it is back. */
export const kms: Fault = {
  about: 'the key service (AWS KMS) denies, throttles, fails, keeps silent or is slow, and comes back',
  async run({ size, say }) {
    const service = await startKms();
    const keys = {
      ...{ kind: 'aws-kms', region: service.region, endpoint: service.url },
      sealing: [{ version: 1, keyId: service.createKey('HMAC_256') }],
      signing: { keyId: service.createKey('ECC_NIST_P256') },
    };
    const stage = await openStage({ config: { keys }, env: () => kmsEnvironment });
    const { client, pictures, journal } = stage;
    try {
      const troubles: readonly Trouble[] =
        size === 'full' ? ['denied', 'throttled', 'broken', 'silent'] : ['denied', 'throttled'];
      const [user = '', ...newcomers] = await stage.createUsers(troubles.length + 2);
      await client.enrol(user, pictures.person[0]);
      const disturb = async (when: string, newcomer: string): Promise<void> => {
        journal.turnTo(when);
        say(`  ${when}`);
        await client.callHook(user, when);
        // More often than anybody may fail: what the key service does is nobody's failure.
        for (let n = 0; n < 6; n += 1) await client.checkFace(user, pictures.person[1]);
        await client.enrol(newcomer, pictures.person[0]);
      };
      for (const [at, trouble] of troubles.entries()) {
        await client.checkFace(user, pictures.person[1]);
        service.cause(trouble);
        await disturb(trouble, newcomers[at] ?? '');
        service.cause('none');
      }
      service.slowDown(300);
      await disturb('answers 300 ms late', newcomers.at(-1) ?? '');
      service.slowDown(0);
      journal.turnTo('back');
      for (const newcomer of newcomers) {
        if (stage.tokenOf(newcomer) === null) await client.enrol(newcomer, pictures.person[0]);
      }
      const before = service.calls.length;
      await client.checkFace(user, pictures.person[1]);
      const callsOfCheck = service.calls.length - before;
      const invariants = await checkInvariants(stage, { enrolled: [user, ...newcomers] });
      return { seen: journal.toSeen(), figures: { callsOfCheck }, invariants, skipped: [] };
    } finally {
      await stage.close();
      await service.close();
    }
  },
};
