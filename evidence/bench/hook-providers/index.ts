import { openEntra } from './entra.js';
import { openOkta } from './okta.js';
import { openOneLogin } from './onelogin.js';
import type { BenchProvider } from './provider.js';

export async function openProviders({ freshnessSec }: { freshnessSec: number }): Promise<readonly BenchProvider[]> {
  const policy = { mode: 'enforce', freshnessSec };
  return [await openEntra(policy), openOkta(policy), openOneLogin(policy)];
}
