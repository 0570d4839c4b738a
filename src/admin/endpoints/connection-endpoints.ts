import { z } from 'zod';
import { findEnrolled } from '../../audit/ledger/people.js';
import {
  type CountedDecisions,
  countDays,
  countPeople,
  listRefused,
  type RefusedPerson,
  readFirstDay,
} from '../../audit/ledger/sign-ins.js';
import {
  begunRunReply,
  connectionModeReply,
  connectionSecretsReply,
  connectionsReply,
  lastRunReply,
  mode,
  planReply,
  refusedReply,
} from '../../connections/replies.js';
import { parseJsonAs } from '../../core/base/json.js';
import { hideSecrets, type Policy } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { findRulesInForce, isInMode } from '../../core/rules/rule.js';
import { addSec, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { replacementOf } from '../../enrolment/company-photo.js';
import { FaceError } from '../../errors.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { type ApplyRun, readApply, startApply } from '../operations/apply.js';
import type { AtProvider } from '../operations/mode-in-force.js';
import { applyModes, switchMode } from '../operations/modes.js';
import { findConfigured, openConnection, wouldRefuseAll } from '../operations/open-connection.js';
import type { WithOperations } from '../operations/operations-context.js';
import { countUsers, planConnection } from '../operations/plan.js';
import { readKnownDecisions } from '../operations/provider-decisions.js';
import { findReference, findSecrets, listSecrets, readSecretAges } from '../operations/secret-uses.js';
import { toStepDiff, toStepWords } from '../operations/steps.js';

const pushField = z
  .boolean()
  .prefault(false)
  .describe('Sends the configured secrets to the provider again. The provider never returns them.');

const toRun = ({ run, state }: ApplyRun) => ({ ...run, ...run.progress, state });

export function createApplyEndpoints({ operations: upkeep }: WithOperations): Endpoint[] {
  const common = { tag: 'Connections', right: 'configure' } as const;
  return [
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/connections/:id/plan',
      summary: 'Plan the set-up of a connection',
      description:
        'Checks every step at the provider, and counts enrolled users. This can take a minute. Changes nothing.',
      codes: ['connection_unknown', 'config_invalid'],
      fields: z.strictObject({ pushSecrets: pushField }),
      reply: planReply,
      async handle({ param, fields }) {
        const { steps, census } = await planConnection(await openConnection(param('id'), upkeep), fields, upkeep);
        return {
          steps: steps.map(({ found, ...step }) => ({
            ...step,
            state: found.state,
            diff: toStepDiff(found),
            words: toStepWords(found),
          })),
          census,
        };
      },
    }),
    adminEndpoint({
      ...common,
      status: 201,
      path: '/connections/:id/apply',
      isSensitive: true,
      summary: 'Set a connection up at its provider',
      description:
        'Starts a run in the background; poll its progress. Only one server at a time sets a connection up. The call is idempotent, and objects that it does not own change only as the plan lists.',
      codes: ['connection_unknown', 'not_found', 'nobody_can_pass', 'run_under_way', 'config_invalid'],
      fields: z.strictObject({
        step: z.string().min(1).max(256).optional().describe('Id of one step; by default all steps.'),
        pushSecrets: pushField,
        isSure: z.boolean().prefault(false).describe('Enforce even if no user is enrolled, which denies everyone.'),
      }),
      reply: begunRunReply,
      async handle({ param, fields: { step, pushSecrets, isSure }, administrator }) {
        const connection = param('id');
        await startApply({ connection, step: step ?? null, pushSecrets, isSure }, administrator.name, upkeep);
        const run = await readApply(connection, upkeep);
        if (run === null) throw new FaceError('internal', { run: 'gone' });
        return { run: toRun(run) };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/connections/:id/run',
      summary: 'Get the progress of a set-up',
      description: 'Returns the last run on any server, for 30 days.',
      codes: ['connection_unknown'],
      reply: lastRunReply,
      async handle({ param }) {
        const { id } = findConfigured(param('id'), upkeep);
        const run = await readApply(id, upkeep);
        return { run: run === null ? null : toRun(run) };
      },
    }),
  ];
}

const sureField = z.boolean().prefault(false).describe('Enforce even if no user is enrolled, which denies everyone.');

/** Lists the settings of a policy. */
function toSettings(policy: Policy) {
  const { rules: _, ...shown } = hideSecrets(policy);
  return Object.entries(shown)
    .map(([setting, value]) => ({ setting, value: JSON.stringify(value) }))
    .toSorted((one, other) => (one.setting < other.setting ? -1 : 1));
}

const reading = { tag: 'Connections', method: 'GET', right: 'view' } as const;

export function createConnectionEndpoints(
  { operations: upkeep, ledger, connections: running }: Ports<'ledger' | 'connections'> & WithOperations,
  readAtProvider: (id: string) => Promise<AtProvider>,
): Endpoint[] {
  const deps = { ledger, clock: upkeep.clock };
  const findFile = (id: string): Policy => {
    const file = upkeep.setup().connections.find((each) => each.id === id)?.policy;
    if (file === undefined) throw new FaceError('connection_unknown');
    return file;
  };
  const findMode = (id: string) => {
    const file = findFile(id);
    const { policy } = findConfigured(id, upkeep);
    const switched = upkeep.modes().get(id);
    const isSwitched = switched !== undefined && !isInMode(file, switched.mode);
    return {
      inForce: policy.mode,
      file: file.mode,
      rules: findRulesInForce(policy),
      switched: isSwitched ? { ...switched, fileRules: findRulesInForce(file) } : null,
    };
  };
  const describeMode = async (id: string) => {
    const found = findMode(id);
    const { mode, hookCalls } = await readAtProvider(id);
    const atProvider = mode && { ...mode, decisions: await readKnownDecisions(id, upkeep) };
    return { ...found, atProvider, hookCalls };
  };
  return [
    adminEndpoint({
      ...reading,
      path: '/connections',
      summary: 'List connections',
      description:
        'Returns the connections of the configuration that was loaded last, each with its policy. Secrets are never returned.',
      codes: ['config_invalid'],
      reply: connectionsReply,
      async handle() {
        const { connections } = applyModes(upkeep.setup(), upkeep.modes());
        return {
          connections: connections.map(({ id, kind, policy, recovery }) => ({
            id,
            kind,
            mode: findMode(id),
            recovery: recovery.mode,
            ownPage: running.get(id)?.ownPage ?? null,
            policy: {
              ...policy,
              liveness: typeof policy.liveness === 'string' ? policy.liveness : ('vendor' as const),
              livenessVendor: typeof policy.liveness === 'string' ? null : policy.liveness,
              replacedBy: replacementOf(policy),
              bypass: policy.bypass.allowed ? policy.bypass : null,
              settings: toSettings(policy),
            },
          })),
        };
      },
    }),
    adminEndpoint({
      ...reading,
      path: '/connections/:id/mode',
      summary: 'Get the mode of a connection',
      description:
        'Returns the mode of this server and what the provider does: the mode of the functions of Amazon Cognito, and the hooks that Okta, Entra ID and OneLogin call. It is read from the provider, which takes 4 seconds at most, and held for 60 seconds.',
      codes: ['connection_unknown'],
      reply: connectionModeReply,
      handle: async ({ param }) => ({ mode: await describeMode(param('id')) }),
    }),
    adminEndpoint({
      tag: 'Connections',
      path: '/connections/:id/refused',
      right: 'audit',
      summary: 'List the users who are denied, or would be in enforce mode',
      description:
        'Returns users whose last sign-in the hooks denied, or allowed only because of shadow mode, newest first, from the [log of decisions](../ledger.md) of all replicas. A person who was erased is not listed, and stays in the numbers of past days.',
      codes: ['connection_unknown'],
      fields: z.strictObject({
        mode: mode
          .prefault('shadow')
          .describe(
            '`shadow`: users who were denied, or allowed because of shadow mode. `enforce`: users who were denied.',
          ),
        days: z.int().min(1).max(365).prefault(30).describe('Number of past days.'),
        limit: z.int().min(1).max(200).prefault(50),
        cursor: z.string().max(1024).optional().describe('Cursor of the previous reply.'),
      }),
      reply: refusedReply,
      async handle({ param, fields: { mode: asked, days, limit, cursor } }) {
        const { id } = findConfigured(param('id'), upkeep);
        const place = cursor === undefined ? null : parseCursor(cursor);
        const since = addSec(deps.clock.now(), (1 - days) * secondsPerDay);
        const { from, replicasCounting } = await readFirstDay(since, deps);
        const period = { connection: id, from };
        const [counted, users, refused] = await Promise.all([
          countDays(period, deps),
          countPeople(period, deps),
          listRefused({ ...period, mode: asked }, deps),
        ]);
        const decisions = counted.flatMap((each) => each.decisions);
        const enrolled = await findEnrolled(refused, deps);
        const left = place === null ? refused : refused.filter((each) => isAfter(each, place));
        const page = left.slice(0, limit);
        const last = page.at(-1);
        return {
          subjects: page.map(({ subject, at, hook, refusedIn }) => ({
            subject,
            lastAt: at,
            hook,
            isDenied: refusedIn === 'enforce',
            isEnrolled: enrolled.has(subject),
          })),
          cursor: last === undefined || left.length <= limit ? null : toCursor(last),
          total: refused.length,
          denied: refused.filter(({ refusedIn }) => refusedIn === 'enforce').length,
          users,
          notEnrolled: refused.length - enrolled.size,
          days: counted.map(({ day, people }) => ({ day, users: people.all, refused: people[asked] })),
          unnamed: countUndecided(decisions),
          since: from,
          decisions: decisions.reduce((sum, { count }) => sum + count, 0),
          replicasCounting,
        };
      },
    }),
    adminEndpoint({
      tag: 'Connections',
      path: '/connections/:id/mode',
      right: 'configure',
      isSensitive: true,
      summary: 'Switch between shadow and enforce mode',
      description:
        'Takes effect immediately on this server, and within seconds on every replica. It survives restarts and overrides the configuration file, until a day after a file with the same mode was loaded. The deployed functions of Amazon Cognito do not follow: set up the connection again to change their mode.',
      codes: ['connection_unknown', 'nobody_can_pass', 'config_invalid', 'profile_unavailable', 'provider_refused'],
      fields: z.strictObject({
        mode: z
          .enum(['shadow', 'enforce', 'file'])
          .describe('`shadow` also stops the rules that enforce. `file` ends a manual switch.'),
        isSure: sureField,
      }),
      reply: connectionModeReply,
      async handle({ param, fields: { mode: asked, isSure }, administrator }) {
        const id = param('id');
        const file = findFile(id);
        const { policy } = findConfigured(id, upkeep);
        const mode = asked === 'file' ? file.mode : asked;
        const isActive = asked === 'file' ? findMode(id).switched === null : isInMode(policy, mode);
        if (isActive) return { mode: await describeMode(id) };
        // Without a public address, no provider asks this server, and no user is refused.
        const isAsked = upkeep.setup().config.publicUrl !== null;
        if (mode === 'enforce' && policy.mode !== 'enforce' && !isSure && isAsked) {
          const census = await countUsers(await openConnection(id, upkeep), upkeep);
          if (wouldRefuseAll(census, { ...policy, mode })) throw new FaceError('nobody_can_pass');
        }
        await switchMode({ connection: id, mode: asked, file }, administrator.name, upkeep);
        await upkeep.followModes();
        return { mode: await describeMode(id) };
      },
    }),
    adminEndpoint({
      tag: 'Connections',
      method: 'GET',
      path: '/connections/:id/secrets',
      right: 'configure',
      summary: 'List the secrets of a connection',
      description:
        'Returns their age and last use, never the secrets. `setting` and `previousSetting` are the settings to change, in the section `secrets` of a draft. Calls by the checks of this server count as use.',
      codes: ['connection_unknown', 'config_invalid'],
      reply: connectionSecretsReply,
      async handle({ param }) {
        const id = param('id');
        const { provisioning } = await openConnection(id, upkeep);
        const ageOf = await readSecretAges(id, upkeep);
        const text = (await upkeep.configurationFile?.read().catch(() => null)) ?? null;
        const referenceOf = (setting: string) => (text === null ? null : findReference(text, id, setting));
        const rotated = (provisioning.secrets ?? []).flatMap(({ setting, previousSetting }) => [
          setting,
          previousSetting,
        ]);
        const settings = upkeep.setup().config.connections.find((each) => each.id === id);
        return {
          others: listSecrets(settings)
            .filter((setting) => !rotated.includes(setting))
            .map((setting) => ({ setting, reference: referenceOf(setting) })),
          secrets: findSecrets(provisioning).map(({ marks, ...each }) => ({
            ...each,
            reference: referenceOf(each.setting),
            previousReference: referenceOf(each.previousSetting),
            current: ageOf(marks.current) ?? { since: upkeep.clock.now(), usedAt: null },
            previous: ageOf(marks.previous),
          })),
        };
      },
    }),
  ];
}

const cursorGuard = z.tuple([epochMsGuard, z.string()]);

type Place = Pick<RefusedPerson, 'at' | 'subject'>;

/** Returns true for an entry after a place of the list, even if the entry of that place is gone. */
const isAfter = ({ at, subject }: Place, place: Place): boolean =>
  at < place.at || (at === place.at && subject < place.subject);

const toCursor = ({ at, subject }: Place): string => Buffer.from(JSON.stringify([at, subject])).toString('base64url');

function parseCursor(text: string): Place {
  const place = parseJsonAs(Buffer.from(text, 'base64url'), cursorGuard);
  if (place === undefined) throw new FaceError('request_malformed', { field: 'cursor' });
  return { at: place[0], subject: place[1] };
}

/** Counts the calls that were refused undecided, by error code. */
function countUndecided(counted: readonly CountedDecisions[]): { code: string; count: number }[] {
  const codes = new Map<string, number>();
  for (const { decision, code, count } of counted)
    if (decision === 'undecided') codes.set(code, (codes.get(code) ?? 0) + count);
  return [...codes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => ({ code, count }));
}
