import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { readChainName } from '../audit/trail-files.js';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { findOwnTrail } from '../cli/parse-option.js';
import { filesOf } from '../config/data-files.js';
import { issuerOf } from '../config/schema.js';
import type { Setup } from '../connections/setup.js';
import { openKeyService } from '../storage/keys/open.js';
import { createSecurityEventSigner } from '../storage/keys/security-event-signer.js';
import { type DeadLetter, readDeadLetters } from './dead-letters.js';
import { createFindEmail } from './find-email.js';
import { createSets } from './set.js';
import { toStream, toWebhookStream } from './stream.js';
import { openRetry } from './undelivered.js';

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
  const sendAgain = await openRetry(asked, streams, { ...deps, files, trail, sets });
  for (const letter of asked) {
    const outcome = await sendAgain(letter);
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
