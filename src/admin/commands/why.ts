import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type PastEvent, readEvents } from '../../audit/events.js';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection, splitArguments } from '../../cli/find-connection.js';
import { findUsers, reportUnsearched } from '../../cli/find-users.js';
import { collect, findTrails, parseTime } from '../../cli/parse-option.js';
import { toPrintable } from '../../cli/table.js';
import type { AuditAction } from '../../core/audit-events.js';
import type { Ports } from '../../core/deps.js';
import type { SecondThing } from '../../core/second-things.js';
import { addSec, type EpochMs, epochMs, secondsPerDay, toIso } from '../../core/units.js';
import { findTokenOwners } from '../../enrolment/trail/token-owners.js';
import { refusals } from '../../errors.js';
import { toVendorText } from '../../step-up/events.js';

const usualDays = 7;

export const createWhyCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('why')
    .summary('explain why a user was denied or allowed')
    .description('Reads the audit trail and describes what happened to one user. The server may be running.')
    .usage('[options] [connection] <user>')
    .argument('<connection>', 'id of the connection; may be left out if there is only one')
    .argument('[user]', 'username, or immutable id at the provider')
    .option('--since <time>', `from this day or time on; the last ${usualDays} days where it is not given`, parseTime)
    .option('--trail <folder>', 'data folder of a replica; can be repeated', collect)
    .action(async (first, second, { since: asked, trail = [] }) => {
      const setup = await deps.loadSetup();
      const [given, user] = splitArguments(first, second);
      const { id } = findConnection(setup, given);
      const found = await findUsers(user, id, setup);
      const since = asked ?? addSec(deps.clock.now(), -usualDays * secondsPerDay);
      const files = await findTrails(trail, setup.config);
      const subjects = new Set(found.users.map(({ subject }) => subject));
      const events = await collectEvents(files, { connection: id, subjects, since }, deps);
      const foreign = await findForeign(events, files);
      if (!deps.printJson({ connection: id, user, since: toIso(since), events: events.map(toJson(foreign)) }))
        toLines({ connection: id, user, since }, events, foreign).forEach(deps.print);
      deps.endWith(reportUnsearched(found, deps) && events.length > 0 ? 0 : 1);
    });

type ExplainedEvent = PastEvent<ExplainedAction>;

async function collectEvents(
  files: readonly string[],
  {
    connection,
    subjects,
    since,
  }: { readonly connection: string; readonly subjects: ReadonlySet<string>; readonly since: EpochMs },
  { auditEvents }: Ports<'auditEvents'>,
): Promise<readonly ExplainedEvent[]> {
  const events: ExplainedEvent[] = [];
  for (const file of files) {
    for await (const event of readEvents(file, toldActions, auditEvents, { since })) {
      if (event.connection === connection && subjects.has(event.subject)) events.push(event);
    }
  }
  return events.toSorted((a, b) => a.time - b.time);
}

async function findForeign(events: readonly ExplainedEvent[], files: readonly string[]): Promise<ReadonlySet<string>> {
  const refused = events.flatMap(({ action, connection, subject, detail }) =>
    action === 'verification_refused' && 'tokenId' in detail && detail.tokenId !== null
      ? [{ connection, subject, tokenId: detail.tokenId }]
      : [],
  );
  const owners = await findTokenOwners(files, new Set(refused.map(({ tokenId }) => tokenId)));
  const isForeign = ({ connection, subject, tokenId }: (typeof refused)[number]): boolean => {
    const owner = owners.get(tokenId);
    return owner !== undefined && (owner.connection !== connection || owner.subject !== subject);
  };
  return new Set(refused.filter(isForeign).map(({ tokenId }) => tokenId));
}

const toJson = (foreign: ReadonlySet<string>) => (event: ExplainedEvent) => {
  const { time, action, subject, request, detail } = event;
  return {
    time: toIso(time),
    action,
    subject,
    request: request ?? null,
    said: toSentence(event, foreign),
    isRefusal: isRefusal(event),
    detail,
  };
};

function toLines(
  { connection, user, since }: { readonly connection: string; readonly user: string; readonly since: EpochMs },
  events: readonly ExplainedEvent[],
  foreign: ReadonlySet<string>,
): string[] {
  const title = `${toPrintable(user)} at ${connection}, since ${toIso(since)}`;
  if (events.length === 0) return [title, '', 'No events for that user. Check the username.'];
  const last = events.findLast(isRefusal);
  return [
    title,
    '',
    ...events.map((event) => {
      const request = event.request === undefined ? '' : `  [${toPrintable(event.request)}]`;
      return `${toIso(event.time)}  ${isRefusal(event) ? '!' : ' '} ${toPrintable(toSentence(event, foreign))}${request}`;
    }),
    '',
    last === undefined
      ? 'No refusal is recorded.'
      : `Last refused ${toIso(last.time)}: ${toPrintable(toSentence(last, foreign))}`,
  ];
}

const toldActions = [
  'enrolled',
  'enrolment_refused',
  'company_photo_compared',
  'enrolment_recovered',
  'renewed',
  'revoked',
  'consent_withdrawn',
  'subject_erased',
  'step_up_started',
  'step_up_abandoned',
  'step_up_failed',
  'step_up_expired',
  'test_passed',
  'hand_off_refused',
  'liveness_judged',
  'liveness_vendor_failed',
  'verified',
  'verification_refused',
  'locked_out',
  'lockout_cleared',
  'hook_decided',
  'recovery_link_made',
  'recovery_second_thing_proven',
  'recovery_face_passed',
  'recovery_manager_asked',
  'recovery_approved',
  'recovery_denied',
  'recovery_refused',
  'recovery_evaluated',
  'recovered',
  'recovery_receipt_issued',
  'recovery_revoked',
  'not_me_reported',
] as const satisfies readonly AuditAction[];

type ExplainedAction = (typeof toldActions)[number];

const refusingActions: readonly ExplainedAction[] = [
  'enrolment_refused',
  'verification_refused',
  'hand_off_refused',
  'locked_out',
  'recovery_denied',
  'recovery_refused',
  'not_me_reported',
];

/** Returns true if an event denied the user access. */
function isRefusal({ action, detail }: ExplainedEvent): boolean {
  if (action === 'liveness_judged') return !detail.pass;
  if (action === 'liveness_vendor_failed') return detail.fallback === 'none';
  if (action === 'hook_decided') return detail.outcome === 'unverified' && detail.fallback === 'deny';
  if (action === 'company_photo_compared') return detail.refused;
  return refusingActions.some((each) => each === action);
}

/**
 * Describes an event in one sentence, with the names that the documentation uses.
 * @param foreign - ids of tokens that were created for other users
 */
function toSentence({ action, detail }: ExplainedEvent, foreign: ReadonlySet<string>): string {
  switch (action) {
    case 'enrolled':
    case 'enrolment_recovered':
      return 'Enrolled';
    case 'renewed':
      return 'The token was renewed for the same face';
    case 'enrolment_refused':
      return `Not enrolled: ${toReason(detail.code)}`;
    case 'company_photo_compared':
      if (detail.code === null) return 'The face matched the photo of the organization';
      return `The photo of the organization did not confirm the face: ${toReason(detail.code)}${detail.refused ? '' : '; not refused'}`;
    case 'revoked':
      return `The enrolment was ended${detail.by === undefined ? '' : ` by ${detail.by}`}`;
    case 'consent_withdrawn':
      return 'The consent was withdrawn, and the enrolment ended';
    case 'subject_erased':
      return `Erased by ${detail.by}`;
    case 'step_up_started':
      return toStart(detail);
    case 'step_up_abandoned':
      return 'Declined on the page';
    case 'step_up_failed':
      return 'The check ended without a pass';
    case 'step_up_expired':
      return 'The check expired before it passed or failed';
    case 'test_passed':
      return 'The check of a test person passed. No face was verified';
    case 'hand_off_refused':
      return detail.chosen === 'none'
        ? 'On the phone: the user denied requesting this'
        : 'On the phone: the user chose a wrong number';
    case 'liveness_judged': {
      const vendor = toVendorText(detail);
      const by = vendor === null ? '' : ` (${vendor})`;
      return detail.pass ? `Liveness confirmed${by}` : `Liveness not confirmed${by}: ${detail.reasons.join(', ')}`;
    }
    case 'liveness_vendor_failed':
      return `The liveness service ${detail.vendor} failed: ${toReason(detail.code)}. ${
        detail.fallback === 'none' ? 'The check was refused' : 'Movements took its place, which are not certified'
      }`;
    case 'verified':
      return 'The face matches';
    case 'verification_refused':
      return 'code' in detail ? `Refused: ${toReason(detail.code)}` : toMismatch(detail.tokenId, foreign);
    case 'locked_out':
      return `${detail.hook === undefined ? 'Locked out' : `Sign-ins at hook ${detail.hook} locked out`} until ${detail.until}: lockout ${detail.level} in a row`;
    case 'lockout_cleared':
      return `The lockout was ended by ${detail.by}`;
    case 'hook_decided':
      return `Hook ${detail.hook}: ${toDecision(detail)}`;
    case 'not_me_reported':
      return `The user reported that an action in a notification was not theirs. ${detail.sessions === 'kept' ? 'It was a failed check, so nothing was ended' : 'The enrolment was ended'}`;
    case 'recovery_link_made':
      return `A recovery link was created by ${detail.by}`;
    case 'recovery_second_thing_proven':
      return `Recovery: confirmed by ${provenBy[detail.secondThing]}`;
    case 'recovery_face_passed':
      return 'Recovery: the face check passed';
    case 'recovery_manager_asked':
      return 'Recovery: the manager was asked to approve it';
    case 'recovery_approved':
      return `Recovery: approved by ${detail.by}`;
    case 'recovery_denied':
      return `Recovery refused by ${detail.by}. A credential from it is revoked`;
    case 'recovery_refused':
      if (detail.code === 'face_not_verified')
        return 'Recovery refused: the manager declined it, or their face check failed';
      return `Recovery refused: ${toReason(detail.code)}${detail.changed === undefined ? '' : ` (${changes[detail.changed] ?? detail.changed})`}`;
    case 'recovery_evaluated':
      return `Recovery: the face and the account were in order. recovery.mode is "evaluation", so nothing was issued${detail.approvals === 0 ? '' : `, and no one was asked to approve (${detail.approvals} needed)`}`;
    case 'recovered':
      return `Recovered: a new credential was shown (${detail.credential.replaceAll('_', ' ')})`;
    case 'recovery_receipt_issued':
      return `Recovered: a receipt was issued for ${detail.audience}`;
    case 'recovery_revoked':
      return detail.result === 'ended'
        ? `The credential of the recovery was revoked${detail.cause === undefined ? '' : `: ${causes[detail.cause]}`}`
        : 'The credential of the recovery cannot be revoked at the provider. It ends when it expires';
  }
}

const changes: Readonly<Record<string, string>> = {
  face: 'the face was enrolled',
  email: 'the mailbox changed',
  other_email: 'the second mailbox changed',
  phone: 'the phone changed',
  manager: 'the manager changed',
  manager_face: 'the face of the manager was enrolled',
};

const causes = {
  not_confirmed: 'the person did not confirm that they noted it',
  interrupted: 'it was interrupted while it was issued',
  ended: 'it was refused or reported',
} as const;

const provenBy = {
  recovery_code: 'a recovery code',
  other_email: 'a code to the second mailbox',
  phone: 'a code to the phone',
  known_device: 'a known device',
  help_desk: 'the help desk',
  manager: 'the manager',
} as const satisfies Record<SecondThing, string>;

const requested: Readonly<Record<string, string>> = {
  enrol: 'An enrolment was requested',
  manage: 'The own page was requested',
};

const toStart = ({
  purpose,
  application,
  by,
}: Extract<ExplainedEvent, { action: 'step_up_started' }>['detail']): string => {
  const what = requested[purpose ?? ''] ?? 'A face check was requested';
  const whose = application === undefined ? '' : `, for ${application}`;
  return `${what}${whose}${by === undefined ? '' : `, by ${by}`}`;
};

function toMismatch(tokenId: string | null, foreign: ReadonlySet<string>): string {
  if (tokenId === null) return 'Refused: the user is not enrolled';
  return foreign.has(tokenId)
    ? 'Refused: the token in the profile was not made for this user, so no face opens it. Enrol them again'
    : 'Refused: not the enrolled face';
}

type Decision = Extract<ExplainedEvent, { action: 'hook_decided' }>['detail'];

const whyUnverified = {
  no_check: 'no face check was passed lately enough',
  check_used: 'another sign-in had used the face check',
  weaker_check: 'the face check showed less liveness than the rule asks for',
  other_application: 'the face check was for another application',
  other_address: 'the face check came from another address (policy.sameAddress)',
  locked_out: 'too many sign-ins without a face check came before',
  no_check_needed: 'the rule asks for no face check',
  denied_by_rule: 'the rule refuses this sign-in',
  rule_unknown: 'a condition of the rule could not be evaluated, and the rule then refuses (whenUnknown)',
  another_way: 'a code was given in place of a face, which the policy does not let count',
  state_unavailable: 'the state store did not respond in time, so the policy for outages decided',
} as const;

const answers = {
  deny: 'refused',
  omit_claim: 'allowed without the claim',
  pass: 'allowed, because shadow mode denies no one',
} as const;

const toDecision = (decision: Decision): string => {
  const { rule, watched } = decision.outcome === 'refused' ? { rule: undefined, watched: undefined } : decision;
  const byRule = rule === undefined ? '' : ` (rule "${rule}")`;
  const seen = watched === undefined ? '' : `; rule "${watched.rule}" in shadow mode ${watchedAs[watched.outcome]}`;
  return `${toAnswer(decision)}${byRule}${seen}`;
};

const watchedAs = {
  none: 'would ask for no face check',
  face: 'would ask for a face check',
  deny: 'would refuse it',
  unknown: 'would refuse it, because a condition could not be evaluated',
} as const;

function toAnswer(decision: Decision): string {
  if (decision.outcome === 'verified') {
    return `allowed by the face check of ${toIso(epochMs(decision.at * 1000))}`;
  }
  if (decision.outcome === 'another_way') {
    return `allowed by a bypass code at ${toIso(epochMs(decision.at * 1000))}`;
  }
  if (decision.outcome === 'refused') return `allowed, because shadow mode denies no one: ${toReason(decision.code)}`;
  const { fallback, reason } = decision;
  if (reason === 'no_check_needed') return `allowed: ${whyUnverified[reason]}`;
  return `${answers[fallback]}: ${reason === undefined ? 'no face check was found' : whyUnverified[reason]}`;
}

const toReason = (code: string): string => {
  const known = Object.entries(refusals).find(([name]) => name === code)?.[1].text;
  return known === undefined ? code : `${known} (${code})`;
};
