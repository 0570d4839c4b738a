import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { createFollower } from '../audit/follow.js';
import { readChainName } from '../audit/trail-files.js';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { findOwnTrail } from '../cli/parse-option.js';
import { filesOf } from '../config/data-files.js';
import { issuerOf } from '../config/schema.js';
import type { Setup } from '../connections/setup.js';
import { toIso } from '../core/units.js';
import { openKeyService } from '../storage/keys/open.js';
import { createSecurityEventSigner } from '../storage/keys/security-event-signer.js';
import { appendDeadLetter, type DeadLetter, readDeadLetters } from './dead-letters.js';
import { attemptPush } from './deliver.js';
import { reportedActionsOf, toSecurityEvents } from './event.js';
import { createFindEmail } from './find-email.js';
import type { DeliveryPorts } from './ports.js';
import { createSets } from './set.js';
import { type EventStream, toStream, toWebhookStream } from './stream.js';

type RetryOutcome = { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly reason: string };

/** Sends a dead letter again, with the same `jti`. */
export async function retryDeadLetter(
  letter: DeadLetter,
  streams: readonly EventStream[],
  deps: DeliveryPorts<'auditEvents' | 'clock' | 'fetch' | 'sets' | 'trail' | 'files'>,
): Promise<RetryOutcome> {
  const { trail, files, clock } = deps;
  const stream = streams.find(({ id }) => id === letter.receiver);
  if (stream === undefined) return { kind: 'failed', reason: 'no such receiver in the configuration' };
  const { delivery } = stream;
  if (delivery.kind === 'poll') return { kind: 'failed', reason: 'its receiver polls, and refused it' };
  const actions = reportedActionsOf(stream);
  const [record] = await createFollower(trail.file, letter.sequence - 1, actions, deps.auditEvents).read(1);
  const events = record === undefined ? [] : toSecurityEvents(record, stream, trail);
  const event = events.find(({ jti }) => jti === letter.jti);
  if (event === undefined) return { kind: 'failed', reason: 'its record is not in the audit trail any more' };
  const outcome = await attemptPush(event, stream, delivery, { ...deps, signal: new AbortController().signal });
  switch (outcome.kind) {
    case 'skipped':
      return { kind: 'failed', reason: 'the user has no e-mail address' };
    case 'refused':
    case 'failed':
      return { kind: 'failed', reason: outcome.reason };
    case 'delivered':
      await appendDeadLetter(files.deadLetters, { jti: letter.jti, deliveredAt: toIso(clock.now()) });
      return outcome;
  }
}

export function createEventsCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('events').summary('list and retry undelivered events');
  command
    .command('list')
    .summary('list undelivered events')
    .description('Lists dead letters of security events and webhooks in the data folder. The server may be running.')
    .action(async () => {
      const letters = await readLetters(await deps.loadSetup());
      if (deps.printJson(letters)) return;
      if (letters.length === 0) deps.print('No dead letters.');
      else letters.map(toLine).forEach(deps.print);
    });
  command
    .command('retry')
    .summary('retry undelivered events')
    .description('Sends dead letters again from this machine, with the same id. The server may be running.')
    .argument('[jti...]', 'ids of the events (default: all)')
    .option('--receiver <id>', 'only this receiver')
    .action((ids, { receiver = null }) => retry(ids, receiver, deps));
  return command;
}

async function retry(ids: readonly string[], receiver: string | null, deps: CliDeps): Promise<void> {
  const setup = await deps.loadSetup();
  const { config } = setup;
  const letters = await readLetters(setup);
  const unknown = ids.find((id) => !letters.some(({ jti }) => jti === id));
  if (unknown !== undefined) throw new UsageError(`no dead letter ${unknown}`);
  const asked = letters.filter(
    ({ jti, receiver: of }) => (ids.length === 0 || ids.includes(jti)) && (receiver === null || of === receiver),
  );
  if (asked.length === 0) {
    deps.print('No dead letters.');
    return;
  }
  const files = filesOf(config);
  const keyService = await openKeyService(config.keys, { files, onKeysLoaded: () => {}, ...deps });
  const signer = createSecurityEventSigner(keyService.openOidcKeys);
  const issuer = issuerOf(config);
  const adapters = await Promise.all(
    setup.connections.map(async ({ id, createAdapter }) => [id, await createAdapter(issuer)] as const),
  );
  const connections = new Map(adapters);
  const findEmail = createFindEmail((id) => connections.get(id), deps);
  const sets = createSets(signer, findEmail, { ...deps, issuer });
  const trail = { file: files.audit, chain: (await readChainName(files.audit)) ?? '' };
  const streams = [...config.securityEvents.map(toStream), ...config.webhooks.map(toWebhookStream)];
  for (const letter of asked) {
    const outcome = await retryDeadLetter(letter, streams, {
      ...deps,
      files,
      trail,
      sets,
    });
    if (outcome.kind === 'failed') deps.endWith(1);
    deps.print(`${outcome.kind === 'failed' ? `failed: ${outcome.reason}` : 'delivered'}: ${toLine(letter)}`);
  }
}

/** @throws UsageError if no server has run with this data folder */
async function readLetters({ config }: Setup): Promise<DeadLetter[]> {
  await findOwnTrail(config);
  return readDeadLetters(filesOf(config).deadLetters);
}

const toLine = ({ time, receiver, event, sequence, reason, jti }: DeadLetter): string =>
  `${time}  ${receiver}  ${event}  record ${sequence}  ${reason}  ${jti}`;
