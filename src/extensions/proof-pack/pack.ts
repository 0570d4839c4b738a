import { createHash, type Hash } from 'node:crypto';
import { keySetGuard } from '../../admin/operations/keys.js';
import { readFiltered } from '../../audit/ledger/log.js';
import { chainCharacters, chainOfId } from '../../audit/ledger/places.js';
import { readVerified } from '../../audit/verify.js';
import { version } from '../../core/base/version.js';
import type { Ports } from '../../core/deps.js';
import type { Directory, LedgerStore, Member, State } from '../../core/ports.js';
import { addSec, type EpochMs, epochMs, secondsPerDay, toEpochSec, toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';

import { renderProof } from './page.js';
import { type Scope, TrailPeriod } from './period.js';
import type { ProofPart } from './replies.js';
import { type Gap, type PackedTrail, type Proof, Summarizer } from './summary.js';

export const proofType = 'facestep-proof+jwt';

export interface ProofRequest {
  readonly connection: string;
  /** Group at the provider, by id or unique name. `null` for everyone. */
  readonly group: string | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Active files of the trails. */
  readonly files: readonly string[];
  /** Maximum number of lines of the trails in the pack. */
  readonly mostLines: number;
}

export interface ProofDeps extends Ports<'auditEvents' | 'clock' | 'signer' | 'issuer'> {
  readonly state: Pick<State, 'read'> | null;
  /** The log of decisions, which names the servers that recorded something. */
  readonly ledger: LedgerStore;
  readonly ledgerDays: number;
  readonly listMembers: Directory['listMembers'];
}

const linesAtOnce = 500;

/**
 * Makes a proof pack: what the trails say about a connection in a period, with the records, and a signed list of the
 * files' digests at the end. It keeps only the lists in memory.
 * @throws `request_malformed` if the period has not begun, or for a trail that is given twice; `not_found` for the group;
 * `limit_reached`; `profile_unavailable`; `state_unavailable`
 */
export function makeProof(request: ProofRequest, deps: ProofDeps): AsyncGenerator<ProofPart, Proof> {
  const now = deps.clock.now();
  const to = epochMs(Math.min(request.to, now));
  if (request.from >= to)
    throw new FaceError('request_malformed', {
      field: 'to',
      reason: 'The period must have begun, and end after that.',
    });
  return packTrails({ ...request, to }, request.to > now, deps);
}

async function* packTrails(
  { connection, group, from, to, files, mostLines }: ProofRequest,
  isUnderWay: boolean,
  deps: ProofDeps,
): AsyncGenerator<ProofPart, Proof> {
  const madeAt = deps.clock.now();
  const members = group === null ? null : await listAll(group, deps);
  const scope = { connection, from, to, members: members && new Set(members.map(({ subject }) => subject)) };
  const summarizer = new Summarizer(deps);
  const digests = new Map<string, Hash>();
  const trails: PackedTrail[] = [];
  const gaps: Gap[] = isUnderWay ? [{ kind: 'under_way', to: toIso(to) }] : [];
  const toPart = (file: string, text: string): ProofPart => {
    digests.set(file, (digests.get(file) ?? createHash('sha256')).update(text));
    return { file, text };
  };
  let left = mostLines;
  for (const [index, file] of files.entries()) {
    const period = new TrailPeriod(index + 1, scope, summarizer, deps);
    const packing = packTrail(file, period, deps);
    let next = await packing.next();
    while (next.done !== true) {
      left -= next.value.split('\n').length - 1;
      if (left < 0) throw new FaceError('limit_reached');
      yield toPart(`records-${index + 1}.jsonl`, next.value);
      next = await packing.next();
    }
    const { trail, heads } = next.value;
    if (trails.some(({ chain }) => chain === trail.chain))
      throw new FaceError('request_malformed', { field: 'trail', reason: 'Two folders have the same audit trail.' });
    yield toPart(`heads-${index + 1}.jsonl`, heads);
    trails.push(trail);
    gaps.push(...next.value.gaps);
  }
  gaps.push(...(await findMissingTrails(scope, trails, deps)));
  const period = { connection, group, from: toIso(from), to: toIso(to) };
  const made = { madeAt: toIso(madeAt), issuer: deps.issuer, version };
  const proof: Proof = { ...period, ...made, trails, gaps, ...summarizer.summarize(members) };
  yield toPart('proof.json', `${JSON.stringify(proof, null, 2)}\n`);
  yield toPart('proof.html', renderProof(proof));
  const signed = Object.fromEntries([...digests].map(([file, digest]) => [file, digest.digest('hex')]));
  const claims = { iss: deps.issuer, iat: toEpochSec(madeAt), ...period, files: signed };
  yield { file: 'manifest.jws', text: await deps.signer.sign(proofType, claims) };
  return proof;
}

interface TrailResult {
  readonly trail: PackedTrail;
  /** Signed heads, one on each line. */
  readonly heads: string;
  readonly gaps: readonly Gap[];
}

/** Reads a trail once, so that what is packed is what is verified. It yields the lines of the pack. */
async function* packTrail(file: string, period: TrailPeriod, deps: ProofDeps): AsyncGenerator<string, TrailResult> {
  const keys = keySetGuard.parse({ keys: await deps.signer.publicKeys() });
  const reading = readVerified(file, { keys, state: deps.state, clock: deps.clock });
  let next = await reading.next();
  while (next.done !== true) {
    period.add(next.value);
    if (period.waiting >= linesAtOnce) yield period.takeLines();
    next = await reading.next();
  }
  const { report, heads } = next.value;
  const signed = period.end(heads);
  yield period.takeLines();
  const trail = period.describe(report.chain, report.isSound, signed);
  const notSound: Gap = { kind: 'not_sound', trail: trail.number, sequence: report.tampering?.sequence ?? null };
  // The last of each day is enough, because the records form a chain.
  const daily = signed.filter(({ time }, at) => signed[at + 1]?.time.slice(0, 10) !== time.slice(0, 10));
  return {
    trail,
    heads: daily.map(({ jws }) => `${jws}\n`).join(''),
    gaps: [...(report.isSound ? [] : [notSound]), ...period.findGaps(trail)],
  };
}

/** Finds servers that logged something about the connection, and whose trails are not in the pack. */
async function findMissingTrails(
  { connection, from, to }: Scope,
  trails: readonly PackedTrail[],
  { ledger, ledgerDays, clock }: ProofDeps,
): Promise<Gap[]> {
  const known = trails.map(({ chain }) => chain?.slice(0, chainCharacters));
  const missing = new Map<string, number>();
  for await (const lines of readFiltered({ connection, until: to }, null, ledger))
    for (const line of lines) {
      const chain = chainOfId(line.id);
      if (line.connection === connection && !known.includes(chain)) missing.set(chain, (missing.get(chain) ?? 0) + 1);
    }
  const keptSince = addSec(clock.now(), -ledgerDays * secondsPerDay);
  return [
    ...[...missing].map(([chain, records]) => ({ kind: 'trail_missing', chain, records }) as const),
    ...(from < keptSince ? [{ kind: 'servers_unknown', before: toIso(keptSince) } as const] : []),
  ];
}

async function listAll(group: string, { listMembers }: ProofDeps): Promise<Member[]> {
  const members: Member[] = [];
  for await (const page of listMembers(group)) members.push(...page);
  return members;
}
