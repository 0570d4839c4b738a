import { createHmac } from 'node:crypto';
import { subjectOfIdentifier } from '../../../src/core/connection.js';
import type { BenchProvider } from './provider.js';

export function openOneLogin(policy: object): BenchProvider {
  const key = 'the-hook-secret-of-the-benchmark-for-onelogin';
  const sign = (body: string) => {
    const time = Math.floor(Date.now() / 1000);
    const mac = createHmac('sha256', key).update(`${time}.${body}`).digest('hex');
    return { 'x-facestep-signature': `t=${time},v1=${mac}` };
  };
  const toCall = (event: object) => {
    const body = JSON.stringify(event);
    return { headers: sign(body), body };
  };
  const toUserId = (n: number) => 36_000_000 + n;
  const toIdentifier = (n: number) => `user-${n}@example.com`;
  const shared = { provider: 'onelogin', grantedText: '"allow"', sign };
  return {
    connection: {
      id: 'onelogin',
      kind: 'onelogin',
      policy,
      onelogin: {
        accountUrl: 'https://bench.onelogin.com',
        clientId: 'unused',
        clientSecret: 'unused',
        hooks: { secret: key },
        facePolicyId: 1,
      },
    },
    env: {},
    subjects: (n) => [String(toUserId(n)), subjectOfIdentifier(toIdentifier(n))],
    loads: (url) => [
      {
        ...shared,
        hook: 'pre-authentication',
        url: `${url}/hooks/onelogin/pre-authentication`,
        toCall: (n, id = `request-${n}`) =>
          toCall({ user_id: toUserId(n), app_id: 1, ip: `192.0.2.${n % 250}`, request_id: id }),
      },
      {
        ...shared,
        hook: 'user-migration',
        url: `${url}/hooks/onelogin/user-migration`,
        toCall: (n, id = `request-${n}`) => toCall({ user_identifier: toIdentifier(n), request_id: id }),
      },
    ],
    close: async () => {},
  };
}
