import { photoPolicyGuard } from '../../../src/config/photo.js';
import type { FindGroupIds, PhotoPolicy, Policy } from '../../../src/core/connection.js';
import { policyModes, type RuleOutcome, switchPolicy } from '../../../src/core/rules/rule.js';
import { FaceError } from '../../../src/errors.js';
import { decideHook } from '../../../src/step-up/decide.js';
import { createSignInRules } from '../../../src/step-up/evaluate-sign-in.js';
import { beginAgreed, draw, enrolByApi, startCapture, who } from '../../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../../support/benches/capture-page.js';
import { defaultPolicy, testEvent } from '../../../support/benches/core.js';
import { startIssuer } from '../../../support/benches/issuer.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { findEveryGroup } from '../../../support/fakes/simulated-profile.js';
import type { Size } from '../attack.js';
import { recoverOwn } from '../recovery.js';
import type { Tally } from './tally.js';
import { clients, signIn, toRequests } from './withheld.js';

/*
 * Attempts what a protection refuses, in each mode of the policy and of a rule, and after `facestep mode … shadow`. If the
 * documentation says that the protection is active, nothing may be accepted. If it says that it is not, the attempt has to
 * succeed.
 */

const allModes = policyModes.flatMap((policy) =>
  policyModes.flatMap((rule) =>
    [false, true].map((isSwitched) => {
      const name = `policy ${policy}, rule ${rule}${isSwitched ? ', then facestep mode shadow' : ''}`;
      return { name, policy, rule, isSwitched };
    }),
  ),
);
type Modes = (typeof allModes)[number];

function policyIn({ policy: mode, rule, isSwitched }: Modes, outcome: RuleOutcome, more: Partial<Policy>): Policy {
  const rules = [{ name: 'everyone', when: {}, outcome, mode: rule }];
  const policy: Policy = { ...defaultPolicy, ...more, mode, rules };
  return isSwitched ? switchPolicy(policy, 'shadow') : policy;
}

/** Returns true if the documentation says that a rule in `enforce` mode is active. */
const isRuled = ({ rule, isSwitched }: Modes): boolean => rule === 'enforce' && !isSwitched;

/** Signs in at a hook without a face check and with one. */
async function attackHooks(modes: Modes, outcome: 'deny' | 'face', tally: Tally): Promise<void> {
  const policy = policyIn(modes, outcome, { sameAddress: false, liveness: 'challenge' });
  const { server, connections, acme } = await startCapture(policy);
  try {
    const signInRules = createSignInRules({ ...acme, findGroupIds: findEveryGroup }, server.deps);
    const connection = { ...acme, signInRules };
    connections.set('acme', connection);
    await enrolByApi(server);
    const ask = async (eventId: string): Promise<boolean> => {
      const event = { ...testEvent, connection, hook: 'token', subject: '00u1', eventId };
      const decision = await decideHook({ ...event, eventTime: server.clock.now() }, server.deps);
      return decision.outcome === 'verified' || (decision.outcome === 'unverified' && decision.fallback !== 'deny');
    };
    const isPolicy = modes.policy === 'enforce' && !modes.isSwitched;
    tally.note(`hook without a check, ${outcome}: ${modes.name}`, await ask('without'), isRuled(modes) || isPolicy);
    const { page } = await beginAgreed(server, { application: testEvent.application });
    await page.check(draw('ada'));
    const isDenied = isRuled(modes) && outcome === 'deny';
    tally.note(`hook with a check, ${outcome}: ${modes.name}`, await ask('with'), isDenied);
  } finally {
    await server.stop();
  }
}

/** Signs in at an OpenID client with the own face, which only the rule refuses, and with that of someone else. */
async function attackClient(modes: Modes, outcome: 'deny' | 'face', tally: Tally): Promise<void> {
  const op = await startIssuer({ config: clients, policy: policyIn(modes, outcome, {}) });
  try {
    await op.enrol('anna');
    const { plain } = await toRequests(op, 'app', 'anna');
    const name = `client, ${outcome}: ${modes.name}`;
    tally.note(name, await signIn(op, plain, 'anna'), outcome === 'deny' && isRuled(modes));
    tally.note(`${name}, with another face`, await signIn(op, plain, 'eve'));
  } finally {
    await op.server.stop();
  }
}

const photo = (otherwise: PhotoPolicy['whenUnlike']): PhotoPolicy =>
  photoPolicyGuard.parse({ whenMissing: otherwise, whenUnlike: otherwise });

/** Enrols the attacker's face with an invitation of the victim. */
async function attackEnrolments(modes: Modes, tally: Tally): Promise<void> {
  const cases: readonly (readonly [name: string, Partial<Policy>, hasPhoto: boolean, isEnrolled: boolean])[] = [
    ['photo of someone else', { photo: photo('refuse') }, true, false],
    ['photo of someone else, without the help desk', { photo: photo('helpDesk') }, true, false],
    ['no photo', { photo: photo('refuse') }, false, false],
    ['no photo, without the help desk', { photo: photo('helpDesk') }, false, false],
    ['replaceFace proven', { replaceFace: 'proven' }, false, true],
    ['replaceFace link, with a photo of someone else', { replaceFace: 'link', photo: photo('refuse') }, true, true],
  ];
  for (const [name, more, hasPhoto, isEnrolled] of cases) {
    const policy = policyIn(modes, 'face', { liveness: 'challenge', replaceFace: 'link', ...more });
    const { server, connections, acme, auth } = await startCapture(policy);
    try {
      if (policy.photo !== null)
        connections.set('acme', {
          ...acme,
          findPhoto: async (_, own) =>
            hasPhoto ? { photo: own(Uint8Array.from(drawPicture('ada', 9))), changedAt: null } : null,
        });
      const open = async () => {
        const { body } = await server.postJson('/invitations', who, auth);
        if (typeof body.url !== 'string') return null;
        const page = openPage(server, String((await openLink(server, body.url)).body.session));
        await page.consent();
        return page;
      };
      const enrol = async (page: Awaited<ReturnType<typeof open>>, face: string): Promise<boolean> =>
        page !== null && (await page.check(draw(face))).body.outcome === 'passed';
      const early = await open();
      if (hasPhoto || isEnrolled) tally.control(`${name}: ${modes.name}`, await enrol(await open(), 'ada'));
      tally.note(`${name}, invited early: ${modes.name}`, await enrol(early, 'eve'));
      tally.note(`${name}, invited late: ${modes.name}`, await enrol(await open(), 'eve'));
    } finally {
      await server.stop();
    }
  }
}

/** Recovers an account whose groups have special rights, with both proofs. */
async function attackRecoveries(modes: Modes, tally: Tally): Promise<void> {
  const cases: readonly (readonly [name: string, FindGroupIds, isNamed: boolean])[] = [
    ['a group by name', async () => ['g1'], true],
    ['a group whose name is not stated', async () => ['g1'], false],
    ['a group that is absent or misspelt', async () => [], false],
    ['a group that cannot be looked up', () => Promise.reject(new FaceError('profile_unavailable')), false],
  ];
  const policy = policyIn(modes, 'face', { liveness: 'challenge' });
  const recovery = { privileged: { groups: ['Payroll'] } };
  for (const [name, findGroupIds, isNamed] of cases) {
    const group = { id: 'g1', name: isNamed ? 'payroll' : null };
    tally.note(`recovery, ${name}: ${modes.name}`, await recoverOwn({ policy, recovery, findGroupIds }, [group]));
  }
  const others = { policy, recovery, findGroupIds: async () => ['g1'] };
  tally.control(`recovery: ${modes.name}`, await recoverOwn(others, [{ id: 'g2', name: 'Sales' }]));
}

/** Tries each protection in each mode. */
export async function attackModes(size: Size, tally: Tally): Promise<void> {
  for (const modes of size === 'full' ? allModes : allModes.slice(2, 4)) {
    for (const outcome of ['deny', 'face'] as const) {
      await attackHooks(modes, outcome, tally);
      await attackClient(modes, outcome, tally);
    }
    await attackEnrolments(modes, tally);
    await attackRecoveries(modes, tally);
  }
}
