import { listAdministrators } from '../../access/administrators.js';
import { listApplicationKeys } from '../../access/application-keys.js';
import { listApplications } from '../../access/applications.js';
import { type Administrator, hasRight } from '../../access/rights.js';
import { describeCall } from '../../connections/hook-calls.js';
import { findApproverProblem } from '../../core/approver.js';
import type { Ports } from '../../core/deps.js';
import { isRefusing } from '../../core/rules/rule.js';
import type { ToDo } from '../../core/to-do.js';
import { type ToDoCode, toDoUrgency } from '../../core/to-do-codes.js';
import { addSec, type EpochMs, secondsPerDay, toIso } from '../../core/units.js';
import { toCode } from '../../errors.js';
import { listHelpRequests } from '../../help-desk/help-requests.js';
import { findApprovalProblem } from '../../recovery/approve.js';
import { readAllRecoveries } from '../../recovery/record.js';
import { stageAt } from '../../recovery/stage.js';
import { listBypasses } from '../../step-up/codes/bypass.js';
import { createLastKnown } from '../operations/last-known.js';
import type { AtProvider } from '../operations/mode-in-force.js';
import { applyModes } from '../operations/modes.js';
import type { WithOperations } from '../operations/operations-context.js';

const expiringDays = 14;

/** Seconds for which expiring secrets are cached, because the search for them reads every application. */
const secretsHoldSec = 300;

interface ExpiringSecret {
  readonly name: string;
  readonly expiresAt: EpochMs;
  readonly where: 'administrators' | 'applications';
}

export interface OpenWork {
  /** Find open tasks, as far as an administrator may see them. */
  readonly openWork: readonly ((administrator: Administrator, deps: Ports<'state'>) => Promise<readonly ToDo[]>)[];
}

/** Creates a function that returns the requests and expiring secrets that an administrator may see. */
export function createOpenWorkFinder(
  deps: Ports<'state' | 'clock' | 'connections'> & OpenWork,
): (administrator: Administrator) => Promise<ToDo[]> {
  let secrets: { readonly found: readonly ExpiringSecret[]; readonly until: EpochMs } | null = null;
  const findSecrets = async (): Promise<readonly ExpiringSecret[]> => {
    const now = deps.clock.now();
    if (secrets === null || now >= secrets.until)
      secrets = { found: await listExpiring(deps), until: addSec(now, secretsHoldSec) };
    return secrets.found;
  };
  return async (administrator) => {
    const added = await Promise.all(deps.openWork.map((find) => find(administrator, deps)));
    return [
      ...(hasRight(administrator, 'assist') ? await findHelpDeskWork(administrator, deps) : []),
      ...added.flat(),
      ...(hasRight(administrator, 'audit')
        ? (await findSecrets()).map((secret) => toItem(secret, deps.clock.now()))
        : []),
    ];
  };
}

async function findHelpDeskWork(by: Administrator, deps: Ports<'state' | 'clock' | 'connections'>): Promise<ToDo[]> {
  const [requests, codes, recoveries] = await Promise.all([
    listHelpRequests(deps),
    listBypasses(deps),
    readAllRecoveries(deps),
  ]);
  const open = requests.filter(({ takenById }) => takenById === null || takenById === by.id);
  const approvable = codes.filter(
    ({ isApproved, byId, takesKeys }) =>
      !isApproved && findApproverProblem(by, { takesKeys, earlier: [byId] }) === null,
  );
  const recoverable = recoveries.filter((recovery) => {
    const policy = deps.connections.get(recovery.connection)?.recovery?.policy;
    const stage = stageAt(recovery, deps.clock.now());
    return policy !== undefined && findApprovalProblem(recovery, stage, by, policy) === null;
  });
  return [
    ...waiting('help_waiting', 'help_desk', open.length, 'help requests'),
    ...waiting('approvals_waiting', 'approvals', approvable.length, 'bypass codes to approve'),
    ...waiting('approvals_waiting', 'help_desk', recoverable.length, 'account recoveries to approve'),
  ];
}

/** Seconds for which the state of a provider or vendor is not read again. */
const outageHoldSec = 300;

/**
 * Creates a function that finds sign-ins that are not protected, or that no one can pass, because of a provider or
 * vendor, and connections whose e-mails are not sent. It waits for no reading: it returns what the last one found.
 */
export function createOutageFinder(
  { operations, livenessVendors, clock, delivery }: Ports<'livenessVendors' | 'clock' | 'delivery'> & WithOperations,
  readAtProvider: (id: string) => Promise<AtProvider>,
): () => ToDo[] {
  const hold = { clock, everySec: outageHoldSec };
  const lastAtProvider = createLastKnown(readAtProvider, hold);
  const lastOfVendor = createLastKnown(async (name) => {
    const readAt = toIso(clock.now());
    const code = await livenessVendors
      .get(name)
      ?.probe()
      .then(() => null, toCode);
    return code === null || code === undefined ? null : { code, readAt };
  }, hold);
  const toItem = (code: ToDoCode, words: string, connection: string | null, about: string | null): ToDo => ({
    code,
    urgency: toDoUrgency[code],
    words,
    connection,
    about,
    count: 1,
    where: connection === null ? 'doctor' : 'connection',
  });
  return () => [
    ...applyModes(operations.setup(), operations.modes()).connections.flatMap(({ id, policy }) => {
      if (!isRefusing(policy)) return [];
      const { hooks = [], readAt } = lastAtProvider(id)?.hookCalls ?? {};
      const uncalled = hooks.filter(({ decides, state }) => decides && state === 'not_called').map(describeCall);
      if (uncalled.length === 0) return [];
      return [toItem('hook_not_called', `${id}, hook ${uncalled.join('; hook ')} (read ${readAt}).`, id, null)];
    }),
    ...[...livenessVendors.keys()].flatMap((name) => {
      const failure = lastOfVendor(name);
      if (failure === null) return [];
      const words = `The liveness service ${name} cannot be used: ${failure.code} (read ${failure.readAt}).`;
      return [toItem('vendor_failing', words, null, name)];
    }),
    ...operations
      .setup()
      .connections.flatMap(({ id, policy: { anotherWay, notices, helpDesk, whenNotEnrolled } }) =>
        delivery.outbox.includes('email') &&
        (anotherWay.email || notices || helpDesk !== null || whenNotEnrolled === 'link')
          ? [toItem('mail_relay_missing', `No mail relay is set: no one gets e-mails of ${id}.`, id, null)]
          : [],
      ),
  ];
}

/** Returns the task for open requests, if there are any. */
export const waiting = (code: ToDoCode, where: ToDo['where'], count: number, what: string): ToDo[] =>
  count === 0
    ? []
    : [
        {
          code,
          urgency: toDoUrgency[code],
          words: `Open ${what}: ${count}.`,
          connection: null,
          about: null,
          count,
          where,
        },
      ];

function toItem({ name, expiresAt, where }: ExpiringSecret, now: EpochMs): ToDo {
  const code = 'secret_expiring';
  const days = Math.ceil((expiresAt - now) / 1000 / secondsPerDay);
  const words = `A key of ${name} expires in less than ${days} ${days === 1 ? 'day' : 'days'}: issue a new one.`;
  return { code, urgency: toDoUrgency[code], words, connection: null, about: name, count: 1, where };
}

async function listExpiring(deps: Ports<'state' | 'clock'>): Promise<readonly ExpiringSecret[]> {
  const before = addSec(deps.clock.now(), expiringDays * secondsPerDay);
  const found: ExpiringSecret[] = [];
  for (const { name, expiresAt } of await listAdministrators(deps))
    if (expiresAt !== null && expiresAt < before) found.push({ name, expiresAt, where: 'administrators' });
  for (const { id, name } of await listApplications(deps)) {
    for (const { expiresAt } of await listApplicationKeys(id, deps))
      if (expiresAt < before) found.push({ name, expiresAt, where: 'applications' });
  }
  return found.toSorted((a, b) => a.expiresAt - b.expiresAt);
}
