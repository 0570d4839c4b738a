import { createHash, type Hash } from 'node:crypto';
import { keySetGuard } from '../../admin/operations/keys.js';
import type { Link } from '../../audit/chain.js';
import type { PastEvent } from '../../audit/events.js';
import { readFiltered } from '../../audit/ledger/log.js';
import { chainCharacters, chainOfId } from '../../audit/ledger/places.js';
import { verifyTrail } from '../../audit/verify.js';
import { version } from '../../core/base/version.js';
import type { Ports } from '../../core/deps.js';
import type { Directory, LedgerStore, Member, State } from '../../core/ports.js';
import { addSec, type EpochMs, epochMs, secondsPerDay, toEpochSec, toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';

import { renderProof } from './page.js';
import { readPeriod, readSignedHeads, type Scope } from './period.js';
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

/** Time without a record that the pack names, in seconds. */
const longestSilenceSec = secondsPerDay;

/**
 * Makes a proof pack: what the trails say about a connection in a period, with the records, and a signed list of the
 * files' digests at the end. It reads each trail twice, and keeps only the lists in memory.
 * @throws `not_found` for the group; `limit_reached`; `profile_unavailable`; `state_unavailable`
 */
export async function* makeProof(request: ProofRequest, deps: ProofDeps): AsyncGenerator<ProofPart, Proof> {
  const { connection, group, from } = request;
  const now = deps.clock.now();
  const to = epochMs(Math.min(request.to, now));
  const members = group === null ? null : await listAll(group, deps);
  const scope = { connection, from, to, members: members && new Set(members.map(({ subject }) => subject)) };
  const summarizer = new Summarizer(deps);
  const digests = new Map<string, Hash>();
  const trails: PackedTrail[] = [];
  const gaps: Gap[] = [];
  const toPart = (file: string, text: string): ProofPart => {
    digests.set(file, (digests.get(file) ?? createHash('sha256')).update(text));
    return { file, text };
  };
  let left = request.mostLines;
  for (const [index, file] of request.files.entries()) {
    const packing = packTrail({ file, number: index + 1, scope, summarizer }, deps);
    let next = await packing.next();
    while (next.done !== true) {
      left -= linesAtOnce;
      if (left < 0) throw new FaceError('limit_reached');
      yield toPart(next.value.file, next.value.text);
      next = await packing.next();
    }
    trails.push(next.value.trail);
    gaps.push(...next.value.gaps);
  }
  gaps.push(...(await findMissingTrails(scope, trails, deps)));
  const period = { connection, group, from: toIso(from), to: toIso(to) };
  const made = { madeAt: toIso(now), issuer: deps.issuer, version };
  const proof: Proof = { ...period, ...made, trails, gaps, ...summarizer.summarize(members) };
  yield toPart('proof.json', `${JSON.stringify(proof, null, 2)}\n`);
  yield toPart('proof.html', renderProof(proof));
  const files = Object.fromEntries([...digests].map(([file, digest]) => [file, digest.digest('hex')]));
  const claims = { iss: deps.issuer, iat: toEpochSec(now), ...period, files };
  yield { file: 'manifest.jws', text: await deps.signer.sign(proofType, claims) };
  return proof;
}

interface TrailToPack {
  readonly file: string;
  readonly number: number;
  readonly scope: Scope;
  readonly summarizer: Summarizer;
}

interface TrailResult {
  readonly trail: PackedTrail;
  readonly gaps: readonly Gap[];
}

/** Packs the records of the period and their signed heads. @returns what the trail shows, and what it does not */
async function* packTrail(
  { file, number, scope, summarizer }: TrailToPack,
  deps: ProofDeps,
): AsyncGenerator<ProofPart, TrailResult> {
  const keys = keySetGuard.parse({ keys: await deps.signer.publicKeys() });
  const { isSound, tampering, chain, firstSequence } = await verifyTrail(file, {
    keys,
    state: deps.state,
    clock: deps.clock,
  });
  const gaps: Gap[] = [];
  if (!isSound) gaps.push({ kind: 'not_sound', trail: number, sequence: tampering?.sequence ?? null });
  // Heads are read before records, so that each has its record.
  const heads = await readSignedHeads(file);
  const signed = heads.map(({ sequence }) => sequence);
  let hasPolicy = false;
  const onEarlier = (event: PastEvent): void => {
    hasPolicy ||= event.action === 'policy_loaded';
    summarizer.add(event, number, false);
  };
  const seen = { records: 0, omitted: 0, unreadable: 0 };
  let first: Link | null = null;
  let last: Link | null = null;
  let since = scope.from;
  let lines: string[] = [];
  const takeLines = (): ProofPart => {
    const text = lines.map((line) => `${line}\n`).join('');
    lines = [];
    return { file: `records-${number}.jsonl`, text };
  };
  for await (const { text, isCovered, event, link } of readPeriod(file, scope, { signed, onEarlier }, deps)) {
    lines.push(text);
    if (isCovered) seen.records += 1;
    else seen.omitted += 1;
    if (event === 'unreadable') seen.unreadable += 1;
    else if (event !== null) summarizer.add(event, number, true);
    if (link !== null) {
      if (first === null && link.sequence === firstSequence) since = link.time;
      gaps.push(...findSilence(number, since, link.time));
      first ??= link;
      last = link;
      since = link.time;
    }
    if (lines.length === linesAtOnce) yield takeLines();
  }
  yield takeLines();
  gaps.push(...findSilence(number, since, scope.to));
  const before = first === null ? null : toIso(first.time);
  if (first !== null && before !== null && first.sequence === firstSequence)
    gaps.push(
      firstSequence > 1 ? { kind: 'removed', trail: number, before } : { kind: 'begun', trail: number, at: before },
    );
  if (!hasPolicy) gaps.push({ kind: 'policy_unknown', trail: number });
  const firstPacked = first?.sequence ?? 0;
  const lastSequence = last?.sequence ?? null;
  const packed = heads.filter(({ sequence }) => sequence >= firstPacked && sequence <= (lastSequence ?? 0));
  // The last of each day is enough, because the records form a chain.
  const daily = packed.filter(({ time }, at) => packed[at + 1]?.time.slice(0, 10) !== time.slice(0, 10));
  yield { file: `heads-${number}.jsonl`, text: daily.map(({ jws }) => `${jws}\n`).join('') };
  const signedThrough = packed.at(-1)?.sequence ?? null;
  if (lastSequence !== signedThrough) gaps.push({ kind: 'not_signed', trail: number, after: signedThrough });
  const trail = {
    number,
    chain,
    isSound,
    firstSequence: first?.sequence ?? null,
    lastSequence,
    ...seen,
    signedThrough,
  };
  return { trail, gaps };
}

function findSilence(trail: number, from: EpochMs, to: EpochMs): Gap[] {
  return to <= addSec(from, longestSilenceSec) ? [] : [{ kind: 'silent', trail, from: toIso(from), to: toIso(to) }];
}

/** Finds servers that logged something about the connection, and whose trails are not in the pack. */
async function findMissingTrails(
  { connection, from, to }: Scope,
  trails: readonly PackedTrail[],
  { ledger, ledgerDays, clock }: ProofDeps,
): Promise<Gap[]> {
  const known = trails.map(({ chain }) => chain?.slice(0, chainCharacters));
  const missing = new Map<string, number>();
  for await (const lines of readFiltered({ connection, since: from, until: to }, null, ledger))
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
