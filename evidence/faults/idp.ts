import type { Act } from '../../support/servers/front.js';
import type { Fault } from './fault.js';
import { runOnStage } from './stage.js';

const answer = (status: number, body: string, headers: Record<string, string> = {}): Act => ({
  kind: 'answer',
  status,
  body,
  headers: { 'content-type': 'application/json', ...headers },
});

const troubles: readonly (readonly [string, Act])[] = [
  [
    'answers 429',
    answer(429, '{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}', {
      'retry-after': '30',
      'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 30),
    }),
  ],
  ['answers 500', answer(500, '{"errorCode":"E0000009","errorSummary":"Internal Server Error"}')],
  ['answers garbage', answer(200, '<html><body>Back soon</body></html>', { 'content-type': 'text/html' })],
  ['never answers', { kind: 'hang' }],
];

export const idp: Fault = {
  about: "the identity provider's API answers 429, 500, garbage or never, when the profile is read or written",
  run: ({ size, say }) =>
    runOnStage({}, async (stage) => {
      const { client, pictures, journal } = stage;
      const cases = troubles
        .filter(([, { kind }]) => size === 'full' || kind !== 'hang')
        .flatMap(([name, act]) => [
          { when: `reads: ${name}`, method: 'GET' as const, act },
          { when: `writes: ${name}`, method: 'POST' as const, act },
        ]);
      const [first = '', second = ''] = await stage.createUsers(2);
      const newcomers = await stage.createUsers(cases.length);
      const late: string[] = [];
      const untrue: string[] = [];
      for (const user of [first, second]) await client.enrol(user, pictures.person[0]);
      for (const [at, { when, method, act }] of cases.entries()) {
        journal.turnTo(when);
        await client.checkFace(first, pictures.person[1]);
        const newcomer = newcomers[at] ?? '';
        stage.idp.rules = [{ path: /^\/api\/v1\/users\//, method, act }];
        const [decision, isEnrolled, isRevoked] = await Promise.all([
          client.callHook(first, `event-${at}`),
          client.enrol(newcomer, pictures.person[0]),
          client.revoke(second),
          client.checkFace(first, pictures.person[1]),
        ]);
        if (decision === 'no answer') late.push(when);
        if (isEnrolled && stage.tokenOf(newcomer) === null)
          untrue.push(`${when}: confirmed an enrolment that does not exist`);
        if (isRevoked && stage.tokenOf(second) !== null)
          untrue.push(`${when}: confirmed a revocation that did not happen`);
        stage.idp.rules = [];
        await client.enrol(second, pictures.person[0]);
        say(`  ${when}`);
      }
      journal.turnTo('after');
      await stage.enrolMissing(newcomers);
      const { length } = cases;
      return {
        enrolled: [first, second, ...newcomers],
        invariants: [
          { invariant: 'every hook was answered within the 3 seconds that Okta waits', checked: length, broken: late },
          {
            invariant: 'every confirmed enrolment is written and every confirmed revocation is cleared',
            checked: 2 * length,
            broken: untrue,
          },
        ],
      };
    }),
};
