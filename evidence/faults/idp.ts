import type { Act } from '../../simulators/front.js';
import type { Fault, Invariant } from './fault.js';
import { checkInvariants } from './invariants.js';
import { openStage, type Stage } from './stage.js';

const answer = (status: number, body: string, headers: Record<string, string> = {}): Act => ({
  kind: 'answer',
  status,
  body,
  headers: { 'content-type': 'application/json', ...headers },
});

const troubles: Readonly<Record<string, Act>> = {
  'answers 429': answer(429, '{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}', {
    'retry-after': '30',
    'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 30),
  }),
  'answers 500': answer(500, '{"errorCode":"E0000009","errorSummary":"Internal Server Error"}'),
  'answers garbage': answer(200, '<html><body>Back soon</body></html>', { 'content-type': 'text/html' }),
  'never answers': { kind: 'hang' },
};

const moments = [
  { name: 'reads', method: 'GET' },
  { name: 'writes', method: 'POST' },
] as const;

/** Makes the provider's management API fail while its hooks keep calling. */
export const idp: Fault = {
  about: "the identity provider's API answers 429, 500, garbage or never, when the profile is read or written",
  async run({ size, say }) {
    const stage = await openStage();
    const { client, pictures, journal } = stage;
    try {
      const names = Object.keys(troubles).filter((name) => size === 'full' || name !== 'never answers');
      const [first = '', second = ''] = await stage.createUsers(2);
      const newcomers = await stage.createUsers(names.length * moments.length);
      const late: string[] = [];
      const untrue: string[] = [];
      let hooks = 0;
      let arrived = 0;
      for (const user of [first, second]) await client.enrol(user, pictures.person[0]);
      for (const name of names) {
        for (const moment of moments) {
          journal.turnTo(`${moment.name}: ${name}`);
          await client.checkFace(first, pictures.person[1]);
          const newcomer = newcomers[arrived++] ?? '';
          setTrouble(stage, name, moment.method);
          const [decision, isEnrolled, isRevoked] = await Promise.all([
            client.callHook(first, `event-${++hooks}`),
            client.enrol(newcomer, pictures.person[0]),
            client.revoke(second),
            client.checkFace(first, pictures.person[1]),
          ]);
          const told = `${moment.name}: ${name}`;
          if (decision === 'no answer') late.push(told);
          if (isEnrolled && stage.tokenOf(newcomer) === null)
            untrue.push(`${told}: told of an enrolment that is not there`);
          if (isRevoked && stage.tokenOf(second) !== null)
            untrue.push(`${told}: told of a revocation that is not done`);
          stage.idp.rules = [];
          await client.enrol(second, pictures.person[0]);
          say(`  ${moment.name}: ${name}`);
        }
      }
      journal.turnTo('after');
      for (const user of newcomers) if (stage.tokenOf(user) === null) await client.enrol(user, pictures.person[0]);
      const own: readonly Invariant[] = [
        { invariant: 'every hook was answered within the 3 seconds that Okta waits', checked: hooks, broken: late },
        { invariant: 'what was told to be written or cleared was', checked: 2 * hooks, broken: untrue },
      ];
      const invariants = await checkInvariants(stage, { enrolled: [first, second, ...newcomers] });
      return { seen: journal.toSeen(), figures: {}, invariants: [...own, ...invariants], skipped: [] };
    } finally {
      await stage.close();
    }
  },
};

function setTrouble({ idp: front }: Stage, name: string, method: 'GET' | 'POST'): void {
  const act = troubles[name] ?? { kind: 'hang' };
  front.rules = [{ path: /^\/api\/v1\/users\//, method, act }];
}
