import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type PastEvent, readEvents } from '../../audit/events.js';
import { type LogFilter, listLines } from '../../audit/ledger/log.js';
import { isOfTrail } from '../../audit/ledger/places.js';
import type { LineReply } from '../../audit/ledger/replies.js';
import { readChainName } from '../../audit/trail-files.js';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection, splitArguments } from '../../cli/find-connection.js';
import { findUsers, reportUnsearched } from '../../cli/find-users.js';
import { collect, findTrails, parseTime } from '../../cli/parse-option.js';
import { toPrintable } from '../../cli/table.js';
import { filesOf } from '../../config/data-files.js';
import type { StoredConfig } from '../../config/schema.js';
import type { AuditAction, AuditDetail } from '../../core/audit-events.js';
import type { Ports } from '../../core/deps.js';
import type { SecondThing } from '../../core/second-things.js';
import { addSec, type EpochMs, epochMs, secondsPerDay, toIso } from '../../core/units.js';
import { findTokenOwners } from '../../enrolment/trail/token-owners.js';
import { refusals, toCode } from '../../errors.js';
import { glanceJudge, toVendorText } from '../../step-up/events.js';
import { openLedger } from '../../storage/state/open.js';
import { toLineReply } from '../endpoints/log-endpoints.js';

const usualDays = 7;

export const createWhyCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('why')
    .summary('explain why a user was denied or allowed')
    .description(
      'Reads the audit trail and describes what happened to one user. Events of other replicas, whose trails are not given, are listed from the log of decisions. The servers may be running.',
    )
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
      const people = [...subjects].map((subject) => ({ connection: id, subject }));
      // The trail is explained also while the state store is down.
      const elsewhere = await readElsewhere(files, { people, since }, setup.config).catch((error: unknown) => {
        deps.printError(`facestep: not known what other replicas saw: ${toCode(error)}`);
        return [];
      });
      const head = { connection: id, user, since: toIso(since) };
      if (!deps.printJson({ ...head, events: events.map(toJson(foreign)), elsewhere }))
        [...toLines(head, events, foreign), ...elsewhere.flatMap(toElsewhereLine)].forEach(deps.print);
      deps.endWith(reportUnsearched(found, deps) && events.length + elsewhere.length > 0 ? 0 : 1);
    });

/** Most events of other replicas that are listed. */
const mostElsewhere = 200;

/** Reads the lines of the shared log that are not from these trails, oldest first. */
async function readElsewhere(
  files: readonly string[],
  filter: Pick<LogFilter, 'people' | 'since'>,
  config: StoredConfig,
): Promise<readonly LineReply[]> {
  const trails = await Promise.all(files.map(readChainName));
  const ledger = await openLedger(config.state, filesOf(config));
  try {
    const { items } = await listLines(filter, { cursor: null, limit: mostElsewhere }, { ledger });
    const others = items.filter(({ id }) => !trails.some((trail) => trail !== null && isOfTrail(id, trail)));
    return others.map(toLineReply).toReversed();
  } finally {
    await ledger.close();
  }
}

function toElsewhereLine({ time, action, outcome, code, hook }: LineReply, at: number): readonly string[] {
  const said = [action, hook, outcome, code].filter((part) => part !== null).join(' ');
  const line = `${time}  ${outcome === 'refused' ? '!' : ' '} ${toPrintable(said)}`;
  return at === 0
    ? ['', 'At other replicas, from the log of decisions (details: --trail with their folders):', line]
    : [line];
}

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
    for await (const event of readEvents(file, explainedActions, auditEvents, { since })) {
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
  { connection, user, since }: { readonly connection: string; readonly user: string; readonly since: string },
  events: readonly ExplainedEvent[],
  foreign: ReadonlySet<string>,
): string[] {
  const title = `${toPrintable(user)} at ${connection}, since ${since}`;
  if (events.length === 0) return [title, '', 'No events for that user in this trail. Check the username.'];
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

type Foreign = ReadonlySet<string>;

/** Descriptions of events in one sentence, with the names that the documentation uses. */
const sentencesOfActions = {
  enrolled: () => 'Enrolled',
  enrolment_recovered: () => 'Enrolled',
  renewed: () => 'The token was renewed for the same face',
  enrolment_refused: ({ code }) => `Not enrolled: ${toReason(code)}`,
  company_photo_compared: ({ code, refused }) =>
    code === null
      ? 'The face matched the photo of the organization'
      : `The photo of the organization did not confirm the face: ${toReason(code)}${refused ? '' : '; not refused'}`,
  revoked: ({ by }) => `The enrolment was ended${by === undefined ? '' : ` by ${by}`}`,
  consent_withdrawn: () => 'The consent was withdrawn, and the enrolment ended',
  subject_erased: ({ by }) => `Erased by ${by}`,
  step_up_started({ purpose, application, by }) {
    const what = requested[purpose ?? ''] ?? 'A face check was requested';
    const whose = application === undefined ? '' : `, for ${application}`;
    return `${what}${whose}${by === undefined ? '' : `, by ${by}`}`;
  },
  step_up_abandoned: () => 'Declined on the page',
  step_up_failed: () => 'The check ended without a pass',
  step_up_expired: () => 'The check expired before it passed or failed',
  test_passed: () => 'The check of a test person passed. No face was verified',
  hand_off_refused: ({ chosen }) =>
    chosen === 'none' ? 'On the phone: the user denied requesting this' : 'On the phone: the user chose a wrong number',
  liveness_judged(detail) {
    const judge = detail.judge === glanceJudge ? glanceJudge : toVendorText(detail);
    const by = judge === null ? '' : ` (${judge})`;
    return detail.pass ? `Liveness confirmed${by}` : `Liveness not confirmed${by}: ${detail.reasons.join(', ')}`;
  },
  liveness_vendor_failed: ({ vendor, code, fallback }) =>
    `The liveness service ${vendor} failed: ${toReason(code)}. ${
      fallback === 'none' ? 'The check was refused' : 'Movements took its place, which are not certified'
    }`,
  verified: () => 'The face matches',
  verification_refused: (detail, foreign) =>
    'code' in detail ? `Refused: ${toReason(detail.code)}` : toMismatch(detail.tokenId, foreign),
  locked_out: ({ hook, until, level }) =>
    `${hook === undefined ? 'Locked out' : `Sign-ins at hook ${hook} locked out`} until ${until}: lockout ${level} in a row`,
  lockout_cleared: ({ by }) => `The lockout was ended by ${by}`,
  hook_decided: (detail) => `Hook ${detail.hook}: ${toDecision(detail)}`,
  recovery_link_made: ({ by }) => `A recovery link was created by ${by}`,
  recovery_second_thing_proven: ({ secondThing }) => `Recovery: confirmed by ${provenBy[secondThing]}`,
  recovery_face_passed: () => 'Recovery: the face check passed',
  recovery_manager_asked: () => 'Recovery: the manager was asked to approve it',
  recovery_approved: ({ by }) => `Recovery: approved by ${by}`,
  recovery_denied: ({ by }) => `Recovery refused by ${by}. A credential from it is revoked`,
  recovery_refused: ({ code, changed }) =>
    code === 'face_not_verified'
      ? 'Recovery refused: the manager declined it, or their face check failed'
      : `Recovery refused: ${toReason(code)}${changed === undefined ? '' : ` (${changes[changed] ?? changed})`}`,
  recovery_evaluated: ({ approvals }) =>
    `Recovery: the face and the account were in order. recovery.mode is "evaluation", so nothing was issued${approvals === 0 ? '' : `, and no one was asked to approve (${approvals} needed)`}`,
  recovered: ({ credential }) => `Recovered: a new credential was shown (${credential.replaceAll('_', ' ')})`,
  recovery_receipt_issued: ({ audience }) => `Recovered: a receipt was issued for ${audience}`,
  recovery_revoked: ({ result, cause }) =>
    result === 'ended'
      ? `The credential of the recovery was revoked${cause === undefined ? '' : `: ${causes[cause]}`}`
      : 'The credential of the recovery cannot be revoked at the provider. It ends when it expires',
  not_me_reported: ({ sessions }) =>
    `The user reported that an action in a notification was not theirs. ${sessions === 'kept' ? 'It was a failed check, so nothing was ended' : 'The enrolment was ended'}`,
} as const satisfies { readonly [Action in AuditAction]?: (detail: AuditDetail<Action>, foreign: Foreign) => string };

type ExplainedAction = keyof typeof sentencesOfActions;

const sentences: { readonly [Action in ExplainedAction]: (detail: AuditDetail<Action>, foreign: Foreign) => string } =
  sentencesOfActions;

const isExplained = (action: string): action is ExplainedAction => Object.hasOwn(sentences, action);

const explainedActions = Object.keys(sentences).filter(isExplained);

/** @param foreign - ids of tokens that were created for other users */
const toSentence = <Action extends ExplainedAction>(
  { action, detail }: { readonly action: Action; readonly detail: AuditDetail<Action> },
  foreign: Foreign,
): string => sentences[action](detail, foreign);

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

function toMismatch(tokenId: string | null, foreign: ReadonlySet<string>): string {
  if (tokenId === null) return 'Refused: the user is not enrolled';
  return foreign.has(tokenId)
    ? 'Refused: the token in the profile was not made for this user, so no face opens it. Enrol them again'
    : 'Refused: not the enrolled face';
}

type Decision = AuditDetail<'hook_decided'>;

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
