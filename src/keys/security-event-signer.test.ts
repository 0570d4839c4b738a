import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { createManualClock } from '../../test/contract/state.js';
import { createFolder } from '../../test/folder.js';
import { createTextLog, systemRandom as random } from '../../test/sinks.js';
import { createOidcKeys } from './oidc-keys.js';
import { createSecurityEventSigner } from './security-event-signer.js';

const day = 86_400;

test('what is signed verifies with what is published, also while the keys take turns', async () => {
  const clock = createManualClock();
  const file = join(createFolder('security-event-signer'), 'oidc-keys.json');
  const keys = await createOidcKeys({ file, clock, random, log: createTextLog() });
  let opened = 0;
  const signer = createSecurityEventSigner(async () => {
    opened += 1;
    return keys;
  });
  expect(opened).toBe(0);
  const kids = new Set<string>();
  let former: string | null = null;
  for (let age = 0; age <= 91; age += 1) {
    const jws = await signer.sign({ jti: `${age}` });
    const published = (await signer.publicKeys()).map((key) => ({ ...key, x5c: [...key.x5c] }));
    const keySet = createLocalJWKSet({ keys: published });
    for (const each of [jws, former ?? jws]) {
      const { protectedHeader } = await jwtVerify(each, keySet, { algorithms: ['RS256'], typ: 'secevent+jwt' });
      kids.add(String(protectedHeader.kid));
    }
    former = jws;
    clock.advanceSec(day);
  }
  expect(kids.size).toBe(2);
});
