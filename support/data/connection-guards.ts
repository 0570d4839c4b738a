import { providers } from '../../adapters/index.js';
import { guardsOf } from '../../src/connections/adapter.js';
import { connectionAdditions } from '../../src/extensions/index.js';

/** Guards of all providers, with the settings of all extensions. */
export const connectionGuards = guardsOf(providers, connectionAdditions);
