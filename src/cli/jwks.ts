import { Command } from 'commander';
import { readPublicKeys } from '../operations/public-keys.js';
import type { CliDeps } from './deps.js';

export function createJwksCommand(deps: CliDeps): Command {
  return new Command('jwks')
    .summary('print the public keys of receipts')
    .description('The same JSON Web Key Set (RFC 7517) as /.well-known/jwks.json, to verify receipts offline.')
    .action(async () => {
      const config = await deps.loadKept();
      const keys = await readPublicKeys(config, deps);
      if (keys === null) {
        deps.tell(`facestep: no signing keys in ${config.dataFolder}: the server makes them at its first start`);
        deps.endWith(1);
      } else {
        deps.print(JSON.stringify({ keys }, null, 2));
      }
    });
}
