import { listAdministrators } from '../../access/administrators.js';
import { listApplicationKeys } from '../../access/application-keys.js';
import { listApplications } from '../../access/applications.js';
import { type Administrator, hasRight } from '../../access/rights.js';
import type { Ports } from '../../core/deps.js';
import type { ToDo } from '../../core/to-do.js';
import { type ToDoCode, toDoUrgency } from '../../core/to-do-codes.js';
import { addSec, type EpochMs, secondsPerDay } from '../../core/units.js';
import { listHelpRequests } from '../../help-desk/help-requests.js';
import type { ApiPorts } from '../../http/rest/deps.js';
import { readAllRecoveries, stageOf } from '../../recovery/record.js';
import { listBypasses } from '../../step-up/codes/bypass.js';

const expiringDays = 14;

/** Seconds for which expiring secrets are cached, because the search for them reads every application. */
const secretsHoldSec = 300;

interface ExpiringSecret {
  readonly name: string;
  readonly expiresAt: EpochMs;
  readonly where: 'administrators' | 'applications';
}

/** Creates a function that returns the requests and expiring secrets that an administrator may see. */
export function createOpenWorkFinder(
  deps: ApiPorts<'state' | 'clock' | 'openWork' | 'connections'>,
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

async function findHelpDeskWork(
  { id, means }: Administrator,
  deps: Ports<'state' | 'clock' | 'connections'>,
): Promise<ToDo[]> {
  const [requests, codes, recoveries] = await Promise.all([
    listHelpRequests(deps),
    listBypasses(deps),
    readAllRecoveries(deps),
  ]);
  const open = requests.filter(({ takenById }) => takenById === null || takenById === id);
  const approvable = codes.filter(
    ({ isApproved, byId, takesKeys }) =>
      !isApproved && byId !== null && byId !== id && (takesKeys || means === 'sign_in'),
  );
  const recoverable = recoveries.filter(
    (recovery) =>
      stageOf(recovery, deps.clock.now()) === 'approval' &&
      (recovery.isPrivileged || recovery.secondThing === 'help_desk') &&
      ![recovery.begunBy, ...recovery.approvals].some((each) => each?.byId === id),
  );
  return [
    ...waiting('help_waiting', 'help_desk', open.length, 'help requests'),
    ...waiting('approvals_waiting', 'approvals', approvable.length, 'bypass codes to approve'),
    ...waiting('approvals_waiting', 'help_desk', recoverable.length, 'account recoveries to approve'),
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
