import type { Request, Response } from 'express';
import type { Interaction } from 'oidc-provider';
import type { OidcClient } from '../connections/openid-client.js';
import type { Asked } from './asked.js';
import type { Flow } from './flow.js';
import type { Provider } from './library.js';

export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly form: URLSearchParams | null;
  readonly provider: Provider;
  readonly interaction: Interaction;
  /** The request that began the interaction. */
  readonly asked: Asked;
  readonly client: OidcClient;
  readonly flow: Flow;
}
